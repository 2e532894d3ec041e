"""Every write of the diary. What the patient says happened is kept as they say it; corrections are new rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.diary import queries
from clearhead.clinic.diary.models import Attack, AttackEvent, Day, Dose, Medicine
from clearhead.clinic.diary.refusals import (
    ChangedSince,
    DiaryRefused,
    as_it_stands,
    can_be_one_attack,
    entered,
    not_too_early,
)
from clearhead.clinic.people.models import Course, Patient, User
from clearhead.clinic.web.dates import with_year
from clearhead.medicine.headache.diary import is_backfilled, local_date_of_entry


def _chain(patient: Patient) -> str:
    course = Course.objects.filter(patient=patient).select_related("site").order_by("-opened_at").first()
    return course.site.slug if course else audit.HOUSE


def _lock(patient: Patient) -> None:
    Patient.objects.select_for_update().get(pk=patient.pk)


@audit.once
def record_day(
    *,
    patient: Patient,
    local_date: date,
    answer: int,
    zone: str,
    by: User | None,
    at: datetime,
    reason: str = "",
    entered_at: datetime | None = None,
    client_id: UUID | None = None,
) -> Day:
    """The answer of one date, in the zone of the entry. A later answer corrects an earlier one."""
    moment = entered(entered_at, at)
    today = local_date_of_entry(moment, zone)
    if local_date > today:
        named = {"day": with_year(local_date, "j F", today)}
        raise DiaryRefused(_("%(day)s has not come yet. Choose today or a day before.") % named)
    not_too_early(patient, local_date)
    if (today - local_date).days > queries.REASON_AFTER_DAYS and not reason.strip():
        raise DiaryRefused(_("This day is more than a week ago. Say in a few words why you add it now."))
    _lock(patient)
    earlier: Day | None = queries.day_of(patient, local_date)
    if earlier is not None and earlier.answer == answer and earlier.reason == reason.strip():
        return earlier
    day = Day.objects.create(
        patient=patient,
        local_date=local_date,
        zone=zone,
        answer=answer,
        backfilled=is_backfilled(local_date, recorded_at=moment, zone=zone),
        reason=reason.strip(),
        happened_at=moment,
        recorded_at=at,
        recorded_by=by,
        corrects=earlier,
    )
    said = {"date": local_date, "answer": answer, "corrects": earlier}
    audit.record(chain=_chain(patient), at=at, by=by, verb="answer diary day", subject=day, patient=patient, body=said)
    return day


@audit.once
def start_attack(
    *,
    patient: Patient,
    started_at: datetime,
    zone: str,
    by: User | None,
    at: datetime,
    precision_min: int = 0,
    ended_at: datetime | None = None,
    entered_at: datetime | None = None,
    code: UUID | None = None,
    ends_later: bool = False,
    client_id: UUID | None = None,
) -> Attack:
    """A headache begins (or began, and may be over). An offline phone chooses the code, so that more can follow.

    One that begins while another is going on is the same headache (two phones, two taps): it is kept as it was entered,
    and what stands after it began with the earlier of the two. `ends_later`: its end comes right behind it.
    """
    moment = entered(entered_at, at)
    begun, over = entered(started_at, moment), ended_at and entered(ended_at, moment)
    can_be_one_attack(patient, begun, over, zone, moment)
    _lock(patient)
    beside = queries.attack_beside(patient, moment, ended=ends_later) if over is None else None
    day = local_date_of_entry(begun, zone)
    chosen = {"code": code} if code is not None else {}
    attack = Attack.objects.create(
        patient=patient,
        zone=zone,
        precision_min=precision_min,
        backfilled=is_backfilled(day, recorded_at=moment, zone=zone),
        happened_at=begun,
        recorded_at=at,
        recorded_by=by,
        corrects=beside.row if beside else None,
        **chosen,
    )
    if over is not None:
        _event(attack, AttackEvent.Kind.OVER, "", over, by, at, None)
    said = {"ended_at": over} if over else {"joins": beside.row} if beside else {}
    audit.record(chain=_chain(patient), at=at, by=by, verb="start attack", subject=attack, patient=patient, body=said)
    return _began_before(attack, beside.row, by, at) if beside and beside.started_at < begun else attack


def _began_before(attack: Attack, earlier: Attack, by: User | None, at: datetime) -> Attack:
    """The headache had begun already: its first start stands again, behind what was entered now."""
    return Attack.objects.create(
        patient=attack.patient,
        zone=earlier.zone,
        precision_min=earlier.precision_min,
        backfilled=earlier.backfilled,
        happened_at=earlier.happened_at,
        recorded_at=at,
        recorded_by=by,
        corrects=attack,
    )


@audit.once
def add_to_attack(
    *,
    attack: Attack,
    kind: str,
    by: User | None,
    at: datetime,
    value: str = "",
    happened_at: datetime | None = None,
    client_id: UUID | None = None,
) -> AttackEvent:
    """Worse, over, or a note within an attack. A second end puts the first one right."""
    _lock(attack.patient)
    attack, moment = as_it_stands(attack), entered(happened_at, at)
    if moment < attack.happened_at:
        raise DiaryRefused(_("That is before the attack began. Check both times."))
    earlier = None
    if kind == AttackEvent.Kind.OVER:
        earlier = AttackEvent.standing().filter(attack__in=queries.lineage(attack), kind=kind).first()
    event = _event(attack, kind, value, moment, by, at, earlier)
    audit.record(
        chain=_chain(attack.patient), at=at, by=by, verb=f"attack: {kind}", subject=event, patient=attack.patient
    )
    return event


def _event(
    attack: Attack,
    kind: str,
    value: str,
    moment: datetime,
    by: User | None,
    at: datetime,
    corrects: AttackEvent | None,
    *,
    struck: bool = False,
) -> AttackEvent:
    return AttackEvent.objects.create(
        attack=attack,
        patient=attack.patient,
        kind=kind,
        value=value,
        happened_at=moment,
        recorded_at=at,
        recorded_by=by,
        corrects=corrects,
        struck=struck,
    )


@audit.once
def describe_attack(
    *,
    attack: Attack,
    by: User | None,
    at: datetime,
    started_at: datetime | None = None,
    ended_at: datetime | None = None,
    said: Mapping[str, tuple[str, ...]],
    client_id: UUID | None = None,
) -> Attack:
    """Everything about an attack, told later. `said` maps a kind of AttackEvent to its values.

    A kind that is given replaces what was said before of that kind, row by row; a kind that is not given stays.
    """
    _lock(attack.patient)
    if as_it_stands(attack) != attack:
        raise ChangedSince(
            _("This attack was changed since the page was opened. Nothing was saved; here it is as it stands now.")
        )
    begun = started_at or attack.happened_at
    for moment in (begun, ended_at):
        entered(moment, at)
    if begun != attack.happened_at:
        ended = ended_at or queries.attack_view(attack).ended_at
        can_be_one_attack(attack.patient, begun, ended, attack.zone, at)
    elif ended_at is not None and ended_at < begun:
        raise DiaryRefused(_("It cannot end before it began. Check both times."))
    row = attack if begun == attack.happened_at else _moved(attack, begun, by, at)
    told: dict[str, tuple[str, ...]] = dict(said)
    if ended_at is not None:
        told["over"] = ("",)
    lineage = queries.lineage(row)
    for kind, values in told.items():
        standing = list(AttackEvent.standing().filter(attack__in=lineage, kind=kind))
        _replace(row, str(kind), values, standing, ended_at if kind == "over" else None, by, at)
    audit.record(
        chain=_chain(attack.patient),
        at=at,
        by=by,
        verb="describe attack",
        subject=row,
        patient=attack.patient,
        body={"said": {str(kind): list(values) for kind, values in told.items()}, "ended_at": ended_at},
    )
    return row


def _moved(attack: Attack, begun: datetime, by: User | None, at: datetime) -> Attack:
    """The same attack with another start."""
    day = local_date_of_entry(begun, attack.zone)
    return Attack.objects.create(
        patient=attack.patient,
        zone=attack.zone,
        backfilled=is_backfilled(day, recorded_at=at, zone=attack.zone),
        happened_at=begun,
        recorded_at=at,
        recorded_by=by,
        corrects=attack,
    )


def _replace(
    attack: Attack,
    kind: str,
    values: tuple[str, ...],
    standing: list[AttackEvent],
    moment: datetime | None,
    by: User | None,
    at: datetime,
) -> None:
    """Rows of one kind become these values: what stays is left alone, what goes is struck, what is new is added."""
    when = moment or min(at, max(attack.happened_at, attack.recorded_at))
    kept = {event.value for event in standing if event.value in values and (moment in (None, event.happened_at))}
    gone = [event for event in standing if event.value not in kept]
    new = [value for value in values if value not in kept]
    for event in gone:
        again = new.pop(0) if new else None
        _event(attack, kind, event.value if again is None else again, when, by, at, event, struck=again is None)
    for value in new:
        _event(attack, kind, value, when, by, at, None)


@audit.once
def strike_attack(*, attack: Attack, by: User | None, at: datetime, client_id: UUID | None = None) -> Attack:
    """This attack was entered by mistake."""
    _lock(attack.patient)
    attack = as_it_stands(attack)
    row = Attack.objects.create(
        patient=attack.patient,
        zone=attack.zone,
        happened_at=attack.happened_at,
        recorded_at=at,
        recorded_by=by,
        corrects=attack,
        struck=True,
    )
    audit.record(chain=_chain(attack.patient), at=at, by=by, verb="strike attack", subject=row, patient=attack.patient)
    return row


@audit.once
def add_medicine(
    *,
    patient: Patient,
    typed: str,
    role: str,
    by: User | None,
    at: datetime,
    medicine_class: str = "",
    ingredient_id: str = "",
    unit: str = "",
    client_id: UUID | None = None,
) -> Medicine:
    """A medicine on the patient's own list. What the catalogue does not know is shown as "not checked"."""
    found = queries.Found(ingredient_id, medicine_class) if ingredient_id else queries.look_up(typed)
    medicine = Medicine.objects.create(
        patient=patient,
        typed=typed.strip(),
        role=role,
        medicine_class=medicine_class or found.medicine_class,
        ingredient_id=found.ingredient_id,
        unit=unit,
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(chain=_chain(patient), at=at, by=by, verb="add own medicine", subject=medicine, patient=patient)
    return medicine


@audit.once
def record_dose(
    *,
    patient: Patient,
    medicine: Medicine,
    zone: str,
    by: User | None,
    at: datetime,
    taken_at: datetime | None = None,
    amount: Decimal | None = None,
    attack: Attack | None = None,
    client_id: UUID | None = None,
) -> Dose:
    """One dose taken."""
    taken = entered(taken_at, at)
    not_too_early(patient, local_date_of_entry(taken, zone))
    if attack is not None:
        _lock(patient)
        attack = as_it_stands(attack)
    dose = Dose.objects.create(
        patient=patient,
        medicine=medicine,
        zone=zone,
        amount=amount,
        unit=medicine.unit if amount is not None else "",
        attack=attack,
        happened_at=taken,
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(chain=_chain(patient), at=at, by=by, verb="record dose taken", subject=dose, patient=patient)
    return dose


@audit.once
def record_effect(*, dose: Dose, effect: str, by: User | None, at: datetime, client_id: UUID | None = None) -> Dose:
    """How it was two hours later: the dose again, with its effect. A later answer puts an earlier one right."""
    _lock(dose.patient)
    dose = queries.present(dose) or dose
    again = Dose.objects.create(
        patient=dose.patient,
        medicine=dose.medicine,
        zone=dose.zone,
        amount=dose.amount,
        unit=dose.unit,
        attack=dose.attack,
        effect_2h=effect,
        happened_at=dose.happened_at,
        recorded_at=at,
        recorded_by=by,
        corrects=dose,
    )
    audit.record(
        chain=_chain(dose.patient), at=at, by=by, verb="record effect of dose", subject=again, patient=dose.patient
    )
    return again
