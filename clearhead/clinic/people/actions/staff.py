"""Inviting, granting, switching off; passwords, PINs, credentials."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.models import Credential, Patient, Role, RoleGrant, Site, User
from clearhead.clinic.people.secrets import SignatureRefused
from clearhead.clinic.reactions import react


class InviteRefused(Exception):
    """Nobody was invited, and why."""


@audit.once
def invite(
    *,
    email: str,
    name: str,
    title: str,
    site: Site,
    role: str,
    by: User | None,
    at: datetime,
    patients_at_once: int = 1,
    client_id: UUID | None = None,
) -> User:
    """A new member of staff with one role; they set a password by a link or by another authorised person.

    Raises InviteRefused where the address is that of somebody with another name.
    """
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is not None and " ".join(user.name.split()).casefold() != " ".join(name.split()).casefold():
        if user.grants.filter(site=site).exists():
            known = {"name": user.name}
            raise InviteRefused(
                _("%(name)s signs in with this address. To give %(name)s the role, open their own page.") % known
            )
        raise InviteRefused(_("Somebody else signs in with this address. Nothing was changed: check it."))
    if user is None:
        user = User.objects.create_user(email.strip(), None, name=name, title=title, must_change_password=True)
    grant(user=user, site=site, role=role, by=by, at=at, patients_at_once=patients_at_once)
    return user


@audit.once
def grant(
    *,
    user: User,
    site: Site,
    role: str,
    by: User | None,
    at: datetime,
    patients_at_once: int = 1,
    client_id: UUID | None = None,
) -> RoleGrant:
    """Give a role at a site; a role that is already held stays as it is. The calendar learns of it."""
    given, new = RoleGrant.objects.get_or_create(
        user=user, site=site, role=Role(role), until=None, defaults={"since": at, "granted_by": by}
    )
    if new:
        react("role_given", user=user, site=site, role=role, patients_at_once=patients_at_once, by=by, at=at)
        audit.record(chain=site.slug, at=at, by=by, verb="grant role", subject=user, body={"role": role})
    return given


@audit.once
def withdraw_role(
    *, user: User, site: Site, role: str, by: User | None, at: datetime, client_id: UUID | None = None
) -> User:
    """Take a role away; it is gone on the next request."""
    if RoleGrant.objects.filter(user=user, site=site, role=role, until__isnull=True).update(until=at):
        react("role_taken", user=user, site=site, role=role, by=by, at=at)
    audit.record(chain=site.slug, at=at, by=by, verb="withdraw role", subject=user, body={"role": role})
    return user


@audit.once
def switch_off(*, user: User, site: Site, by: User | None, at: datetime, client_id: UUID | None = None) -> User:
    """Switch a person off: out on the next request, everywhere."""
    if by is not None and user.pk == by.pk:
        raise PermissionDenied(_("Nobody switches themselves off: ask another authorised person."))
    User.objects.filter(pk=user.pk).update(is_active=False)
    for held in RoleGrant.objects.filter(user=user, until__isnull=True).select_related("site"):
        withdraw_role(user=user, site=held.site, role=held.role, by=by, at=at)
    audit.record(chain=site.slug, at=at, by=by, verb="switch off", subject=user)
    user.refresh_from_db()
    return user


@audit.once
def set_password(*, user: User, password: str, by: User | None, at: datetime, client_id: UUID | None = None) -> User:
    """A new password. Set by another person, it must be changed at the next sign-in."""
    user.set_password(password)
    user.must_change_password = by is not None and by.pk != user.pk
    user.save(update_fields=["password", "must_change_password"])
    audit.record(chain=audit.HOUSE, at=at, by=by, verb="set password", subject=user)
    return user


@audit.once
def set_pin(*, user: User, pin: str, secret: str, at: datetime, client_id: UUID | None = None) -> User:
    """One's own bedside PIN; the password is asked for."""
    if not user.check_password(secret):
        raise SignatureRefused(_("The password does not match. Nothing was changed."))
    user.set_pin(pin)
    user.save(update_fields=["pin"])
    audit.record(chain=audit.HOUSE, at=at, by=user, verb="set PIN", subject=user)
    return user


@audit.once
def note_credential(
    *,
    user: User,
    site: Site,
    kind: str,
    number: str,
    expires_on: date,
    by: User,
    at: datetime,
    client_id: UUID | None = None,
) -> Credential:
    """A licence or certificate with its expiry."""
    noted, _ = Credential.objects.update_or_create(
        user=user, kind=kind.strip().upper(), defaults={"number": number, "expires_on": expires_on}
    )
    audit.record(
        chain=site.slug,
        at=at,
        by=by,
        verb="note credential",
        subject=user,
        body={"kind": kind, "expires_on": expires_on},
    )
    return noted


@audit.once
def note_reset(
    *, user: User, site: Site, by: User, at: datetime, patient: Patient | None = None, client_id: UUID | None = None
) -> User:
    """Someone made a one-time reset link for a colleague, or for a patient at the desk."""
    audit.record(chain=site.slug, at=at, by=by, verb="make reset link", subject=user, patient=patient)
    return user
