"""Everything else that happens: notes, the prescriber in and out, STOP and help, the pump seen stopped, readings."""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.audit.models import Receipt
from clearhead.clinic.consent.models import Consent
from clearhead.clinic.infusion.actions import rate
from clearhead.clinic.infusion.actions.base import (
    HERE,
    ChairRefused,
    Written,
    add,
    believed,
    lock,
    not_ahead,
    raise_flag,
    refuse,
    short,
    since_start,
)
from clearhead.clinic.infusion.actions.emergency_flag import keep_emergency_flags
from clearhead.clinic.infusion.actions.help import ended_by
from clearhead.clinic.infusion.actions.moment import flag_overtaken
from clearhead.clinic.infusion.actions.recount import recount
from clearhead.clinic.infusion.entered import EMERGENCY_OVER, NOTES
from clearhead.clinic.infusion.models import Event, Flag, Infusion, PumpReading, RateChange
from clearhead.clinic.infusion.queries.doses import account, dose_rows, exact
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.remains import pump_since_bag
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Role, User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.rules.clock import clock_time
from clearhead.medicine.rules.reasons import missing
from clearhead.medicine.rules.verdict import Reason, Verdict

FAR = 5
"""So many times more or less mL than charted are asked about before they are believed (assumption)."""
AGAIN = "runs_after_stop"
"""The flag of a STOP that comes late, before a setting that runs."""
MUCH_ML = Decimal("2")
"""A difference between pump and chart from which the hourly reading is flagged (assumption)."""


@audit.once
def note(
    *,
    session: Session,
    kind: str,
    by: User | None,
    at: datetime,
    text: str = "",
    detail: dict[str, Any] | None = None,
    happened_at: datetime | None = None,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Event:
    """A line on the record."""
    not_ahead(happened_at or at, at)
    if kind not in NOTES:
        raise refuse("kind", "Event", f"“{kind}” is not a kind of event.")
    prescriber = Role.PRESCRIBER in roles_of(by, session.site)
    if kind == "prescriber_agrees" and not prescriber:
        raise refuse("act_permitted", "Who may", "Only a prescriber agrees to a step.")
    return add(
        Event, session=session, at=at, by=by, verb=f"event: {kind}", happened_at=happened_at, written=written,
        kind=kind, text=text, detail=detail or {},
    )  # fmt: skip


@audit.once
def emergency(
    *,
    session: Session,
    what: str,
    by: User | None,
    at: datetime,
    text: str = "",
    happened_at: datetime | None = None,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Event:
    """One line of the emergency's timeline. Nothing is required and nothing is refused: an unknown word is kept.

    With its first line the emergency stands as a high flag, until the line that ends it.
    """
    lock(session)
    row = add(
        Event, session=session, at=at, by=by, verb="emergency", happened_at=believed(happened_at, at), written=written,
        kind="emergency", text=text, detail={"what": (what or "other")[:60]},
    )  # fmt: skip
    if what in EMERGENCY_OVER and by is not None:
        ended_by(row, by, at, written)
    keep_emergency_flags(session, at, by)
    return row


def stop(
    *,
    session: Session,
    by: User | None,
    at: datetime,
    reason: str = "",
    happened_at: datetime | None = None,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Event:
    """STOP: in every state, without stale check. The same id with other content is kept under a new one."""
    said: dict[str, Any] = {"session": session, "by": by, "at": at, "reason": reason, "written": written}
    try:
        return _stop(**said, happened_at=happened_at, client_id=client_id)
    except audit.Conflict:
        if (known := heard(session, client_id, "stop", reason)) is not None:
            return known
        return _stop(**said, happened_at=happened_at, conflicting=str(client_id), client_id=uuid.uuid4())


def heard(
    session: Session, client_id: UUID | None, kind: str, text: str = "", *, action: str = "", **detail: Any
) -> Event | None:
    """What this id is charted as already, where that is the very same; `action`: only what this one charted."""
    if client_id is None:
        return None
    receipts = Receipt.objects.filter(client_id=client_id, action__endswith=action)
    known = receipts.filter(result__startswith=f"{Event._meta.label}:").first()
    if known is None:
        return None
    said = Event.objects.filter(session=session, kind=kind, text=short(text, 500), pk=known.result.rpartition(":")[2])
    row = said.first()
    same = row is not None and all(_alike(row.detail.get(name), value) for name, value in detail.items())
    return row if same else None


def _alike(kept: Any, said: Any) -> bool:
    """A number is the same however many zeros it was written with."""
    return kept is not None and Decimal(kept) == said if isinstance(said, Decimal) else bool(kept == said)


@audit.once
def _stop(
    *,
    session: Session,
    by: User | None,
    at: datetime,
    reason: str,
    written: Written,
    happened_at: datetime | None,
    conflicting: str = "",
    client_id: UUID | None = None,
) -> Event:
    infusion, when = lock(session), believed(happened_at, at)
    rows = dose_rows(session)
    if rows.rates and when < rows.rates[0].happened_at:
        when = at  # a device whose clock runs behind: nothing can be stopped before it was started
    detail = {"conflicting_id": conflicting} if conflicting else {}
    row = add(
        Event, session=session, at=at, by=by, verb="STOP", happened_at=when, written=written, kind="stop",
        text=reason, detail=detail,
    )  # fmt: skip
    last = rows.at(when).last
    if infusion is not None and last is not None and last.kind != RateChange.Kind.END:
        add(
            RateChange, session=session, at=at, by=by, verb="pump: end", happened_at=when, written=written,
            bag=last.bag, kind="end", entered_value=Decimal(0), entered_unit="mL/h", pump_ml_per_h=Decimal(0),
            intended=False, reason=short(reason or "STOP", 300),
        )  # fmt: skip
        rate.settle(infusion)
        recount(session, by, at)
    _runs_again(row, rows.rates, session, by, at)
    return row


def _runs_again(row: Event, rates: tuple[RateChange, ...], session: Session, by: User | None, at: datetime) -> None:
    """A STOP that comes in late, after somebody set the pump to run later than it: one of the two is not so."""
    again = next((one for one in rates if one.happened_at > row.happened_at and one.pump_ml_per_h), None)
    if again is None or Flag.objects.filter(session=session, rule=AGAIN, happened_at=again.happened_at).exists():
        return
    zone = session.site.tz
    raise_flag(
        session=session, at=at, by=by, rule=AGAIN, level="high", since=again.happened_at, for_prescriber=True,
        sentence=f"The pump was set to run again at {clock_time(again.happened_at, zone)}, after this STOP of "
        f"{clock_time(row.happened_at, zone)}: look at the pump.", value=str(row.code),
    )  # fmt: skip


@audit.once
def pump_seen_stopped(
    *,
    session: Session,
    by: User | None,
    at: datetime,
    pump_ml: Decimal | None = None,
    happened_at: datetime | None = None,
    confirmed: frozenset[str] = frozenset(),
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Event:
    """Somebody saw the pump stand still, and read its mL where it could be read (H-51).

    mL that are far from the chart's are asked about and kept with the sighting; until they are read again or confirmed
    on the reading's page they stand as not read. The sighting itself is always saved.

    Where the record says that it runs, it has paused by itself: from this moment on it gives nothing. Whether the
    infusion is over or goes on is said afterwards, and a resume goes through its gate.
    """
    infusion = lock(session)
    when = believed(happened_at, at)
    if infusion is not None:
        _stands_still(infusion, by, at, when, written)
    reads = pump_ml is not None and dose_rows(session).bag is not None
    doubt = _far_off(session, pump_ml, when, confirmed, written) if reads and pump_ml is not None else None
    said = {"pump_ml": None if pump_ml is None else str(pump_ml), **({"asked": doubt.sentence} if doubt else {})}
    row = add(
        Event, session=session, at=at, by=by, verb="pump seen stopped", happened_at=when, written=written,
        kind="pump_seen_stopped", detail=said,
    )  # fmt: skip
    if doubt is not None:
        raise_flag(
            session=session, at=at, by=by, rule="reconcile", level="medium", since=when, value=str(pump_ml),
            sentence=f"{doubt.sentence} Read the pump again.",
        )  # fmt: skip
    elif reads and pump_ml is not None:
        _read(session, pump_ml, True, by, at, when, written)
    return row


def _stands_still(infusion: Infusion, by: User | None, at: datetime, when: datetime, written: Written) -> None:
    """A pause as what happened, where the record says that the pump ran at that moment."""
    rows = dose_rows(infusion.session)
    last = rows.at(when).last
    if last is None or not last.pump_ml_per_h:
        return
    paused = add(
        RateChange, session=infusion.session, at=at, by=by, verb="pump: pause", happened_at=when, written=written,
        bag=last.bag, kind="pause", entered_value=Decimal(0), entered_unit="mL/h", pump_ml_per_h=Decimal(0),
        intended=False, reason="The pump was seen stopped.",
    )  # fmt: skip
    flag_overtaken(paused, rows, by, at)
    rate.settle(infusion)
    recount(infusion.session, by, at)


@audit.once
def read_pump(
    *,
    session: Session,
    pump_ml: Decimal,
    by: User | None,
    at: datetime,
    happened_at: datetime | None = None,
    confirmed: frozenset[str] = frozenset(),
    written: Written = HERE,
    client_id: UUID | None = None,
) -> PumpReading:
    """The hourly look: the pump's own mL beside the charted ones."""
    infusion = lock(session)
    not_ahead(happened_at or at, at)
    when = since_start(infusion, happened_at or at)
    if dose_rows(session).bag is None:
        raise refuse("bag", "Bag", "No bag hangs here.")
    doubt = _far_off(session, pump_ml, when, confirmed, written)
    if doubt is not None:
        raise ChairRefused(Verdict.of("reading", [doubt]))
    return _read(session, pump_ml, False, by, at, when, written)


def _far_off(
    session: Session, pump_ml: Decimal, when: datetime, confirmed: frozenset[str], written: Written
) -> Reason | None:
    """mL that look like a slip of the decimal point. What a queue brings is saved, and flagged as any difference is."""
    charted, gate = _charted(session, pump_ml, when), f"pump_ml={pump_ml}"
    near = abs(pump_ml - charted) <= MUCH_ML or (pump_ml < charted * FAR and charted < pump_ml * FAR)
    if near or gate in confirmed or written.queued:
        return None
    return missing(gate, "Pump", f"{charted.normalize():f} mL expected by the chart; {pump_ml:f} mL: is that right?")


def _charted(session: Session, pump_ml: Decimal, when: datetime) -> Decimal:
    """mL by charted rates since the start, or since the bag was hung: whichever the pump's count is nearer to."""
    rows, protocol = dose_rows(session), protocol_of(session)
    counts = (exact(account(rows, protocol, when).pump_ml), pump_since_bag(rows, protocol, when))
    return min(counts, key=lambda ml: abs(pump_ml - ml)).quantize(Decimal("0.01"))


def _read(
    session: Session, pump_ml: Decimal, stopped: bool, by: User | None, at: datetime, when: datetime, written: Written
) -> PumpReading:
    rows, charted = dose_rows(session), _charted(session, pump_ml, when)
    bag = rows.at(when).bag or rows.bag
    assert bag is not None  # both callers asked
    row = add(
        PumpReading, session=session, at=at, by=by, verb="pump read", happened_at=when, written=written, bag=bag,
        pump_ml=pump_ml, charted_ml=charted, stopped=stopped,
    )  # fmt: skip
    if abs(pump_ml - charted) > MUCH_ML:
        sentence = f"The pump says {pump_ml} mL, the charted rates say {charted} mL. Look for a setting not charted."
        raise_flag(
            session=session, at=at, by=by, rule="reconcile", level="medium", sentence=sentence, since=when,
            value=str(pump_ml - charted),
        )  # fmt: skip
    return row


def consent_withdrawn(*, session: Session, consent: Consent, by: User | None, at: datetime) -> None:
    """A reaction: the patient takes consent back at the chair. A request to stop, and a clinician called.

    Before the start the go gate sees it by itself; after the end nothing is left to stop.
    """
    if not Infusion.objects.select_for_update().filter(session=session, ended_at__isnull=True).exists():
        return
    row = add(
        Event, session=session, at=at, by=by, verb="consent withdrawn", kind="consent_withdrawn",
        detail={"consent": str(consent.code)},
    )  # fmt: skip
    raise_flag(
        session=session, at=at, by=by, rule="consent_withdrawn", level="high", for_prescriber=True, value=str(row.code),
        sentence="The patient withdraws consent: stop the pump and call a clinician.",
    )  # fmt: skip
