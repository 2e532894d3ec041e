"""The second person at the pump: enters weight, strength and rate blind, under their own PIN, beside the chair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from clearhead.clinic.infusion.actions.base import HERE, ChairRefused, Written, add, refuse
from clearhead.clinic.infusion.entered import SecondPerson as SecondPerson
from clearhead.clinic.infusion.models import Check
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import CLINICAL, Role, User
from clearhead.clinic.people.secrets import SignatureRefused, prove
from clearhead.clinic.plan.models import Session
from clearhead.medicine.rules.reasons import refused
from clearhead.medicine.rules.verdict import Verdict

HALF_A_TENTH_KG = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the first person is about to set."""

    act: str
    weight_kg: Decimal
    mg_per_ml: Decimal
    ml_per_h: Decimal


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
            f"The second person read something else: {', '.join(differs)}. Both look at the pump and the bag again."
        )
        raise ChairRefused(Verdict.of("second_check", [refused("second_check", "Second check", sentence)]))
    return add(
        Check, session=session, at=at, by=by, verb="second check", written=written, act=expected.act,
        checker=second.checker, weight_kg=second.weight_kg, mg_per_ml=second.mg_per_ml, ml_per_h=second.ml_per_h,
    )  # fmt: skip


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
    found = []
    if abs(second.weight_kg - expected.weight_kg) > HALF_A_TENTH_KG:
        found.append("weight")
    if second.mg_per_ml != expected.mg_per_ml:
        found.append("mg/mL")
    if second.ml_per_h != expected.ml_per_h:
        found.append("mL/h")
    return found
