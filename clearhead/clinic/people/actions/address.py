"""The address a person signs in with. It changes only when a link that was sent to the new one is opened."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.utils.translation import gettext as _

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.models import AddressChange, Patient, Site, User
from clearhead.clinic.reactions import react


class AddressRefused(Exception):
    """The sign-in stays as it was, and why."""


@audit.once
def ask_address(
    *, user: User, new_email: str, site: Site | None, by: User, at: datetime, client_id: UUID | None = None
) -> AddressChange:
    """Ask for another address to sign in with. Nothing changes before a link to that address was opened."""
    email = new_email.strip().lower()
    if email == user.email.lower():
        raise AddressRefused(_("This is the address the sign-in has now. Nothing was saved."))
    if taken(email):
        raise AddressRefused(_("Another account signs in with this address. Nothing was saved. Use one of your own."))
    asked = AddressChange.objects.create(
        user=user, old_email=user.email, new_email=email, happened_at=at, recorded_at=at, recorded_by=by
    )
    patient = patient_of_account(user)
    react("sign_in_asked", asked=asked, patient=patient, site=site, by=by, at=at)
    audit.record(
        chain=site.slug if site else audit.HOUSE, at=at, by=by, verb="ask for sign-in address", subject=user,
        patient=patient, body={"asked": asked},
    )  # fmt: skip
    return asked


@audit.once
def change_address(
    *, asked: AddressChange, site: Site | None, at: datetime, client_id: UUID | None = None
) -> AddressChange:
    """The link was opened by whoever reads mail at the new address: from now on it is the sign-in."""
    user = User.objects.select_for_update().get(pk=asked.user_id)
    newest = AddressChange.objects.filter(user=user, asked__isnull=True).order_by("-pk").first()
    if asked != newest or user.email != asked.old_email:
        raise AddressRefused(_("A later request replaced this one. Nothing was changed. Use the newest message."))
    if not user.is_active or taken(asked.new_email):
        raise AddressRefused(_("This address cannot be used any more. Nothing was changed. Call us."))
    user.email = asked.new_email
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()  # allauth's own copy would go on letting the old one in
    done = AddressChange.objects.create(
        user=user, old_email=asked.old_email, new_email=asked.new_email, asked=asked, happened_at=at, recorded_at=at,
        recorded_by=user,
    )  # fmt: skip
    patient = patient_of_account(user)
    react("sign_in_changed", user=user, patient=patient, site=site, left=asked.old_email, at=at)
    audit.record(
        chain=site.slug if site else audit.HOUSE, at=at, by=user, verb="change sign-in address", subject=user,
        patient=patient, body={"asked": asked},
    )  # fmt: skip
    return done


def taken(email: str) -> bool:
    """Does somebody sign in with this address?"""
    return User.objects.filter(email__iexact=email).exists()


def patient_of_account(user: User) -> Patient | None:
    """The patient whose account this is, if it is a patient's."""
    return Patient.objects.filter(user=user).first()
