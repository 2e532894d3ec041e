"""What was written at the chair while the network was away: taken in one by one, each safe to repeat, none lost.

Everything here has happened, so nothing is refused. What cannot be charted, whatever the cause, is set aside on the
record by itself, with its own words and a flag, for a person to chart by hand; the entries behind it are charted. STOP,
help, the emergency's lines and the pump seen stopped are charted without what in them cannot be read. Only a database
that is away is no answer: the device keeps everything and sends it again.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import InterfaceError, OperationalError, transaction

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.audit.models import Fact, Receipt
from clearhead.clinic.infusion.actions.base import ChairRefused, Written, add, raise_flag, refuse
from clearhead.clinic.infusion.actions.entry import INTENTIONS, KINDS, Said
from clearhead.clinic.infusion.actions.event import heard
from clearhead.clinic.infusion.actions.legible import legible, moment, of_wall
from clearhead.clinic.infusion.models import Event, Flag, Infusion
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.clinic.reactions import QUEUED, queued
from clearhead.medicine.errors import ClearheadError
from clearhead.medicine.rules.clock import clock_time

log = logging.getLogger("clearhead.queue")
AWAY = (OperationalError, InterfaceError)
"""The database cannot be asked now: the device sends the same again."""
WRONG_CLOCK = timedelta(minutes=2)
"""From this difference on, a device's clock is wrong: its times are moved by the difference, and it is said."""
MOST_OFF_S = 100 * 366 * 24 * 3600
WITHOUT_SIGN_IN = frozenset({"stop", "help", "emergency", "pump_seen_stopped"})
"""What the chair's own token may write while nobody is signed in."""
MOST_ENTRIES = 500
FIRST = datetime.min.replace(tzinfo=UTC)
DONE_ALL_THE_SAME = "It is not charted as done; if it was done all the same, say so."
LONG_BEFORE = timedelta(days=7)
"""What lies further than this before the infusion, or before now, is no time of this visit (assumption)."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, who had the tablet before, how far its clock is off. No part of an entry: a replay may differ."""

    user: User | None = field(repr=False)
    offset: timedelta = field(repr=False, default=timedelta(0))
    hands: frozenset[str] = field(repr=False, default=frozenset())
    zone: ZoneInfo = field(repr=False, default=ZoneInfo("UTC"))

    def author_of(self, entry: dict[str, Any]) -> User | None:
        """Who wrote it: nobody at a hidden screen, else who had the tablet then, else who sends it."""
        if self.user is None or entry.get("unsigned"):
            return None
        named = str(entry.get("author") or self.user.code)
        if named == str(self.user.code) or named not in self.hands:
            return self.user
        return User.objects.filter(code=named).first() or self.user


@dataclass(frozen=True, slots=True)
class EntryReceipt:
    """What became of one entry: saved, repeated, conflict, set_aside, sign_in or unreadable."""

    client_id: str
    status: str
    fact: str = ""
    saved_at: datetime | None = None
    sentence: str = ""


def take_in(
    *, session: Session, entries: Iterable[Any], sender: Sender, at: datetime, device_now: datetime | None = None
) -> list[EntryReceipt]:
    """Every entry in order of when it happened; the answers in the order they were sent."""
    listed = [legible(entry) for entry in list(entries)[:MOST_ENTRIES]]
    sender = replace(sender, offset=_offset(device_now, at), zone=session.site.tz)
    order = sorted(range(len(listed)), key=lambda place: _when_or_first(listed[place], sender))
    answers: dict[int, EntryReceipt] = {place: _one(session, listed[place], sender, at) for place in order}
    _tell_clocks(session, [entry for entry in listed if isinstance(entry, dict)], sender, at)
    return [answers[place] for place in range(len(listed))]


def _offset(device_now: datetime | None, at: datetime) -> timedelta:
    if device_now is None or abs(at - device_now) <= WRONG_CLOCK:
        return timedelta(0)
    return at - device_now


def _when(entry: dict[str, Any], sender: Sender) -> datetime:
    """When it happened, by the clinic's clock. A time that a person typed is the clinic's already."""
    when = moment(entry["happened_at"])
    if entry.get("wall") and (typed := of_wall(entry["wall"], entry.get("which"), sender.zone)) is not None:
        return typed
    by_hand = entry.get("typed", when != moment(entry.get("device_at") or entry["happened_at"]))
    return when if by_hand else when + _off(entry, sender)


def _off(entry: dict[str, Any], sender: Sender) -> timedelta:
    """How far the device's clock was off when the entry was written, where the page knew it; else when it was sent.

    A clock that is put right in between makes the two differ: `device_off_s` is the clinic's clock less the device's.
    """
    own = entry.get("device_off_s")
    if isinstance(own, bool) or not isinstance(own, int | float) or abs(own) > MOST_OFF_S:
        return sender.offset
    off = timedelta(seconds=own) - _set_meanwhile(entry, timedelta(seconds=own), sender)
    return off if abs(off) > WRONG_CLOCK else timedelta(0)


def _set_meanwhile(entry: dict[str, Any], off: timedelta, sender: Sender) -> timedelta:
    """By how much the device's clock was set between the last word of the clinic and this entry.

    `device_jumped_s` is how far it had left the time that passed. Only a clock that was set goes back; one that went
    ahead was set, if it is as wrong when it sends, or else the device slept and its clock is right.
    """
    jumped = entry.get("device_jumped_s")
    if isinstance(jumped, bool) or not isinstance(jumped, int | float) or abs(jumped) > MOST_OFF_S:
        return timedelta(0)
    leap = timedelta(seconds=jumped)
    was_set = leap < -WRONG_CLOCK or (leap > WRONG_CLOCK and abs(off - leap - sender.offset) <= 2 * WRONG_CLOCK)
    return leap if was_set else timedelta(0)


def _when_or_first(entry: Any, sender: Sender) -> datetime:
    try:
        return _when(entry, sender)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return FIRST


def _one(session: Session, entry: Any, sender: Sender, at: datetime) -> EntryReceipt:
    """One entry and its answer. Whatever goes wrong with it stays with it."""
    name = str(entry.get("client_id") or "") if isinstance(entry, dict) else ""
    try:
        return _taken(session, entry, sender, at, name)
    except AWAY:
        raise
    except Exception:
        log.exception("An entry of a queue could neither be charted nor set aside; it stays on its device.")
        return EntryReceipt(name, "unreadable", sentence="This entry cannot be kept here. Chart it by hand.")


def _taken(session: Session, entry: Any, sender: Sender, at: datetime, name: str) -> EntryReceipt:
    client_id, kind = _id_of(entry), _kind_of(entry)
    if client_id is None:
        return EntryReceipt(name, "unreadable", sentence="An entry needs a client_id.")
    if kind == "stop":  # it was pressed with the clinic in reach, and only the answer was lost
        reason = str(_fields_of(entry).get("reason") or "")
        if (known_stop := heard(session, client_id, kind, reason, action="._stop")) is not None:
            return EntryReceipt(name, "repeated", str(known_stop.code), known_stop.recorded_at)
    if sender.user is None and kind not in WITHOUT_SIGN_IN:
        return EntryReceipt(name, "sign_in", sentence="Sign in: this entry stays on the device until then.")
    known = Receipt.objects.filter(client_id=client_id).exists()
    try:
        row = take_entry(session=session, entry=entry, sender=sender, at=at, client_id=client_id)
    except audit.Conflict as conflict:
        if kind != "stop":
            return EntryReceipt(name, "conflict", sentence=str(conflict))
        entry = {**entry, "conflicting_id": name}
        fresh = uuid.uuid5(client_id, audit.sha256_of(entry))
        known = Receipt.objects.filter(client_id=fresh).exists()
        row = take_entry(session=session, entry=entry, sender=sender, at=at, client_id=fresh)
    aside = isinstance(row, Event) and row.kind == "not_understood"
    status = "repeated" if known else "set_aside" if aside else "saved"
    return EntryReceipt(
        name, status, str(row.code), row.recorded_at, row.text if isinstance(row, Event) and aside else ""
    )


def _meant(entry: dict[str, Any]) -> bool:
    """Typed with the clinic in reach as something to be done, and never judged: its page had to sign in again."""
    return entry.get("intended") is True and _kind_of(entry) in INTENTIONS


def _kind_of(entry: Any) -> str:
    return str(entry.get("kind", "")) if isinstance(entry, dict) else ""


def _id_of(entry: Any) -> uuid.UUID | None:
    """The id that the device chose. A STOP or a call for help without a readable one is known by what it says."""
    if not isinstance(entry, dict):
        return None
    try:
        return uuid.UUID(str(entry["client_id"]))
    except (KeyError, ValueError):
        told = _kind_of(entry) in WITHOUT_SIGN_IN
        return uuid.uuid5(uuid.NAMESPACE_OID, audit.sha256_of(entry)) if told else None


def _fields_of(entry: dict[str, Any]) -> dict[str, Any]:
    fields = entry.get("fields") or {}
    if isinstance(fields, dict):
        return fields
    if _kind_of(entry) in WITHOUT_SIGN_IN:
        return {}
    raise ValueError("Its fields cannot be read.")


@audit.once
def take_entry(
    *, session: Session, entry: dict[str, Any], sender: Sender, at: datetime, client_id: uuid.UUID | None = None
) -> Fact:
    """One entry as the fact it is; one that cannot be charted is kept in its own words."""
    try:
        with transaction.atomic():
            return _chart(session, entry, sender, at)
    except AWAY:
        raise
    except Exception as fault:
        if not isinstance(fault, EXPECTED):
            log.exception("An entry of a queue could not be charted; it is set aside.")
        if _kind_of(entry) in WITHOUT_SIGN_IN:
            return _bare(session, entry, sender, at)
        return _set_aside(session, entry, sender, at, _why(fault, entry))


EXPECTED = (ChairRefused, ClearheadError, ValidationError, ValueError)
"""Faults whose own words say what is wrong with an entry."""


def _why(fault: Exception, entry: dict[str, Any]) -> str:
    if isinstance(fault, ChairRefused) and _meant(entry):
        return f"It was meant and not judged before: {str(fault)[:120]} {DONE_ALL_THE_SAME}"
    if isinstance(fault, ValidationError):
        return " ".join(fault.messages)
    if isinstance(fault, EXPECTED):
        return str(fault)
    if _kind_of(entry) not in {*KINDS, *QUEUED}:
        return "this kind of entry is not known here."
    return "something in it cannot be read."


def _bare(session: Session, entry: dict[str, Any], sender: Sender, at: datetime) -> Fact:
    """STOP, help and the like without anything but that it was pressed: they are never lost to a field."""
    common = {"session": session, "by": sender.author_of(entry), "at": at, "happened_at": _when_or(entry, sender, at)}
    written = Written(str(entry.get("device") or "")[:40], None, True)
    said = Said(session, {}, _kind_of(entry), {**common, "written": written}, False, ["Its fields could not be read."])
    row = KINDS[said.kind](said)
    _tell_left_out(said, row)
    return row


def _set_aside(session: Session, entry: dict[str, Any], sender: Sender, at: datetime, fault: str) -> Event:
    why = f"A queued entry could not be charted ({_kind_of(entry)[:20] or '?'}): {fault}"[:280]
    when = _when_or(entry, sender, at)
    row = add(
        Event, session=session, at=at, by=sender.user, verb="entry set aside", kind="not_understood", text=why,
        happened_at=when, detail={"entry": entry},
        written=Written(str(entry.get("device") or "")[:40], None, True),
    )  # fmt: skip
    shown = clock_time(when, session.site.tz)
    raise_flag(
        session=session, at=at, by=sender.user, rule="set_aside", level="medium", for_prescriber=False,
        sentence=f"{why} What was written stands on the whole record at {shown}. Chart it by hand.",
        value=str(row.code),
    )  # fmt: skip
    return row


def _chart(session: Session, entry: dict[str, Any], sender: Sender, at: datetime) -> Fact:
    kind, left_out = _kind_of(entry), list[str]()
    if kind in INTENTIONS and (why := audit.refusal_of(uuid.UUID(str(entry["client_id"])))) is not None:
        raise refuse("refused", "Refused", f"It was refused when it was entered: {why[:120]} {DONE_ALL_THE_SAME}")
    when, device_at = _times(session, entry, sender, at, left_out if kind in WITHOUT_SIGN_IN else None)
    author, device = sender.author_of(entry), str(entry.get("device") or "")[:40]
    written = Written(device, device_at, True, _other(sender.user, author), str(entry.get("author") or "")[:40])
    common = {"session": session, "by": author, "at": at, "happened_at": when, "written": written}
    said = Said(session, dict(_fields_of(entry)), kind, common, _meant(entry), left_out)
    row: Fact = (KINDS.get(kind) or queued(kind))(said)
    _tell_left_out(said, row)
    _tell_author(said, entry, author)
    return row


def _tell_author(said: Said, entry: dict[str, Any], author: User | None) -> None:
    """The tablet names somebody whose sign-in at it is over: charted as who sends it, and that is said once."""
    name = str(entry.get("author") or "")
    if author is None or name in {"", str(author.code)}:
        return
    try:
        wrote = User.objects.filter(code=name).first()
    except ValidationError:  # no code of anybody
        wrote = None
    rule = f"author:{name}"[:60]
    if wrote is None or Flag.objects.filter(session=said.session, rule=rule).exists():
        return
    raise_flag(
        session=said.session, at=said.common["at"], by=author, rule=rule, level="low",
        sentence=f"What this tablet kept was written under the sign-in of {wrote.name}, which is over, and came with "
        f"that of {author.name}: it stands as {author.name}'s. Say whose it is.",
    )  # fmt: skip


def _times(
    session: Session, entry: dict[str, Any], sender: Sender, at: datetime, left_out: list[str] | None
) -> tuple[datetime, datetime | None]:
    """When it happened and what the device's clock said. What is never refused happened now, if its time is none."""
    try:
        device_at = moment(entry.get("device_at") or entry["happened_at"])
        when = min(_when(entry, sender), at)
        began = Infusion.objects.filter(session=session).values_list("started_at", flat=True).first()
        if when < min(began or at, at) - LONG_BEFORE:
            raise ValueError(f"{when:%d %b %Y} lies long before this visit. Check the date.")
    except (KeyError, TypeError, ValueError, OverflowError):
        if left_out is None:
            raise
        left_out.append("Its time could not be read: it stands at the time at which it arrived.")
        return at, None
    return when, device_at


def _when_or(entry: dict[str, Any], sender: Sender, at: datetime) -> datetime:
    """The time of an entry that is kept whatever its time: now, where it has none."""
    when = _when_or_first(entry, sender)
    return when if at - LONG_BEFORE <= when <= at else at


def _tell_left_out(said: Said, row: Fact) -> None:
    """Kept without what could not be read; that is said."""
    if not said.left_out:
        return
    raise_flag(
        session=said.session, at=said.common["at"], by=said.common["by"], rule="left_out", level="low",
        sentence=f"Written offline, {said.kind.replace('_', ' ')}: {' '.join(said.left_out)}", since=row.happened_at,
        value=str(row.code),
    )  # fmt: skip


def _other(sender: User | None, author: User | None) -> str:
    return str(sender.code) if sender is not None and sender != author else ""


def _tell_clocks(session: Session, entries: list[dict[str, Any]], sender: Sender, at: datetime) -> None:
    """A clock that is wrong, and one that was changed after something was written by it: each is said once."""
    wrong = next((entry for entry in entries if abs(_off(entry, sender) - sender.offset) <= WRONG_CLOCK), None)
    changed = next((entry for entry in entries if abs(_off(entry, sender) - sender.offset) > WRONG_CLOCK), None)
    if sender.offset and wrong is not None:
        sentence = "Times from it were moved by the difference; times typed by hand were not."
        _tell_clock(session, wrong, f"is {_apart(sender.offset)}. {sentence}", "clock", sender, at)
    if changed is not None:
        sentence = "Times written meanwhile were read by that: check them; times typed by hand were not moved."
        said = f"was {_apart(_off(changed, sender))}, and was changed before it sent. {sentence}"
        _tell_clock(session, changed, said, "clock changed", sender, at)


def _apart(off: timedelta) -> str:
    minutes = off.total_seconds() / 60
    return f"{abs(minutes):.0f} min {'slow' if minutes > 0 else 'fast'}" if off else "right"


def _tell_clock(session: Session, entry: dict[str, Any], said: str, name: str, sender: Sender, at: datetime) -> None:
    """One low flag per device and session."""
    device = str(entry.get("device") or "")[:40]
    rule = f"{name}:{device}"[:60]
    if Flag.objects.filter(session=session, rule=rule).exists():
        return
    with transaction.atomic():
        raise_flag(
            session=session, at=at, by=sender.user, rule=rule, level="low",
            sentence=f"The clock of {device or 'a device'} {said}",
        )  # fmt: skip
