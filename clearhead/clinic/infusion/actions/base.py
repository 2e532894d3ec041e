"""What every write at the chair shares: refusals, where it was written, the lock, adding one fact."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.entered import IN_FULL, TYPED, WHOLE, WHOLE_OF
from clearhead.clinic.infusion.entered import Secret as Secret
from clearhead.clinic.infusion.models import ChairFact, Event, Flag, Infusion
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.clinic.reactions import react
from clearhead.medicine.rules.clock import clock_time
from clearhead.medicine.rules.reasons import missing, refused
from clearhead.medicine.rules.verdict import Outcome, Reason, Verdict

AHEAD = timedelta(minutes=5)
"""An entry dated further ahead than this comes from a wrong clock (H-12)."""
LONG_AGO = timedelta(minutes=60)
"""A pump setting or a bolus that is set back further than this is asked about (assumption)."""
MINUTE = timedelta(minutes=1)
SMALL = 2**15
"""What a small whole number of the database stays below."""
Row = TypeVar("Row", bound=ChairFact)


class ChairRefused(Exception):
    """An intention was refused; nothing was saved. `verdict` names every reason."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        super().__init__(str(verdict))


class RateRefused(ChairRefused):
    """A rate or a bolus may not be given like this."""


@dataclass(frozen=True, slots=True)
class Written:
    """Where and when a fact was written, as the device says."""

    device: str = ""
    device_at: datetime | None = None
    queued: bool = False
    sent_by: str = ""
    """Who was signed in when it was sent, by code, where that is somebody else than who wrote it."""
    named: str = ""
    """Who was signed in when it was written, by code, as the device says."""


HERE = Written()


def refuse(gate: str, title: str, sentence: str, *, question: str = "chair") -> ChairRefused:
    """One plain refusal."""
    return ChairRefused(Verdict.of(question, [refused(gate, title, sentence)]))


def ask(gate: str, title: str, sentence: str, *, question: str = "chair") -> ChairRefused:
    """One thing that has to be read and confirmed first."""
    return ChairRefused(Verdict.of(question, [missing(gate, title, sentence)]))


def lock(session: Session) -> Infusion | None:
    """Take the chair's lock: of the running infusion, else of the session itself. Everything after this is alone."""
    Session.objects.select_for_update().values_list("pk").get(pk=session.pk)
    return Infusion.objects.select_for_update().filter(session=session).first()


def not_ahead(happened_at: datetime, at: datetime) -> None:
    """Refuse what is dated into the future."""
    if happened_at > at + AHEAD:
        minutes = (happened_at - at).total_seconds() / 60
        raise refuse(
            "clock", "Time", f"That lies {minutes:.0f} min in the future. Check the time and the device's clock."
        )


def believed(happened_at: datetime | None, at: datetime) -> datetime:
    """For what is never refused: a time in the future is taken as now; the device's own time is kept beside it."""
    return at if happened_at is None or happened_at > at + AHEAD else happened_at


def since_start(infusion: Infusion | None, when: datetime) -> datetime:
    """Refuse what the pump cannot have done before it was started; within the minute of the start, it is the start."""
    if infusion is None or when >= infusion.started_at:
        return when
    zone = infusion.session.site.tz
    began, said = infusion.started_at.astimezone(zone), when.astimezone(zone)
    if when >= infusion.started_at - MINUTE and (began.hour, began.minute) == (said.hour, said.minute):
        return infusion.started_at
    day = "" if said.date() == began.date() else f"{said:%d %b} "
    start = clock_time(infusion.started_at, zone)
    sentence = f"{day}{clock_time(when, zone)} lies before the start of this infusion at {start}. Check the time."
    raise refuse("before_start", "Time", sentence)


def long_ago(when: datetime, at: datetime, zone: ZoneInfo) -> Iterable[Reason]:
    """A time set back by hours is rare: read it and confirm it."""
    if when < at - LONG_AGO:
        minutes = (at - when).total_seconds() / 60
        yield missing("set_back", "Long ago", f"{clock_time(when, zone)} is {minutes:.0f} min ago. Is the time right?")


def add(
    model: type[Row],
    *,
    session: Session,
    at: datetime,
    by: User | None,
    verb: str,
    happened_at: datetime | None = None,
    written: Written = HERE,
    **fields: Any,
) -> Row:
    """One fact on the chair's record, counted for the screens that poll, and audited."""
    long = _too_long(model, fields)
    fields = fields | {name: short(text, _room(model, name)) for name, text in long.items()}
    if model is Event and long:
        fields["detail"] = {**fields.get("detail", {}), WHOLE: long["text"]}
    row: Row = model(
        session=session,
        happened_at=happened_at or at,
        recorded_at=at,
        recorded_by=by,
        device=written.device[:40],
        device_at=written.device_at,
        queued=written.queued,
        **fields,
    )
    _fits(row)
    row.save(force_insert=True)
    Infusion.objects.filter(session=session).update(last_fact=F("last_fact") + 1)
    body = {key: value for key, value in fields.items() if key not in {"verdict", "signature"}}
    audit.record(
        chain=session.site.slug,
        at=at,
        by=by,
        verb=verb,
        subject=row,
        patient=session.patient,
        body={**_where(written), "happened_at": happened_at or at, **body},
    )
    if model is not Event:
        for text in long.values():
            add(
                Event, session=session, at=at, by=by, verb="event: note", happened_at=happened_at, written=written,
                kind="note", text=f"{IN_FULL} ({verb}): {text}", detail={WHOLE_OF: str(row.code)},
            )  # fmt: skip
    react("chart_fact_added", row=row, by=by, at=at)
    return row


def short(text: str, most: int) -> str:
    """As much as fits, and a sign that there is more."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _too_long(model: type[ChairFact], fields: dict[str, Any]) -> dict[str, str]:
    """Sentences that their columns have no room for. The fact is charted, and nothing of its words is lost."""
    written = {name: str(fields[name]) for name in TYPED if name in fields}
    return {name: text for name, text in written.items() if len(text) > _room(model, name)}


def _room(model: type[ChairFact], name: str) -> int:
    return getattr(model._meta.get_field(name), "max_length", None) or 0


def _fits(row: ChairFact) -> None:
    """Refuse what its column has no room for: one database refuses it, the other keeps it and never reads it again."""
    for column in () if row.struck else row._meta.concrete_fields:
        value = getattr(row, column.attname)
        if value is not None and not _has_room(column, value):
            word = column.name.replace("_", " ")
            raise refuse(column.name, "Too much", f"{word} {str(value)[:40]}: the record cannot hold it. Check it.")


def _has_room(column: Any, value: Any) -> bool:
    if isinstance(column, models.DecimalField):
        half_a_step = Decimal(5).scaleb(-column.decimal_places - 1)
        return abs(Decimal(str(value))) < Decimal(10) ** (column.max_digits - column.decimal_places) - half_a_step
    if isinstance(column, models.SmallIntegerField | models.PositiveSmallIntegerField):
        low = 0 if isinstance(column, models.PositiveSmallIntegerField) else -SMALL
        return low <= int(value) < SMALL
    return not isinstance(column, models.CharField) or len(str(value)) <= (column.max_length or 0)


def _where(written: Written) -> dict[str, Any]:
    said: dict[str, Any] = {"device": written.device, "queued": written.queued}
    both = {"sent_by": written.sent_by, "named": written.named}
    return {**said, **{name: code for name, code in both.items() if code}}


def raise_flag(
    *,
    session: Session,
    at: datetime,
    by: User | None,
    rule: str,
    level: str,
    sentence: str,
    since: datetime | None = None,
    ladder: list[dict[str, Any]] | None = None,
    value: str = "",
    for_prescriber: bool = False,
    corrects: Flag | None = None,
) -> Flag:
    """A flag on the record: computed here on the server, in the transaction of the fact that caused it."""
    return add(
        Flag,
        session=session,
        at=at,
        by=by,
        verb="flag",
        happened_at=since,
        rule=rule[:60],
        level=level,
        sentence=sentence,
        action_ladder=ladder or [],
        value=value[:40],
        for_prescriber=for_prescriber,
        corrects=corrects,
    )


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """A verdict as it is kept beside a fact."""
    return {
        "question": verdict.question,
        "outcome": str(verdict.outcome),
        "reasons": [_reason_json(reason) for reason in verdict.reasons],
    }


def _reason_json(reason: Reason) -> dict[str, str]:
    return {
        "gate": reason.gate,
        "outcome": str(reason.outcome),
        "title": reason.title,
        "sentence": reason.sentence,
        "source": reason.source,
        "limit": reason.limit,
    }


def breach_of(verdict: Verdict) -> str:
    """The limits that a thing already happened broke, in one line; empty when none."""
    return "; ".join(f"{r.gate}: {r.sentence}" for r in verdict.at(Outcome.REFUSED))
