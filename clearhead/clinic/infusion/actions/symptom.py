"""Graded symptoms, and the flag of each."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.base import HERE, Written, add, lock, not_ahead, raise_flag, refuse
from clearhead.clinic.infusion.entered import BY_ITSELF, EASED, VEIN, VEIN_GRADES
from clearhead.clinic.infusion.models import Event, Flag, FlagAck, Observation, Symptom
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.bedside import Symptom as Rule
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import limits

FROM_SET = "seen with the set"


@audit.once
def symptom(
    *,
    session: Session,
    code: str,
    grade: int,
    by: User | None,
    at: datetime,
    note: str = "",
    happened_at: datetime | None = None,
    intended: bool = True,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Symptom:
    """A graded symptom in one tap; grade 0 ends it. From the grade where the protocol calls, it raises a flag."""
    lock(session)
    not_ahead(happened_at or at, at)
    known = protocol_of(session).limits.symptom(code)
    if not 0 <= grade <= 3 or (known is None and intended):
        raise refuse("symptom", "Symptom", "A symptom of the protocol's list has a grade from 0 to 3.")
    row = add(
        Symptom, session=session, at=at, by=by, verb="symptom", happened_at=happened_at, written=written, symptom=code,
        grade=grade, note=note,
    )  # fmt: skip
    keep_symptom_flag(session, code, at, by)
    return row


def keep_symptom_flag(session: Session, code: str, at: datetime, by: User | None, *, over: str = EASED) -> None:
    """Bring the flag in line with the grades by when they happened, whatever was charted last.

    One flag while the symptom is open: it asks about the worst grade since it opened, and asks again when it becomes
    worse. A milder grade only changes its words; it ends with the symptom.
    """
    protocol, name = protocol_of(session), f"symptom:{code}"
    grades = list(Symptom.standing().filter(session=session, symptom=code).order_by("happened_at", "pk"))
    cleared = FlagAck.standing().filter(session=session, flag__rule=name, cleared=True)
    said = cleared.exclude(done__in=BY_ITSELF).order_by("happened_at", "pk").last()
    worst = _worst(grades, protocol, after=said.happened_at if said else None)
    flag = Flag.standing().filter(session=session, rule=name).exclude(pk__in=cleared.values("flag_id")).last()
    if worst is not None:
        _raise(worst, grades[-1].grade, protocol, flag, session, at, by)
    elif flag is not None:
        add(
            FlagAck, session=session, at=at, by=by, verb="flag over", flag=flag, cleared=True, done=over,
            happened_at=grades[-1].happened_at if grades else at,
        )  # fmt: skip


def _worst(grades: Iterable[Symptom], protocol: Protocol, *, after: datetime | None) -> Symptom | None:
    """The first of the worst grades since the symptom opened; None once it eased, or a person called its flag over."""
    opened: list[Symptom] = []
    for row in grades:
        level = limits.symptom_level(row.grade, protocol.limits.symptom(row.symptom))
        opened = [*opened, row] if level else []
    fresh = [row for row in opened if after is None or row.happened_at > after]
    return max(fresh, key=lambda row: row.grade) if fresh else None


def _raise(
    row: Symptom,
    newest: int,
    protocol: Protocol,
    flag: Flag | None,
    session: Session,
    at: datetime,
    by: User | None,
) -> None:
    rule = protocol.limits.symptom(row.symptom)
    level, sentence = limits.symptom_level(row.grade, rule), _said(row, newest, rule)
    if flag is not None and (flag.level, flag.value, flag.sentence) == (level, str(row.grade), sentence):
        return
    ladder = protocol.limits.ladder(rule.ladder) if rule else None
    steps = [{"action": step.action, "sentence": step.sentence} for step in (ladder.steps if ladder else ())]
    raise_flag(
        session=session, at=at, by=by, rule=f"symptom:{row.symptom}", level=level, since=row.happened_at, ladder=steps,
        sentence=sentence, value=str(row.grade), corrects=flag,
    )  # fmt: skip


def _said(row: Symptom, newest: int, rule: Rule | None) -> str:
    """Its worst grade, and the newest one where that is another."""
    words = [_word(grade, rule) for grade in dict.fromkeys((row.grade, newest))]
    return f"{rule.title if rule else row.symptom}: {', last '.join(words)}."


def _word(grade: int, rule: Rule | None) -> str:
    return rule.grades[grade - 1] if rule and rule.grades else str(grade)


def vein_seen(
    session: Session, said: str, by: User | None, at: datetime, when: datetime, written: Written = HERE
) -> None:
    """What a set says of the vein, as the symptom of one tap: one episode, whichever of the two was charted first.

    A set has no word for skin that changed: only a clear vein ends that grade.
    """
    grade = VEIN_GRADES.get(said)
    if grade is None or protocol_of(session).limits.symptom(VEIN) is None:
        return
    earlier = Symptom.standing().filter(session=session, symptom=VEIN, happened_at__lte=when)
    last = earlier.order_by("happened_at", "pk").last()
    now = last.grade if last is not None else 0
    if grade == now or (grade and now > max(VEIN_GRADES.values())):
        return
    add(
        Symptom, session=session, at=at, by=by, verb="symptom", happened_at=when, written=written, symptom=VEIN,
        grade=grade, note=FROM_SET,
    )  # fmt: skip
    keep_symptom_flag(session, VEIN, at, by)


def vein_of(row: Observation) -> Symptom | None:
    """The grade that came with this set."""
    same = {"session": row.session, "symptom": VEIN, "note": FROM_SET}
    return Symptom.standing().filter(**same, happened_at=row.happened_at, recorded_at=row.recorded_at).first()


@audit.once
def no_new_symptoms(
    *,
    session: Session,
    by: User | None,
    at: datetime,
    happened_at: datetime | None = None,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Event:
    """Asked, and nothing new: one tap."""
    not_ahead(happened_at or at, at)
    return add(
        Event, session=session, at=at, by=by, verb="no new symptoms", happened_at=happened_at, written=written,
        kind="no_new_symptoms",
    )  # fmt: skip
