"""What was written at the chair while the network was away: taken in one by one, each safe to repeat, none lost.

Everything here has happened, so nothing is refused. What cannot be read is set aside on the record, with its own words
and a flag, for a person to chart by hand.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import DatabaseError, transaction

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.audit.models import Fact, Receipt
from clearhead.clinic.infusion.actions import adjunct, bolus, event, flags, observe, rate, scheduled, symptom
from clearhead.clinic.infusion.actions.base import ChairRefused, Written, add, raise_flag
from clearhead.clinic.infusion.models import Adjunct, Event, Flag
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.clinic.reactions import queued
from clearhead.medicine.errors import ClearheadError
from clearhead.medicine.units import read_decimal

WRONG_CLOCK = timedelta(minutes=2)
"""From this difference on, a device's clock is wrong: its times are moved by the difference, and it is said."""
WITHOUT_SIGN_IN = frozenset({"stop", "help", "emergency", "pump_seen_stopped"})
"""What the chair's own token may write while nobody is signed in."""
MOST_ENTRIES = 500
FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends, who had the tablet before, how far its clock is off. No part of an entry: a replay may differ."""

    user: User | None = field(repr=False)
    offset: timedelta = field(repr=False, default=timedelta(0))
    hands: frozenset[str] = field(repr=False, default=frozenset())

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
    listed = list(entries)[:MOST_ENTRIES]
    sender = replace(sender, offset=_offset(device_now, at))
    order = sorted(range(len(listed)), key=lambda place: _when_or_first(listed[place], sender))
    answers: dict[int, EntryReceipt] = {place: _one(session, listed[place], sender, at) for place in order}
    if sender.offset and listed:
        _tell_clock(session, listed[0], sender, at)
    return [answers[place] for place in range(len(listed))]


def _offset(device_now: datetime | None, at: datetime) -> timedelta:
    if device_now is None or abs(at - device_now) <= WRONG_CLOCK:
        return timedelta(0)
    return at - device_now


def _when(entry: dict[str, Any], sender: Sender) -> datetime:
    """When it happened, by the clinic's clock. A time that a person typed is the clinic's already."""
    when = _moment(entry["happened_at"])
    by_hand = entry.get("typed", when != _moment(entry.get("device_at") or entry["happened_at"]))
    return when if by_hand else when + sender.offset


def _when_or_first(entry: Any, sender: Sender) -> datetime:
    try:
        return _when(entry, sender)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return FIRST


def _one(session: Session, entry: Any, sender: Sender, at: datetime) -> EntryReceipt:
    try:
        client_id = uuid.UUID(str(entry["client_id"]))
    except (KeyError, TypeError, ValueError):
        return EntryReceipt("", "unreadable", sentence="An entry needs a client_id.")
    name = str(client_id)
    if entry.get("kind") == "stop" and (heard := _heard(session, client_id, entry)):
        return EntryReceipt(name, "repeated", str(heard.code), heard.recorded_at)
    if sender.user is None and entry.get("kind") not in WITHOUT_SIGN_IN:
        return EntryReceipt(name, "sign_in", sentence="Sign in: this entry stays on the device until then.")
    known = Receipt.objects.filter(client_id=client_id).exists()
    try:
        row = take_entry(session=session, entry=entry, sender=sender, at=at, client_id=client_id)
    except audit.Conflict as conflict:
        if entry.get("kind") != "stop":
            return EntryReceipt(name, "conflict", sentence=str(conflict))
        fresh = uuid.uuid4()
        entry = {**entry, "conflicting_id": name}
        row = take_entry(session=session, entry=entry, sender=sender, at=at, client_id=fresh)
        known = False
    aside = isinstance(row, Event) and row.kind == "not_understood"
    status = "repeated" if known else "set_aside" if aside else "saved"
    return EntryReceipt(
        name, status, str(row.code), row.recorded_at, row.text if isinstance(row, Event) and aside else ""
    )


def _heard(session: Session, client_id: uuid.UUID, entry: dict[str, Any]) -> Event | None:
    """The STOP that this entry repeats: it was pressed with the clinic in reach, and only the answer was lost."""
    known = Receipt.objects.filter(client_id=client_id, action__endswith="._stop").first()
    if known is None:
        return None
    reason = str((entry.get("fields") or {}).get("reason") or "")
    return Event.objects.filter(session=session, text=reason[:500], pk=known.result.rpartition(":")[2]).first()


@audit.once
def take_entry(
    *, session: Session, entry: dict[str, Any], sender: Sender, at: datetime, client_id: uuid.UUID | None = None
) -> Fact:
    """One entry as the fact it is; one that cannot be charted is kept in its own words."""
    try:
        with transaction.atomic():
            return _chart(session, entry, sender, at)
    except (ChairRefused, ClearheadError, KeyError, TypeError, ValueError, AttributeError, DatabaseError) as fault:
        return _set_aside(session, entry, sender, at, fault)


def _set_aside(session: Session, entry: dict[str, Any], sender: Sender, at: datetime, fault: Exception) -> Event:
    why = f"A queued entry could not be charted ({str(entry.get('kind', '?'))[:20]}): {fault}"[:400]
    row = add(
        Event, session=session, at=at, by=sender.user, verb="entry set aside", kind="not_understood", text=why,
        detail={"entry": entry}, written=Written(str(entry.get("device", "")), None, True),
    )  # fmt: skip
    raise_flag(
        session=session, at=at, by=sender.user, rule="set_aside", level="medium", for_prescriber=False,
        sentence=f"{why} Chart it by hand.", value=str(row.code),
    )  # fmt: skip
    return row


@dataclass(frozen=True, slots=True)
class Said:
    """One entry, read: who, when, where, and its fields."""

    session: Session
    fields: dict[str, Any]
    kind: str
    common: dict[str, Any]

    def number(self, name: str, default: str | None = None) -> Decimal:
        """A field as an exact number."""
        text = self.fields.get(name, default)
        return read_decimal(str(text), what=name)

    def text(self, name: str) -> str:
        """A field as text."""
        return str(self.fields.get(name) or "")


def _chart(session: Session, entry: dict[str, Any], sender: Sender, at: datetime) -> Fact:
    device_at = _moment(entry.get("device_at") or entry["happened_at"])
    when, author = min(_when(entry, sender), at), sender.author_of(entry)
    device = str(entry.get("device", ""))[:40]
    written = Written(device, device_at, True, _other(sender.user, author), str(entry.get("author") or "")[:40])
    common = {"session": session, "by": author, "at": at, "happened_at": when, "written": written}
    said = Said(session, dict(entry.get("fields") or {}), str(entry["kind"]), common)
    return (KINDS.get(said.kind) or queued(said.kind))(said)


def _other(sender: User | None, author: User | None) -> str:
    return str(sender.code) if sender is not None and sender != author else ""


def _moment(text: Any) -> datetime:
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise ValueError(f"The time {text} has no zone.")
    return moment.astimezone(UTC)


def _tell_clock(session: Session, entry: Any, sender: Sender, at: datetime) -> None:
    """One low flag per device and session: its clock is wrong, its times were moved."""
    device = str(entry.get("device", "")) if isinstance(entry, dict) else ""
    rule = f"clock:{device}"[:60]
    if Flag.objects.filter(session=session, rule=rule).exists():
        return
    minutes = sender.offset.total_seconds() / 60
    sentence = f"The clock of {device or 'a device'} is {abs(minutes):.0f} min {'slow' if minutes > 0 else 'fast'}."
    with transaction.atomic():
        raise_flag(
            session=session, at=at, by=sender.user, rule=rule, level="low",
            sentence=f"{sentence} Times from it were moved by the difference; times typed by hand were not.",
        )  # fmt: skip


def _rate(said: Said) -> Fact:
    return rate.change_rate(
        **said.common, value=said.number("value"), unit=said.text("unit"), intended=False,
        ask=rate.Ask(reason=said.text("reason")),
    )  # fmt: skip


def _resume(said: Said) -> Fact:
    value = said.number("value") if said.fields.get("value") else None
    return rate.resume(**said.common, value=value, unit=said.text("unit") or "mg/h", intended=False)


def _observation(said: Said) -> Fact:
    values = dict(said.fields.get("values") or {})
    for name in ("o2_l_per_min", "temp_c"):
        if values.get(name) not in (None, ""):
            values[name] = read_decimal(str(values[name]), what=name)
    whole = {name: value for name, value in values.items() if value not in (None, "")}
    for name, value in whole.items():
        if name not in observe.SIGNS:
            raise ValueError(f"{name} is not a sign of a set.")
        if isinstance(value, str) and name != "iv_site":
            whole[name] = int(value)
    return observe.observe(
        **said.common, values=whole, phase=said.text("phase"), kind=said.text("kind") or "core",
        why_not=dict(said.fields.get("why_not") or {}), confirmed=frozenset(said.fields.get("confirmed") or ()),
        intended=False,
    )  # fmt: skip


def _adjunct(said: Said) -> Fact:
    return adjunct.give(
        **said.common, order_id=said.text("order_id"), dose=said.number("dose"), unit=said.text("unit"),
        confirmed=bool(said.fields.get("confirmed")), intended=False,
    )  # fmt: skip


def _by_plan(said: Said) -> Fact:
    if said.text("act") == "not_given":
        return scheduled.leave_out(**said.common, order_id=said.text("order_id"), why=said.text("why"))
    confirmed = bool(said.fields.get("confirmed"))
    return scheduled.give_by_plan(**said.common, order_id=said.text("order_id"), confirmed=confirmed, intended=False)


def _effect(said: Said) -> Fact:
    given = Adjunct.objects.filter(session=said.session, code=said.text("adjunct")).first()
    if given is None:
        raise ValueError("The dose this effect belongs to is not on the record.")
    return adjunct.effect(**said.common, adjunct=given, effect=said.text("effect"))


def _symptom(said: Said) -> Fact:
    return symptom.symptom(
        **said.common, code=said.text("code"), grade=int(said.fields["grade"]), note=said.text("note"), intended=False
    )


def _seen_stopped(said: Said) -> Fact:
    ml = said.number("pump_ml") if said.fields.get("pump_ml") not in (None, "") else None
    return event.pump_seen_stopped(**said.common, pump_ml=ml)


def _stop(said: Said) -> Fact:
    return event.stop(**said.common, reason=said.text("reason"))


def _ack(said: Said) -> Fact:
    flag = Flag.objects.get(session=said.session, code=said.text("flag"))
    return flags.acknowledge(**said.common, flag=flag, done=said.text("done"), cleared=bool(said.fields.get("cleared")))


KINDS: dict[str, Callable[[Said], Fact]] = {
    "rate": _rate,
    "pause": lambda said: rate.pause(**said.common, reason=said.text("reason"), intended=False),
    "resume": _resume,
    "end": lambda said: rate.end(**said.common, reason=said.text("reason")),
    "bolus": lambda said: bolus.bolus(**said.common, mg=said.number("mg"), intended=False),
    "flush": lambda said: bolus.flush(**said.common, ml=said.number("ml"), over_min=said.number("over_min", "1")),
    "observation": _observation,
    "symptom": _symptom,
    "no_new_symptoms": lambda said: symptom.no_new_symptoms(**said.common),
    "adjunct": _adjunct,
    "by_plan": _by_plan,
    "effect": _effect,
    "note": lambda said: event.note(**said.common, kind=said.text("what") or "note", text=said.text("text")),
    "emergency": lambda said: event.emergency(**said.common, what=said.text("what"), text=said.text("text")),
    "help": lambda said: event.call_help(**said.common, text=said.text("text")),
    "stop": _stop,
    "pump_seen_stopped": _seen_stopped,
    "reading": lambda said: event.read_pump(**said.common, pump_ml=said.number("pump_ml")),
    "ack": _ack,
}
"""Every kind of entry of the chair; later steps name theirs in reactions.py."""
