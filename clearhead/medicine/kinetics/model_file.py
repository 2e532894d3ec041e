"""What a model file must contain: every fault is found before any is reported."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from clearhead.medicine.errors import Fault

_TOP = (
    "id",
    "label",
    "version",
    "drug",
    "site",
    "runs",
    "summary",
    "source",
    "people",
    "parameters",
    "analyte",
    "flaws",
)
_UNITS = {"L", "L/h", "1/h", "h", "L/min", "1/min", "min"}
_FORMS = {"racemic", "S", "R"}
_FLOWS, _RATES, _TIMES = ("L/h", "L/min"), ("1/h", "1/min"), ("h", "min")
_UNITS_OF_ROLE = {"volume": ("L",), "flow": _FLOWS, "clearance": _FLOWS, "rate": _RATES, "time": _TIMES}


def faults_of(data: dict[str, Any], text: str) -> list[Fault]:
    """Every fault of a parsed model file; `text` gives the line numbers."""
    missing = [key for key in _TOP if key not in data]
    if missing:
        return [Fault(None, key, "nothing", "a value") for key in missing]
    found = [*_head(data), *_people(data["people"]), *_parameters(data["parameters"])]
    found += [
        *_analytes(data["analyte"], data["parameters"]),
        *_variability(data.get("variability"), data["parameters"]),
    ]
    return [Fault(_line(text, key), key, seen, wanted) for key, seen, wanted in found]


Found = Iterator[tuple[str, str, str]]


def _line(text: str, key: str) -> int | None:
    last = re.escape(re.split(r"[./ ]", key)[-1])
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(rf"\s*(\[+)?{last}\b", line) or re.search(rf'id = "{re.escape(key)}"', line):
            return number
    return None


def _head(data: dict[str, Any]) -> Found:
    if data["drug"] not in _FORMS:
        yield "drug", repr(data["drug"]), "racemic, S or R"
    if data["site"] not in {"arterial", "venous"}:
        yield "site", repr(data["site"]), "arterial or venous: a level without a sampling site cannot be used"
    for form, how in data["runs"].items():
        if form not in _FORMS or how not in {"fitted", "as one drug"}:
            yield "runs", f"{form} = {how!r}", "a drug form that is “fitted” or run “as one drug”"
    if data["runs"].get(data["drug"]) != "fitted":
        yield "runs", "no fitted form for the model's own drug", f"{data['drug']} = “fitted”"
    for key in ("citation", "doi", "read_at", "fitted_on"):
        if not data["source"].get(key):
            yield f"source.{key}", "nothing", "where the numbers come from"
    if not data["flaws"].get("list"):
        yield "flaws.list", "nothing", "at least one known flaw; every model has one"


def _people(people: dict[str, Any]) -> Found:
    for key in ("description", "age_years", "weight_kg", "max_hours"):
        if key not in people:
            yield f"people.{key}", "nothing", "who was studied and for how long"
    for key in ("age_years", "weight_kg", "studied_age_years", "studied_weight_kg"):
        part = people.get(key)
        if part is not None and not (
            {"low", "high", "basis"} <= part.keys() and 0 <= part["low"] < part["high"] and part["basis"]
        ):
            yield f"people.{key}", repr(part), "low < high and the basis of both"


def _parameters(parameters: dict[str, Any]) -> Found:
    for name, part in parameters.items():
        value = part.get("value")
        if not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            yield f"parameters.{name}", repr(value), "a finite value of at least 0"
        if part.get("unit") not in _UNITS:
            yield f"parameters.{name}", repr(part.get("unit")), f"one unit of {', '.join(sorted(_UNITS))}"
        if "weight_exponent" not in part and not part.get("per_kg"):
            yield f"parameters.{name}", "no weight_exponent", "how it follows weight (0 = it does not)"
        if part.get("shared_with") and part["shared_with"] not in parameters:
            yield f"parameters.{name}", repr(part["shared_with"]), "a parameter of this file"


def _roles(analyte: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "volume", analyte.get("volume", "")
    if "clearance" in analyte:
        yield "clearance", analyte["clearance"]
    for volume, flow in analyte.get("peripherals", []):
        yield "volume", volume
        yield "flow", flow
    if "liver" in analyte:
        yield "volume", analyte["liver"].get("volume", "")
        yield "flow", analyte["liver"].get("flow", "")
        yield "rate", analyte["liver"].get("other_per_h", "")
        yield "rate", analyte["liver"].get("formed_per_h", "")
    if "chain" in analyte:
        yield "time", analyte["chain"].get("mean_transit", "")


def _analytes(analytes: list[dict[str, Any]], parameters: dict[str, Any]) -> Found:
    known: list[str] = []
    for analyte in analytes:
        name = str(analyte.get("id", ""))
        for role, used in _roles(analyte):
            if used not in parameters:
                yield name, f"{role} = {used!r}", "the name of a parameter of this file"
            elif parameters[used].get("unit") not in _UNITS_OF_ROLE[role]:
                wanted = " or ".join(_UNITS_OF_ROLE[role])
                yield name, f"{role} {used} in {parameters[used].get('unit')}", f"a parameter in {wanted}"
        if ("clearance" in analyte) == ("liver" in analyte):
            yield name, "neither or both of clearance and liver", "exactly one way out"
        if known and analyte.get("from") not in known:
            yield name, f"from = {analyte.get('from')!r}", "an analyte named before it"
        if not known and "from" in analyte:
            yield name, f"from = {analyte['from']!r}", "nothing: the first analyte is the one given"
        if not 0 <= analyte.get("fraction", 1.0) <= 1 or analyte.get("mass_ratio", 1.0) <= 0:
            yield name, "fraction or mass ratio out of range", "a fraction of 0 to 1 and a positive mass ratio"
        residual = analyte.get("residual", {})
        if not residual.keys() & {"proportional_sd", "additive_ng_per_ml", "log_sd"}:
            yield (
                name,
                "no residual",
                "proportional_sd, additive_ng_per_ml or log_sd (with borrowed_from if not the paper's)",
            )
        known.append(name)


def _variability(part: dict[str, Any] | None, parameters: dict[str, Any]) -> Found:
    if not part or not part.get("variance"):
        yield "variability", "nothing", "variances, or those of another model with borrowed_from"
        return
    variance = part["variance"]
    for name, value in variance.items():
        if name not in parameters or not value >= 0:
            yield f"variability.variance.{name}", repr(value), "a parameter of this file and a variance of at least 0"
    for first, second, value in part.get("covariance", []):
        if first not in variance or second not in variance:
            yield "variability.covariance", f"{first}, {second}", "two parameters with variances"
        elif value**2 > variance[first] * variance[second]:
            yield "variability.covariance", f"{value} for {first}, {second}", "at most the product of the two SDs"
