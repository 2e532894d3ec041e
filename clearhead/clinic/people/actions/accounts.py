"""A patient's login, and the devices on which the diary stays open."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.actions.staff import set_password
from clearhead.clinic.people.models import Device, Patient, Site, User


@audit.once
def open_account(
    *, patient: Patient, password: str | None, site: Site | None, at: datetime, client_id: UUID | None = None
) -> User:
    """A login for a patient, by the link they were sent; without a password only such links open it."""
    if patient.user is not None:
        return _first_password(patient.user, password, at)
    if not patient.email:
        raise PermissionDenied(_("We hold no e-mail address of yours. Call us, and we will add it."))
    if User.objects.filter(email__iexact=patient.email.strip()).exists():
        raise PermissionDenied(
            _("This e-mail address belongs to another account already. Call us with one of your own.")
        )
    user = User.objects.create_user(patient.email, password, name=str(patient))
    patient.user = user
    patient.save(update_fields=["user"])
    audit.record(
        chain=site.slug if site else audit.HOUSE, at=at, by=user, verb="open account", subject=user, patient=patient
    )
    return user


def _first_password(user: User, password: str | None, at: datetime) -> User:
    if password is not None and not user.has_usable_password():
        return set_password(user=user, password=password, by=user, at=at)
    return user


@audit.once
def keep_device(
    *, patient: Patient, name: str, lasts: timedelta, by: User, at: datetime, client_id: UUID | None = None
) -> Device:
    """The diary stays open on this device for so long; it opens nothing else."""
    device = Device.objects.create(patient=patient, name=name, opened_at=at, expires_at=at + lasts)
    audit.record(chain=audit.HOUSE, at=at, by=by, verb="keep diary open", subject=device, patient=patient)
    return device


@audit.once
def close_devices(*, patient: Patient, by: User, at: datetime, client_id: UUID | None = None) -> Patient:
    """Every device of a patient asks for the sign-in again, from its next request."""
    Device.objects.filter(patient=patient, ended_at__isnull=True).update(ended_at=at)
    audit.record(chain=audit.HOUSE, at=at, by=by, verb="close devices", subject=patient, patient=patient)
    return patient
