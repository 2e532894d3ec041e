"""Queueing, withdrawing and sending letters. Each goes out once, however many tickers run."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.letters import backends, links
from clearhead.clinic.letters.kinds import NotForANotice, UnknownLetter, kind_of
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.letters.render import rendered
from clearhead.clinic.people.models import AddressChange, Patient, Site, User

__all__ = ["NotForANotice", "UnknownLetter"]

AGAIN_AFTER = timedelta(minutes=5)
"""How long after a failure the next try is made."""
WAITING = Q(sent_at__isnull=True, withdrawn_at__isnull=True)


def address_of(patient: Patient | None, channel: str) -> str:
    """Where this patient is reached by this channel, or nothing."""
    if patient is None:
        return ""
    return {"mail": patient.email, "sms": patient.phone}.get(channel, str(patient))


def way_of(patient: Patient | None, to: str = "") -> str:
    """How this person wants to hear from the clinic, as far as an address for it is known."""
    if to or patient is None:
        return "mail" if "@" in to or not to else "sms"
    if address_of(patient, patient.messages_by):
        return patient.messages_by
    return next((channel for channel in ("mail", "sms") if address_of(patient, channel)), "print")


@audit.once
def queue(
    *,
    site: Site,
    patient: Patient | None,
    template: str,
    context: dict[str, Any],
    about_code: object,
    due_at: datetime,
    by: User | None,
    at: datetime,
    channel: str = "",
    to: str = "",
    language: str = "",
    calendar: str = "",
    client_id: UUID | None = None,
) -> Outgoing:
    """Put a letter in the queue; the same letter about the same thing for the same time is queued once.

    Without an address it waits as a print, so that somebody hands it over or calls.
    """
    channel = channel or way_of(patient, to)
    where = to or address_of(patient, channel)
    if not where and channel != "print":
        channel, where = "print", str(patient) if patient else "front desk"
    spoken = language or (patient.language if patient else site.locale)
    subject, text = rendered(
        kind_of(template), site=site, channel=channel, language=spoken, context=context,
        own_zone=patient.zone if patient else "",
    )  # fmt: skip
    said = {"channel": channel, "language": spoken, "subject": subject, "text": text, "calendar": calendar}
    which = {"about_code": str(about_code), "template": template, "due_at": due_at, "to": where}
    letter, new = Outgoing.objects.get_or_create(**which, defaults={"site": site, "patient": patient, **said})
    if new or _queued_again(letter, said):
        body = {"letter": template, "channel": channel, "due": due_at}
        audit.record(chain=site.slug, at=at, by=by, verb="queue letter", subject=letter, patient=patient, body=body)
    return letter


def _queued_again(letter: Outgoing, said: dict[str, str]) -> bool:
    """A letter that was withdrawn, as for a move, and is wanted after all, as for a move back."""
    again = Outgoing.objects.filter(pk=letter.pk, withdrawn_at__isnull=False, sent_at__isnull=True)
    if not again.update(withdrawn_at=None, **said):
        return False
    letter.refresh_from_db()
    return True


@audit.once
def withdraw(
    *,
    about_code: object,
    by: User | None,
    at: datetime,
    templates: tuple[str, ...] = (),
    client_id: UUID | None = None,
) -> list[Outgoing]:
    """Take back what has not gone out about this (all of it, or only these templates)."""
    waiting = Outgoing.objects.select_for_update(of=("self",)).filter(
        WAITING, about_code=str(about_code), claimed_at__isnull=True
    )
    if templates:
        waiting = waiting.filter(template__in=templates)
    letters = list(waiting.select_related("site", "patient").order_by("pk"))
    for letter in letters:
        letter.withdrawn_at = at
        letter.save(update_fields=["withdrawn_at"])
    for letter in letters:
        audit.record(
            chain=letter.site.slug, at=at, by=by, verb="withdraw letter", subject=letter, patient=letter.patient
        )
    return letters


@audit.once
def withdraw_one(*, letter: Outgoing, by: User | None, at: datetime, client_id: UUID | None = None) -> Outgoing:
    """Take back one letter. One that has gone out stays as it is."""
    if Outgoing.objects.filter(WAITING, pk=letter.pk, claimed_at__isnull=True).update(withdrawn_at=at):
        audit.record(
            chain=letter.site.slug, at=at, by=by, verb="withdraw letter", subject=letter, patient=letter.patient
        )
    letter.refresh_from_db()
    return letter


@audit.once
def mark_printed(*, letter: Outgoing, by: User | None, at: datetime, client_id: UUID | None = None) -> Outgoing:
    """Someone printed it and handed it over or posted it."""
    said = f"printed by {by}" if by else "printed"
    if Outgoing.objects.filter(WAITING, pk=letter.pk, channel="print").update(
        sent_at=at, claimed_at=at, sent_as=said[:200]
    ):
        audit.record(chain=letter.site.slug, at=at, by=by, verb="print letter", subject=letter, patient=letter.patient)
    letter.refresh_from_db()
    return letter


def claim_and_send(*, now: datetime, limit: int = 20) -> list[Outgoing]:
    """Send what is due, oldest first. A conditional update claims each letter for one ticker alone.

    A process that dies between claim and send leaves a claimed letter, shown on the queue page as unsure: better one
    letter that a person looks at than one that goes out twice.
    """
    may_go = WAITING & ~Q(channel="print") & Q(due_at__lte=now)
    may_go &= Q(claimed_at__isnull=True) | (~Q(error="") & Q(claimed_at__lte=now - AGAIN_AFTER))
    sent = []
    for pk in list(Outgoing.objects.filter(may_go).values_list("pk", flat=True)[:limit]):
        if Outgoing.objects.filter(may_go, pk=pk).update(claimed_at=now, error=""):
            letter = Outgoing.objects.select_related("site", "patient").get(pk=pk)
            if _send(letter, now):
                sent.append(letter)
    return sent


def _send(letter: Outgoing, now: datetime) -> bool:
    try:
        letter.sent_as = backends.send(letter, now)
    except backends.CannotSend as fault:
        Outgoing.objects.filter(pk=letter.pk).update(error=str(fault)[:200])
        return False
    letter.sent_at = now
    with transaction.atomic():
        letter.save(update_fields=["sent_at", "sent_as"])
        said = {"channel": letter.channel, "how": letter.sent_as}
        audit.record(
            chain=letter.site.slug,
            at=now,
            by=None,
            verb="send letter",
            subject=letter,
            patient=letter.patient,
            body=said,
        )
    return True


@audit.once
def send_again(*, letter: Outgoing, by: User | None, at: datetime, client_id: UUID | None = None) -> Outgoing:
    """Let a failed or unsure letter go again; a person has looked at it."""
    if Outgoing.objects.filter(WAITING, pk=letter.pk).update(claimed_at=None, error=""):
        audit.record(
            chain=letter.site.slug, at=at, by=by, verb="send letter again", subject=letter, patient=letter.patient
        )
    letter.refresh_from_db()
    return letter


def contact_changed(
    *, patient: Patient, site: Site | None, before: dict[str, Any], by: User | None, at: datetime
) -> None:
    """A reaction: the address that was left hears of it, in case it was somebody else (H-42)."""
    left = before["email"] if before["email"] != patient.email else ""
    number = before["phone"] if before["phone"] != patient.phone else ""
    where = site or getattr(patient.courses.select_related("site").order_by("-opened_at").first(), "site", None)
    for channel, to in (("mail", left), ("sms", number)):
        if to and where is not None:
            queue(
                site=where, patient=patient, template="contact_changed", context={}, about_code=patient.code, due_at=at,
                channel=channel, to=to, by=by, at=at,
            )  # fmt: skip


CONFIRM_WITHIN = timedelta(hours=24)
"""How long a new address to sign in with waits for its owner."""


def sign_in_asked(
    *, asked: AddressChange, patient: Patient | None, site: Site | None, by: User | None, at: datetime
) -> None:
    """A reaction: the new address gets the link that proves that its owner reads there."""
    if site is not None:
        until = at + CONFIRM_WITHIN
        link = links.promise("people-new-address", purpose="sign-in", subject_code=asked.code, until=until, once=True)
        queue(
            site=site, patient=patient, template="new_address", context={"link": link, "until": until},
            about_code=asked.code, due_at=at, channel="mail", to=asked.new_email, by=by, at=at,
        )  # fmt: skip


def sign_in_changed(*, user: User, patient: Patient | None, site: Site | None, left: str, at: datetime) -> None:
    """A reaction: the address that was left hears of it, in case it was somebody else (H-42)."""
    if site is not None:
        queue(
            site=site, patient=patient, template="sign_in_changed", context={}, about_code=user.code, due_at=at,
            channel="mail", to=left, by=user, at=at,
        )  # fmt: skip
