"""Doses as people write them: a JSON list of {start_min, duration_min, mg | mg_per_kg | mg_per_h | mg_per_kg_h}."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast, get_args

from clearhead.medicine.errors import Fault, Refused, WrongFile
from clearhead.medicine.kinetics.doses import Bolus, DoseHistory, DrugForm, Segment
from clearhead.medicine.kinetics.file_shape import AT_LEAST_0

AMOUNTS = ("mg", "mg_per_kg", "mg_per_h", "mg_per_kg_h")
FORMS: tuple[DrugForm, ...] = get_args(DrugForm)
MOST = 1e9  # mg, mg/kg or per hour: a tonne; beyond, answers end in infinity and mean nothing anyway
SHORTEST_MIN, LONGEST_MIN = 1e-6, 1e6  # from less than a pump can do to almost two years
KEYS = {"start_min", "duration_min", "drug_form", *AMOUNTS}


def read_doses(items: object, weight_kg: float, drug_form: DrugForm) -> DoseHistory:
    """A dose history; refuses the list with every fault named, and doses of two drug forms."""
    if not isinstance(items, list):
        raise Refused("Doses are a JSON list of objects.")
    faults = [fault for number, item in enumerate(items) for fault in _faults(number, item)]
    if faults:
        raise WrongFile("The list of doses", faults)
    _check_all_or_none_named(items)
    forms = {str(item.get("drug_form", drug_form)) for item in items} or {drug_form}
    if forms != {drug_form}:
        raise Refused(f"Drug forms cannot be mixed: asked for {drug_form}, the list holds {', '.join(sorted(forms))}.")
    segments, boluses = [], []
    for item in cast(Sequence[Mapping[str, float]], items):
        start, minutes = float(item["start_min"]), float(item.get("duration_min", 0.0))
        mg = _mg(item, minutes, weight_kg)
        if minutes:
            segments.append(Segment(start, start + minutes, mg / minutes * 60))
        else:
            boluses.append(Bolus(start, mg))
    return DoseHistory.of(drug_form, segments=segments, boluses=boluses)


def stated_form(items: object) -> DrugForm | None:
    """The drug form that the list itself names first, if it names any."""
    doses = items if isinstance(items, list) else []
    named = (item.get("drug_form") for item in doses if isinstance(item, dict))
    return next((form for form in named if form in FORMS), None)


def _check_all_or_none_named(items: Sequence[Mapping[str, object]]) -> None:
    """A dose without a form beside one with a form: nobody can tell whether it is the same drug."""
    silent = [number for number, item in enumerate(items, 1) if "drug_form" not in item]
    if silent and len(silent) < len(items):
        raise Refused(
            f"Only some doses name their drug form; {', '.join(f'dose {number}' for number in silent)} "
            f"do{'es' if len(silent) == 1 else ''} not. Name it for every dose, or for none (--drug)."
        )


def _mg(item: Mapping[str, float], minutes: float, weight_kg: float) -> float:
    if "mg" in item:
        return float(item["mg"])
    if "mg_per_kg" in item:
        return float(item["mg_per_kg"]) * weight_kg
    rate = float(item["mg_per_h"]) if "mg_per_h" in item else float(item["mg_per_kg_h"]) * weight_kg
    return rate * minutes / 60


def _faults(number: int, item: object) -> list[Fault]:
    if not isinstance(item, dict):
        return [Fault(None, f"dose {number + 1}", type(item).__name__, "an object")]
    found = [
        Fault(None, f"dose {number + 1}.{key}", "an unknown key", ", ".join(sorted(KEYS))) for key in item.keys() - KEYS
    ]
    for key in item.keys() & (KEYS - {"drug_form"}):
        value = item[key]
        if not AT_LEAST_0.fits(value):
            found.append(Fault(None, f"dose {number + 1}.{key}", f"{value!r:.40}", AT_LEAST_0.wanted))
        elif value > (most := LONGEST_MIN if key.endswith("_min") else MOST):
            found.append(Fault(None, f"dose {number + 1}.{key}", repr(value), f"at most {most:g}; check the unit"))
        elif key.endswith("_min") and 0 < value < SHORTEST_MIN:
            found.append(Fault(None, f"dose {number + 1}.{key}", repr(value), f"0, or at least {SHORTEST_MIN:g} min"))
    if "drug_form" in item and item["drug_form"] not in FORMS:
        found.append(Fault(None, f"dose {number + 1}.drug_form", repr(item["drug_form"]), "racemic, S or R"))
    if "start_min" not in item:
        found.append(Fault(None, f"dose {number + 1}.start_min", "nothing", "minutes from zero"))
    given = [key for key in AMOUNTS if key in item]
    if len(given) != 1:
        found.append(
            Fault(None, f"dose {number + 1}", " and ".join(given) or "no amount", f"one of {', '.join(AMOUNTS)}")
        )
    elif given[0].endswith("_h") and not item.get("duration_min"):
        found.append(Fault(None, f"dose {number + 1}.duration_min", "nothing", "minutes, for a rate"))
    return found
