"""Taking an entry back: a second row over the first, with a reason. Both stay readable."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion import models
from clearhead.clinic.infusion.actions.base import HERE, Written, add, lock, refuse
from clearhead.clinic.infusion.actions.flags import drop_doubts, flag_lost_baseline, keep_flags
from clearhead.clinic.infusion.actions.gate import CAME_OUT
from clearhead.clinic.infusion.actions.gone import close_flags_of
from clearhead.clinic.infusion.actions.rate import settle
from clearhead.clinic.infusion.actions.recount import recount
from clearhead.clinic.infusion.actions.struck_dose import ask_first, keep_the_start, moved, tell
from clearhead.clinic.infusion.actions.symptom import keep_symptom_flag, vein_of
from clearhead.clinic.infusion.entered import NEVER_TAKEN_BACK, STRUCK_BY, TAKEN_BACK
from clearhead.clinic.infusion.models import ChairFact
from clearhead.clinic.infusion.queries.doses import dose_rows, running_mg_per_h
from clearhead.clinic.infusion.queries.unrest import unrest
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import CLINICAL, User
from clearhead.clinic.plan.models import Session
from clearhead.clinic.reactions import react

STRIKABLE: dict[str, type[ChairFact]] = {
    "observation": models.Observation,
    "symptom": models.Symptom,
    "ratechange": models.RateChange,
    "bolus": models.Bolus,
    "flush": models.Flush,
    "pumpreading": models.PumpReading,
    "adjunct": models.Adjunct,
    "adjuncteffect": models.AdjunctEffect,
    "event": models.Event,
    "access": models.Access,
}
"""What a clinician may take back. Signatures, checks, flags and what was done about them stay."""
UNDO = timedelta(minutes=1)
"""A setting may be undone so long after it was written, with room for a slow network (assumption)."""
OWN = {"id", "code", "recorded_at", "recorded_by", "corrects", "struck", "session", "device", "device_at", "queued"}


@audit.once
def strike(
    *,
    row: ChairFact,
    reason: str,
    by: User,
    at: datetime,
    confirmed: frozenset[str] = frozenset(),
    written: Written = HERE,
    client_id: UUID | None = None,
) -> ChairFact:
    """This entry should not have been there. A dose taken back moves the total: that is read first, and then told."""
    model: Any = type(row)
    kind, session = str(model._meta.model_name), row.session
    lock(session)
    _may_be_taken_back(row, kind, reason, by, at)
    dose = moved(row, at)
    if dose is not None and not _undone(row, at):
        ask_first(dose, confirmed)
    seen: dict[str, Any] = {}
    react("entry_striking", session=session, at=at, seen=seen)
    if isinstance(row, models.Access) and row.out_at is not None:
        lies = _lies_again(row, by, at, written)
        _say_why(lies, reason, by, at, written)
        return lies
    over: ChairFact = add(
        model, session=session, at=at, by=by, verb=f"strike {kind}", happened_at=row.happened_at, written=written,
        corrects=row, struck=True, **_copied(row),
    )  # fmt: skip
    _say_why(over, reason, by, at, written)
    if dose is not None:
        tell(row, dose, reason, by, at)
    infusion = models.Infusion.objects.filter(session=session).first()
    if infusion is not None:
        settle(infusion)
        recount(session, by, at)
    _judge_anew(row, at, by)
    if isinstance(row, models.Observation) and (with_it := vein_of(row)) is not None:
        strike(row=with_it, reason=reason, by=by, at=at, written=written)
    react("entry_struck", row=row, reason=reason, by=by, at=at, seen=seen)
    return over


def _say_why(over: ChairFact, reason: str, by: User, at: datetime, written: Written) -> None:
    """The reason stays beside what it struck."""
    add(
        models.Event, session=over.session, at=at, by=by, verb="why taken back", happened_at=over.happened_at,
        written=written, kind="note", text=f"Taken back: {reason.strip()}", detail={STRUCK_BY: str(over.code)},
    )  # fmt: skip


def _judge_anew(row: ChairFact, at: datetime, by: User) -> None:
    """The flags as they are by what stands now."""
    close_flags_of(row.code, session=row.session, at=at, by=by)
    keep_flags(row.session, at, by)
    if isinstance(row, models.Observation):
        drop_doubts(row, at, by)
        flag_lost_baseline(row, at, by)
    if isinstance(row, models.Symptom):
        keep_symptom_flag(row.session, row.symptom, at, by, over=TAKEN_BACK)


def _may_be_taken_back(row: ChairFact, kind: str, reason: str, by: User, at: datetime) -> None:
    model: Any = type(row)
    if kind not in STRIKABLE or (isinstance(row, models.Event) and row.kind in NEVER_TAKEN_BACK):
        raise refuse("strike", "Take back", "This stays on the record. Add a note instead.")
    if isinstance(row, models.RateChange):
        _never_more(row, at)
    if isinstance(row, models.Access) and row.out_at is None:
        _something_lies(row)
    if not roles_of(by, row.session.site) & set(CLINICAL):
        raise refuse("act_permitted", "Who may", "Only a clinician of this site takes an entry back.")
    if row.struck or model._default_manager.filter(corrects=row).exists():
        raise refuse("strike", "Take back", "This entry was corrected already.")
    if not reason.strip():
        raise refuse("reason", "Reason", "Say why, in a word or two.")


def _never_more(row: models.RateChange, at: datetime) -> None:
    """No way around a gate: an end stays, and nothing is taken back that would make the record say more runs now.

    A pump that runs all the same is entered as what it shows; one that shall run again is resumed through its gate.
    Only a slip of the hand at a running pump is undone at once: the rate of a moment ago had passed its gate.
    """
    if row.kind == models.RateChange.Kind.END:
        sentence = "The end of an infusion stays on the record. If the pump runs all the same, enter the rate it shows."
        raise refuse("strike", "Take back", sentence)
    rows = dose_rows(row.session)
    if [one.pk for one in rows.rates] == [row.pk]:
        raise refuse(
            "strike", "Take back", "This is the only setting of the pump. End the infusion, then take it back."
        )
    keep_the_start(row, rows)
    now, then = running_mg_per_h(rows), running_mg_per_h(rows.without(row))
    a_bag = row.kind == models.RateChange.Kind.BAG_CHANGE
    if then > now and not (now > 0 and (a_bag or _undone(row, at))):
        sentence = (
            "Without this entry the pump would run, or run faster, on the record. Resume it or enter what it shows."
        )
        raise refuse("strike", "Take back", sentence)
    if then > now and not a_bag:
        _calm(row.session, at)


def _undone(row: ChairFact, at: datetime) -> bool:
    """A slip of the hand at the pump, taken back at once: what ran a moment ago had passed its gate."""
    quick = isinstance(row, models.RateChange) and row.kind != models.RateChange.Kind.BAG_CHANGE
    return quick and at - row.recorded_at <= UNDO


def _calm(session: Session, at: datetime) -> None:
    """Nothing is lifted by an undo that would not be raised through its gate."""
    stirs = unrest(session, at)
    if why := stirs.emergency or stirs.unanswered:
        sentence = f"{why} The lower rate stays until then; after it the rate is raised on its own page."
        raise refuse("strike", "Take back", sentence)


def _something_lies(row: models.Access) -> None:
    """Nobody takes away the only catheter on the record while the pump runs through it."""
    others = models.Access.standing().filter(session=row.session, out_at__isnull=True).exclude(pk=row.pk)
    if running_mg_per_h(dose_rows(row.session)) > 0 and not others.exists():
        sentence = (
            "The pump is charted as running through this catheter. Chart the one that lies first, then take this back."
        )
        raise refuse("pump_runs", "The pump runs", sentence)


def _lies_again(row: models.Access, by: User, at: datetime, written: Written) -> models.Access:
    """It was never taken out: a row over the removal says that the catheter lies, as it was placed."""
    placed = row.corrects or row
    said = {**_copied(row), "out_at": None}
    flags = models.Flag.standing().filter(session=row.session, rule=CAME_OUT, value=str(row.code))
    for flag in flags.exclude(acks__cleared=True):
        add(
            models.FlagAck, session=row.session, at=at, by=by, verb="flag over", flag=flag, cleared=True,
            done=TAKEN_BACK,
        )  # fmt: skip
    return add(
        models.Access, session=row.session, at=at, by=by, verb="strike access", happened_at=placed.happened_at,
        written=written, corrects=row, **said,
    )  # fmt: skip


def _copied(row: ChairFact) -> dict[str, Any]:
    """The columns of the entry itself. Whoever checked the first row did not check this one."""
    names = [field.name for field in row._meta.concrete_fields if field.name not in {*OWN, "happened_at"}]
    said = {name: getattr(row, name) for name in names}
    return {**said, "second_person": None} if "second_person" in said else said
