"""The second person: enters what the protocol compares, or the dose of a drug, blind and under their own PIN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from clearhead.clinic.infusion.actions.base import HERE, ChairRefused, Written, add, raise_flag, refuse
from clearhead.clinic.infusion.entered import SecondPerson as SecondPerson
from clearhead.clinic.infusion.models import ChairFact, Check
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import CLINICAL, Role, User
from clearhead.clinic.people.secrets import SignatureRefused, prove
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.reasons import refused
from clearhead.medicine.rules.verdict import Outcome, Verdict

READ = {
    "weight_kg": ("weight", Decimal("0.05")),
    "mg_per_ml": ("mg/mL", Decimal(0)),
    "ml_per_h": ("mL/h", Decimal(0)),
    "dose": ("dose", Decimal(0)),
}
"""What can be read, its word, and how far apart two readings may lie: a weight is read to a tenth."""
DIFFERS = "second_reading"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the first person is about to do: every number here has to be read by the second one."""

    act: str
    weight_kg: Decimal | None = None
    mg_per_ml: Decimal | None = None
    ml_per_h: Decimal | None = None
    dose: Decimal | None = None


def expected(protocol: Protocol, act: str, *, weight_kg: Decimal, mg_per_ml: Decimal, ml_per_h: Decimal) -> Expected:
    """At the pump: the numbers that the protocol compares."""
    numbers = {"weight_kg": weight_kg, "mg_per_ml": mg_per_ml, "ml_per_h": ml_per_h}
    return Expected(act, **{name: numbers[name] for name in protocol.running.second_check.compares})


def agree(
    second: SecondPerson,
    expected: Expected,
    *,
    session: Session,
    by: User | None,
    at: datetime,
    written: Written = HERE,
) -> Check:
    """The check as a fact, or a refusal that names what differs and never the number that was expected."""
    _may_check(second, session, by, at)
    differs = list(_differences(second, expected))
    if differs:
        sentence = (
            f"The second person read something else: {', '.join(differs)}. Both look at the label and the pump again."
        )
        raise ChairRefused(Verdict.of("second_check", [refused("second_check", "Second check", sentence)]))
    return add(
        Check, session=session, at=at, by=by, verb="second check", written=written, act=expected.act,
        checker=second.checker, weight_kg=second.weight_kg, mg_per_ml=second.mg_per_ml, ml_per_h=second.ml_per_h,
        dose=second.dose,
    )  # fmt: skip


def compared(
    second: SecondPerson | None,
    meant: Expected,
    intended: bool,
    *,
    session: Session,
    by: User | None,
    at: datetime,
    written: Written = HERE,
) -> tuple[Check | None, str]:
    """The check, and why it does not count. An intention is refused by then; what has happened is saved with both."""
    if second is None:
        return None, ""
    try:
        return agree(second, meant, session=session, by=by, at=at, written=written), ""
    except ChairRefused as refusal:
        if intended:
            raise
        return None, refusal.verdict.blocking[0].sentence


def flag_reading(row: ChairFact, differs: str, session: Session, by: User | None, at: datetime) -> None:
    """What had happened when the second person was asked, and who read something else: brought to the prescriber."""
    if differs:
        raise_flag(
            session=session, at=at, by=by, rule=DIFFERS, level="high", since=row.happened_at, for_prescriber=True,
            sentence=f"Second reading differs: {differs}", value=str(row.code),
        )  # fmt: skip


def alone(verdict: Verdict) -> bool:
    """True where nobody checked and the timed pause of a single-handed site took the place; it is counted."""
    return any(reason.gate == "second_check" and reason.outcome is Outcome.WARNED for reason in verdict.reasons)


def _may_check(second: SecondPerson, session: Session, by: User | None, at: datetime) -> None:
    if by is not None and second.checker.pk == by.pk:
        raise refuse("second_check", "Second check", "Nobody checks themselves. Ask a colleague to the bedside.")
    if not roles_of(second.checker, session.site) & {*CLINICAL, Role.PHARMACIST}:
        raise refuse("second_check", "Second check", f"{second.checker.name} is no clinician on duty here.")
    try:
        prove(second.checker, second.secret.word, at=at)
    except SignatureRefused as refusal:
        raise refuse("second_check", "Second check", f"The checker: {refusal}") from refusal


def _differences(second: SecondPerson, expected: Expected) -> list[str]:
    names = (name for name in READ if getattr(expected, name) is not None)
    return [READ[name][0] for name in names if not _agrees(name, getattr(second, name), getattr(expected, name))]


def _agrees(name: str, read: Decimal | None, meant: Decimal) -> bool:
    return read is not None and abs(read - meant) <= READ[name][1]
