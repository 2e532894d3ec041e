"""Inviting, granting, switching off, signing, and opening a course."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.models import (
    Course,
    Credential,
    Device,
    Patient,
    PatientChange,
    Role,
    RoleGrant,
    Signature,
    Site,
    User,
)
from clearhead.clinic.people.particulars import IDENTITY, STAFF_FIELDS, known_of, mark_of
from clearhead.clinic.people.secrets import SignatureRefused as SignatureRefused
from clearhead.clinic.people.secrets import prove
from clearhead.clinic.reactions import react


class DetailsRefused(Exception):
    """The person's data stay as they were, and why."""


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
    client_id: UUID | None = None,
) -> User:
    """A new member of staff with one role; they set a password by a link or by another authorised person."""
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        user = User.objects.create_user(email.strip(), None, name=name, title=title, must_change_password=True)
    grant(user=user, site=site, role=role, by=by, at=at)
    return user


@audit.once
def grant(
    *, user: User, site: Site, role: str, by: User | None, at: datetime, client_id: UUID | None = None
) -> RoleGrant:
    """Give a role at a site; a role that is already held stays as it is."""
    given, new = RoleGrant.objects.get_or_create(
        user=user, site=site, role=Role(role), until=None, defaults={"since": at, "granted_by": by}
    )
    if new:
        audit.record(chain=site.slug, at=at, by=by, verb="grant role", subject=user, body={"role": role})
    return given


@audit.once
def withdraw_role(
    *, user: User, site: Site, role: str, by: User | None, at: datetime, client_id: UUID | None = None
) -> User:
    """Take a role away; it is gone on the next request."""
    RoleGrant.objects.filter(user=user, site=site, role=role, until__isnull=True).update(until=at)
    audit.record(chain=site.slug, at=at, by=by, verb="withdraw role", subject=user, body={"role": role})
    return user


@audit.once
def switch_off(*, user: User, site: Site, by: User | None, at: datetime, client_id: UUID | None = None) -> User:
    """Switch a person off: out on the next request, everywhere."""
    if by is not None and user.pk == by.pk:
        raise PermissionDenied("Nobody switches themselves off: ask another authorised person.")
    User.objects.filter(pk=user.pk).update(is_active=False)
    RoleGrant.objects.filter(user=user, until__isnull=True).update(until=at)
    audit.record(chain=site.slug, at=at, by=by, verb="switch off", subject=user)
    user.refresh_from_db()
    return user


@audit.once
def add_patient(
    *,
    given_name: str,
    family_name: str,
    birth_date: date,
    site: Site,
    by: User | None,
    at: datetime,
    indication: str = "migraine",
    sex: str = "",
    phone: str = "",
    email: str = "",
    language: str = "en",
    zone: str = "",
    client_id: UUID | None = None,
) -> Course:
    """A new patient (or the one already known by name and birth date) and an open course at the site."""
    patient = Patient.objects.filter(
        given_name__iexact=given_name.strip(),
        family_name__iexact=family_name.strip(),
        birth_date=birth_date,
        merged_into__isnull=True,
    ).first()
    if patient is None:
        patient = Patient.objects.create(
            given_name=given_name.strip(),
            family_name=family_name.strip(),
            birth_date=birth_date,
            sex=sex,
            phone=phone,
            email=email,
            language=language,
            zone=zone or site.zone,
            created_at=at,
        )
    course, opened = Course.objects.get_or_create(
        patient=patient, site=site, indication=indication, closed_at=None, defaults={"opened_at": at}
    )
    if opened:
        audit.record(chain=site.slug, at=at, by=by, verb="open course", subject=course, patient=patient)
    return course


@audit.once
def change_details(
    *,
    patient: Patient,
    site: Site | None,
    said: dict[str, Any],
    seen: str,
    by: User,
    at: datetime,
    reason: str = "",
    document_seen: bool = False,
    client_id: UUID | None = None,
) -> Patient:
    """New data of a person. `seen` is the mark of what the screen showed: a screen of before a change is refused."""
    held = Patient.objects.select_for_update().get(pk=patient.pk)
    before = known_of(held)
    if seen != mark_of(held):
        raise DetailsRefused("Somebody changed these data meanwhile. Nothing was saved. Look at them as they are now.")
    after = {name: audit.plain(value) for name, value in said.items() if name in STAFF_FIELDS}
    changed = sorted(name for name in after if after[name] != before[name])
    if any(before[name] for name in changed if name in IDENTITY) and not reason.strip():
        raise DetailsRefused("A change of name, date of birth or sex needs its reason. Nothing was saved.")
    for name in changed:
        setattr(held, name, said[name])
    held.verified_at = at if document_seen else held.verified_at
    held.save(update_fields=[*changed, "verified_at"])
    if changed:
        _keep_change(held, before, after, changed, reason, by, at)
    if "email" in changed or "phone" in changed:
        react("contact_changed", patient=held, site=site, before=before, by=by, at=at)
    audit.record(
        chain=site.slug if site else audit.HOUSE, at=at, by=by, verb="change details", subject=held, patient=held,
        body={"changed": changed, "document_seen": document_seen},
    )  # fmt: skip
    return held


def _keep_change(
    patient: Patient,
    before: dict[str, Any],
    after: dict[str, Any],
    changed: list[str],
    reason: str,
    by: User,
    at: datetime,
) -> None:
    PatientChange.objects.create(
        patient=patient,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        reason=reason.strip(),
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
    )


def sign(
    *, by: User, secret: str, meaning: str, subject_code: object, sha256: str, site: Site, at: datetime
) -> Signature:
    """One signature over these bytes. The person shows password or PIN again, every time (H-31)."""
    prove(by, secret, at=at)
    return Signature.objects.create(
        signer=by, site=site, meaning=meaning, subject_code=str(subject_code), sha256=sha256, reauth_at=at, signed_at=at
    )


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
        raise SignatureRefused("The password does not match. Nothing was changed.")
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
def open_account(
    *, patient: Patient, password: str | None, site: Site | None, at: datetime, client_id: UUID | None = None
) -> User:
    """A login for a patient, by the link they were sent; without a password only such links open it."""
    if patient.user is not None:
        return _first_password(patient.user, password, at)
    if not patient.email:
        raise PermissionDenied("We hold no e-mail address of yours. Call us, and we will add it.")
    if User.objects.filter(email__iexact=patient.email.strip()).exists():
        raise PermissionDenied("This e-mail address belongs to another account already. Call us with one of your own.")
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


@audit.once
def note_reset(*, user: User, site: Site, by: User, at: datetime, client_id: UUID | None = None) -> User:
    """Someone made a one-time reset link for a colleague."""
    audit.record(chain=site.slug, at=at, by=by, verb="make reset link", subject=user)
    return user
