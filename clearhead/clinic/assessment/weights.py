"""A weight as typed: kg or lb, echoed in both, and compared with the last one (H-02). A height: cm or inches."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from clearhead.medicine.errors import OutOfRange
from clearhead.medicine.units import CM_PER_INCH, KG_PER_LB, kg_from_lb
from clearhead.medicine.weight import rare_for_an_adult

LOWEST_KG, HIGHEST_KG = Decimal(25), Decimal(350)
"""Outside these a typing error is likelier than the patient; a working assumption."""
LOWEST_CM, HIGHEST_CM = Decimal(120), Decimal(230)
"""Outside these a typing error, or inches read as cm, is likelier than the patient; a working assumption."""
CHANGE_TO_CONFIRM = Decimal("0.10")
SLIP_NEAR = Decimal("0.07")
"""How near to 2.2046 or 0.4536 a ratio must lie to be named as a mix-up of kg and lb; a working assumption."""
LOOK_AT_UNIT = "A number in lb may have been entered as kg, or one in kg as lb. Weigh again or confirm."


@dataclass(frozen=True, slots=True)
class Weight:
    """One weight in both units."""

    kg: Decimal
    entered: Decimal
    unit: str

    @property
    def lb(self) -> Decimal:
        """In pounds, to one place for the screen."""
        return (self.kg / KG_PER_LB).quantize(Decimal("0.1"))

    @property
    def shown_kg(self) -> Decimal:
        """In kilograms, to one place for the screen."""
        return self.kg.quantize(Decimal("0.1"))

    @property
    def both(self) -> str:
        """Both units in one phrase."""
        return f"{self.shown_kg} kg = {self.lb} lb"


def read_weight(entered: Decimal, unit: str) -> Weight:
    """The weight in kg, rounded to 10 g only when it came in lb."""
    kg = entered if unit == "kg" else kg_from_lb(entered).quantize(Decimal("0.01"))
    return Weight(kg, entered, unit)


@dataclass(frozen=True, slots=True)
class Height:
    """One height in cm, and as it reads in both units."""

    cm: Decimal
    both: str


def read_height(entered: Decimal, unit: str) -> Height:
    """The height in cm, to a tenth; refused where no adult is so tall or so small."""
    cm = (entered if unit == "cm" else entered * CM_PER_INCH).quantize(Decimal("0.1"))
    if not LOWEST_CM <= cm <= HIGHEST_CM:
        raise OutOfRange("height", cm, "cm", LOWEST_CM, HIGHEST_CM, "what an adult can measure")
    feet, inches = divmod(round(cm / CM_PER_INCH), 12)
    return Height(cm, f"{cm.normalize():f} cm = {feet} ft {inches} in")


def doubts(weight: Weight, last_kg: Decimal | None, height_cm: Decimal | None = None) -> list[str]:
    """Why somebody should look again; empty when nothing is odd. A first weight is held against what adults weigh."""
    if not LOWEST_KG <= weight.kg <= HIGHEST_KG:
        return [f"{weight.both} is outside {LOWEST_KG} to {HIGHEST_KG} kg. Check the number and its unit."]
    if last_kg is None:
        rare = rare_for_an_adult(weight.kg, height_cm)
        return [f"{weight.both} is {rare}. {LOOK_AT_UNIT}"] if rare else []
    ratio = weight.kg / last_kg
    if abs(ratio * KG_PER_LB - 1) <= SLIP_NEAR:
        return [_slip(weight, last_kg, "A number in lb may have been entered as kg.")]
    if abs(ratio / KG_PER_LB - 1) <= SLIP_NEAR:
        return [_slip(weight, last_kg, "A number in kg may have been entered as lb.")]
    if abs(ratio - 1) > CHANGE_TO_CONFIRM:
        change = (ratio - 1) * 100
        return [
            f"{weight.both} is {change:+.0f} % against {last_kg.normalize():f} kg last time. Weigh again or confirm."
        ]
    return []


def height_doubts(height: Height, last_kg: Decimal | None) -> list[str]:
    """Why a height does not go with the weight on file; empty when nothing is odd."""
    rare = rare_for_an_adult(last_kg, height.cm) if last_kg is not None else ""
    if not rare:
        return []
    return [
        f"{height.both} with the last weight of {last_kg:.1f} kg is {rare}. Check both and their units, or confirm."
    ]


def impossible(weight: Weight) -> bool:
    """True for a weight that nobody may confirm."""
    return not LOWEST_KG <= weight.kg <= HIGHEST_KG


def _slip(weight: Weight, last_kg: Decimal, why: str) -> str:
    return f"{weight.both}, but {last_kg.normalize():f} kg last time. {why} Look at the scale again."
