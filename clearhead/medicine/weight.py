"""The weight that a dose counts on: measured, ideal, adjusted, or the lower of two.

None of these was derived for ketamine. A protocol that doses on anything but the measured weight says so itself.
"""

from __future__ import annotations

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path

from clearhead.medicine.errors import Missing, OutOfRange, Refused
from clearhead.medicine.units import CM_PER_INCH

DEVINE_1974 = "Devine 1974, Drug Intell Clin Pharm 8:650-655"
TRAYNOR_1995 = "Traynor et al. 1995, Antimicrob Agents Chemother 39:545-548"
LOWEST_CM, HIGHEST_CM = Decimal("152.4"), Decimal(230)
LOWEST_KG, HIGHEST_KG = Decimal(25), Decimal(350)
BASE_KG = {"female": Decimal("45.5"), "male": Decimal(50)}
KG_PER_INCH_OVER_FIVE_FEET = Decimal("2.3")
SHARE_OF_EXCESS = Decimal("0.4")
"""The share of the weight above the ideal one that is counted: customary 0.4, measured 0.43 for gentamicin and
tobramycin (Traynor 1995). Assumption for ketamine, for which nobody has measured one."""


def ideal_weight_kg(*, height_cm: Decimal, sex: str) -> Decimal:
    """Ideal body weight, in kg, of an adult at least five feet tall.

    Source: Devine 1974, Drug Intell Clin Pharm 8:650-655.
    Covers: adults of 152.4 cm and above. We stop at 230 cm, where a typing error is likelier than the patient.

    >>> round(ideal_weight_kg(height_cm=Decimal(165), sex="female"), 1)
    Decimal('56.9')
    """
    if sex not in BASE_KG:
        raise Missing("Sex recorded at birth", "the ideal weight of Devine 1974 differs by sex. Ask, and record it.")
    if not LOWEST_CM <= height_cm <= HIGHEST_CM:
        raise OutOfRange("height", height_cm, "cm", LOWEST_CM, HIGHEST_CM, DEVINE_1974)
    return BASE_KG[sex] + KG_PER_INCH_OVER_FIVE_FEET * (height_cm / CM_PER_INCH - 60)


def adjusted_weight_kg(*, actual_kg: Decimal, height_cm: Decimal, sex: str) -> Decimal:
    """Ideal weight and 40 % of what is above it, in kg; the measured weight where nothing is above it.

    Source: Traynor et al. 1995 (aminoglycosides, 1,708 patients); assumption for ketamine.

    >>> round(adjusted_weight_kg(actual_kg=Decimal(100), height_cm=Decimal(165), sex="female"), 1)
    Decimal('74.1')
    """
    if not LOWEST_KG <= actual_kg <= HIGHEST_KG:
        raise OutOfRange("weight", actual_kg, "kg", LOWEST_KG, HIGHEST_KG, "what an adult can weigh")
    ideal = ideal_weight_kg(height_cm=height_cm, sex=sex)
    return actual_kg if actual_kg <= ideal else ideal + SHARE_OF_EXCESS * (actual_kg - ideal)


def dosing_weight_kg(
    *, scalar: str, actual_kg: Decimal, height_cm: Decimal | None, sex: str, cap_kg: Decimal | None
) -> Decimal:
    """The weight that is dosed on, in kg, by a protocol's rule; never above its cap.

    Height and sex are needed by every rule but "actual", and never assumed.

    >>> dosing_weight_kg(scalar="actual", actual_kg=Decimal(130), height_cm=None, sex="", cap_kg=Decimal(120))
    Decimal('120')
    """
    weight = actual_kg
    if scalar != "actual":
        if height_cm is None:
            raise Missing("Height", "this protocol does not dose on the measured weight alone. Measure the height.")
        ideal = ideal_weight_kg(height_cm=height_cm, sex=sex)
        adjusted = adjusted_weight_kg(actual_kg=actual_kg, height_cm=height_cm, sex=sex)
        by_rule = {
            "ideal": ideal,
            "adjusted": adjusted,
            "lower_of_actual_and_ideal": min(actual_kg, ideal),
            "lower_of_actual_and_adjusted": min(actual_kg, adjusted),
        }
        if scalar not in by_rule:
            raise Refused(f"“{scalar}” is not a rule for a dosing weight. Known: actual, {', '.join(by_rule)}.")
        weight = by_rule[scalar]
    return weight if cap_kg is None else min(weight, cap_kg)


@cache
def _usual() -> dict[str, dict[str, Decimal]]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    kept = tomllib.loads(text, parse_float=Decimal)
    return {
        name: {edge: Decimal(row[edge]) for edge in ("low", "high", "share") if edge in row}
        for name, row in kept.items()
    }


def clearly_another(counted_kg: Decimal, measured_kg: Decimal) -> bool:
    """True where a dosing weight in kg found later on the same day is not the one that the doses count on.

    Source: weight.toml, a working assumption.

    >>> clearly_another(Decimal(82), Decimal(80))
    False
    >>> clearly_another(Decimal(82), Decimal(60))
    True
    """
    return abs(measured_kg / counted_kg - 1) > _usual()["change_in_a_session"]["share"]


def rare_for_an_adult(kg: Decimal, height_cm: Decimal | None) -> str:
    """Why a weight in kg is rare for an adult, by itself or for the height in cm; empty when it is not.

    Source: weight.toml, working assumptions about typing errors, not clinical limits.

    >>> rare_for_an_adult(Decimal("31.75"), Decimal(175))
    'a body mass index of 10.4, and 16 to 45 is usual (a working assumption)'
    >>> rare_for_an_adult(Decimal(35), None)
    'rare for an adult, where 40 to 200 kg is usual (a working assumption)'
    """
    if height_cm is not None:
        usual, bmi = _usual()["usual_bmi_kg_per_m2"], kg / (height_cm / 100) ** 2
        if not usual["low"] <= bmi <= usual["high"]:
            return (
                f"a body mass index of {bmi:.1f}, and {usual['low']} to {usual['high']} is usual (a working assumption)"
            )
    usual = _usual()["usual_weight_kg"]
    if not usual["low"] <= kg <= usual["high"]:
        return f"rare for an adult, where {usual['low']} to {usual['high']} kg is usual (a working assumption)"
    return ""
