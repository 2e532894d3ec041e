"""What a model file must contain: every fault is found before any is reported."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from clearhead.medicine.errors import Fault
from clearhead.medicine.kinetics.file_shape import (
    ABOVE_0,
    AT_LEAST_0,
    COUNT,
    DOI,
    FLAG,
    NUMBER,
    SHARE,
    TABLE,
    TABLES,
    TEXT,
    TEXTS,
    Found,
    Kind,
    Shape,
    faults_with_lines,
    is_list_of,
    is_number,
    is_pair_of,
    is_text,
    one_of,
)

FORMS = ("racemic", "S", "R")
SITES = ("arterial", "venous")
SITE_BASES = ("stated", "assumption")
_FLOWS, _RATES, _TIMES = ("L/h", "L/min"), ("1/h", "1/min"), ("h", "min")
_UNITS_OF_ROLE = {"volume": ("L",), "flow": _FLOWS, "clearance": _FLOWS, "rate": _RATES, "time": _TIMES}
_DIVIDED_BY = {"volume", "time"}  # zero would end in infinity

_TOP = Shape({
    "id": TEXT, "label": TEXT, "version": COUNT, "drug": one_of(FORMS),
    "site": one_of(SITES, ": a level without a sampling site cannot be used"),
    "site_basis": one_of(SITE_BASES, ": whether the site was read in the paper"),
    "runs": TABLE, "summary": TEXT, "source": TABLE, "people": TABLE, "parameters": TABLE, "analyte": TABLES,
    "variability": Kind("variances, or those of another model with borrowed_from", TABLE.fits), "flaws": TABLE,
})  # fmt: skip
_SOURCE = Shape(
    {"citation": TEXT, "doi": DOI, "read_at": TEXT, "fitted_on": TEXT},
    {
        "pmid": Kind("a PubMed number in digits", lambda value: is_text(value) and str(value).isdigit()),
        "doi_of": TEXT,
    },
)
_PEOPLE = Shape(
    {"description": TEXT, "age_years": TABLE, "weight_kg": TABLE, "max_hours": ABOVE_0},
    {"studied_age_years": TABLE, "studied_weight_kg": TABLE, "needs_age": FLAG},
)
_RANGE = Shape({"low": AT_LEAST_0, "high": AT_LEAST_0, "basis": TEXT})
_FLAWS = Shape({"list": Kind("at least one known flaw; every model has one", TEXTS.fits)})
_AGEING = Kind("[slope per year, age from which it acts]", lambda value: is_pair_of(is_number, value))
_PARAMETER = Shape(
    {"value": AT_LEAST_0, "unit": one_of(sorted({"L", *_FLOWS, *_RATES, *_TIMES}))},
    {"weight_exponent": NUMBER, "per_kg": FLAG, "per_year_above": _AGEING, "shared_with": TEXT},
)
_PAIRS = Kind(
    "[[volume, flow], …] by the names of parameters",
    lambda value: isinstance(value, list) and all(is_pair_of(is_text, item) for item in value),
)
_RESIDUAL = Kind("proportional_sd, additive_ng_per_ml or log_sd (with borrowed_from if not the paper's)", TABLE.fits)
_ANALYTE = Shape(
    {"id": TEXT, "volume": TEXT, "residual": _RESIDUAL},
    {
        "from": TEXT, "fraction": SHARE, "mass_ratio": ABOVE_0, "chain": TABLE, "clearance": TEXT, "liver": TABLE,
        "peripherals": _PAIRS, "drift_per_h": AT_LEAST_0,
    },
)  # fmt: skip
_LIVER = Shape({"volume": TEXT, "flow": TEXT, "other_per_h": TEXT, "formed_per_h": TEXT})
_CHAIN = Shape({"stages": COUNT, "mean_transit": TEXT})
_SPREADS = ("proportional_sd", "additive_ng_per_ml", "log_sd")
_SPREAD = Shape({}, {**dict.fromkeys(_SPREADS, AT_LEAST_0), "borrowed_from": TEXT})
_COVARIANCES = Kind(
    "[[parameter, parameter, covariance], …]",
    lambda value: is_list_of(lambda row: isinstance(row, list) and len(row) == 3 and _is_covariance(*row), value),
)
_VARIABILITY = Shape({"variance": TABLE}, {"covariance": _COVARIANCES, "borrowed_from": TEXT})

Table = dict[str, Any]


def faults_of(data: Table, text: str) -> list[Fault]:
    """Every fault of a parsed model file; `text` gives the line numbers. A missing part does not hide the others."""
    top, found = _TOP.sort(data, "")
    if {"drug", "runs"} <= top.keys():
        found += _runs(top["runs"], top["drug"])
    found += _source(top["source"]) if "source" in top else []
    found += _FLAWS.sort(top["flaws"], "flaws.")[1] if "flaws" in top else []
    people, faults = _people(top)
    parameters, more = _parameters(top, people)
    found += [*faults, *more, *_analytes(top, parameters), *_variability(top, parameters)]
    return faults_with_lines(found, text)


def _is_covariance(first: object, second: object, value: object) -> bool:
    return is_text(first) and is_text(second) and is_number(value)


def _source(said: Table) -> list[Found]:
    found = _SOURCE.sort(said, "source.")[1]
    if "doi_of" in said and "pmid" not in said:
        found.append(("source", "doi_of without pmid", "a PubMed number where the DOI is not the paper's own"))
    return found


def _runs(runs: Table, drug: str) -> Iterator[Found]:
    for form, how in runs.items():
        if form not in FORMS or how not in ("fitted", "as one drug"):
            yield "runs", f"{form} = {how!r}", "a drug form that is “fitted” or run “as one drug”"
    if runs.get(drug) != "fitted":
        yield "runs", "no fitted form for the model's own drug", f"{drug} = “fitted”"


def _people(top: Table) -> tuple[Table, list[Found]]:
    if "people" not in top:
        return {}, []
    people, found = _PEOPLE.sort(top["people"], "people.")
    for key in [key for key in people if isinstance(people[key], dict)]:
        limits, faults = _RANGE.sort(people[key], f"people.{key}")
        if not faults and not limits["low"] < limits["high"]:
            faults = [(f"people.{key}", f"{limits['low']!r} to {limits['high']!r}", "low < high")]
        found += faults
        if faults:
            del people[key]
    return people, found


def _parameters(top: Table, people: Table) -> tuple[dict[str, Table] | None, list[Found]]:
    """The parameters by name, each with what is right about it; None without any."""
    if "parameters" not in top:
        return None, []
    parameters: dict[str, Table] = {}
    found: list[Found] = []
    for name, part in top["parameters"].items():
        parameters[name] = {}
        if not isinstance(part, dict):
            found.append((f"parameters.{name}", repr(part), "a table {value, unit, weight_exponent or per_kg}"))
            continue
        parameters[name], faults = _PARAMETER.sort(part, f"parameters.{name}")
        found += [*faults, *_covariates(name, part, parameters[name], top["parameters"], people)]
    return parameters, found


def _covariates(name: str, part: Table, good: Table, all_of_them: Table, people: Table) -> Iterator[Found]:
    key = f"parameters.{name}"
    if ("weight_exponent" in part) == bool(part.get("per_kg")):
        both = "both weight_exponent and per_kg" if "weight_exponent" in part else "no weight_exponent"
        yield key, both, "how it follows weight: weight_exponent (0 = it does not) or per_kg = true"
    other = good.get("shared_with")
    if other is not None and (other == name or other not in all_of_them):
        yield key, f"shared_with = {other!r}", "another parameter of this file"
    if {"per_year_above", "value"} <= good.keys() and "age_years" in people:
        slope, above = good["per_year_above"]
        oldest = people["age_years"]["high"]
        if good["value"] + slope * max(0.0, oldest - above) < 0:
            yield key, f"per_year_above = {good['per_year_above']}", f"a value of at least 0 at {oldest:g} years too"


def _analytes(top: Table, parameters: dict[str, Table] | None) -> Iterator[Found]:
    known: dict[str, Table] = {}
    for number, part in enumerate(top.get("analyte", ()), 1):
        name = part["id"] if is_text(part.get("id")) else f"analyte {number}"
        good, found = _ANALYTE.sort(part, name)
        for key, shape in (("liver", _LIVER), ("chain", _CHAIN), ("residual", _SPREAD)):
            if key in good:
                good[key], more = shape.sort(good[key], name)
                found += more
        yield from found
        if parameters is not None:
            yield from _roles_filled(name, good, parameters)
        yield from _place(name, part, known)
        yield from _residual(name, part.get("residual"), good.get("residual"))
        known[name] = part


def _roles_filled(name: str, analyte: Table, parameters: dict[str, Table]) -> Iterator[Found]:
    for role, used in _roles(analyte):
        if used not in parameters:
            yield name, f"{role} = {used!r}", "the name of a parameter of this file"
            continue
        unit, value = parameters[used].get("unit"), parameters[used].get("value")
        if unit is not None and unit not in _UNITS_OF_ROLE[role]:
            yield name, f"{role} {used} in {unit}", f"a parameter in {' or '.join(_UNITS_OF_ROLE[role])}"
        if value == 0 and role in _DIVIDED_BY:
            yield f"parameters.{used}", f"value = {value!r}", f"a value above 0: it is a {role}"


def _roles(analyte: Table) -> Iterator[tuple[str, str]]:
    liver, chain = analyte.get("liver", {}), analyte.get("chain", {})
    named = [("volume", analyte.get("volume")), ("clearance", analyte.get("clearance"))]
    for volume, flow in analyte.get("peripherals", []):
        named += [("volume", volume), ("flow", flow)]
    named += [("volume", liver.get("volume")), ("flow", liver.get("flow"))]
    named += [("rate", liver.get("other_per_h")), ("rate", liver.get("formed_per_h"))]
    named += [("time", chain.get("mean_transit"))]
    yield from ((role, used) for role, used in named if used is not None)


def _place(name: str, part: Table, known: dict[str, Table]) -> Iterator[Found]:
    """Where an analyte stands: after the one it comes from, which must be one that can feed it."""
    if name in known:
        yield name, "an id that is named twice", "an id of its own"
    if ("clearance" in part) == ("liver" in part):
        yield name, "neither or both of clearance and liver", "exactly one way out"
    if not known:
        for key in {"from", "fraction", "mass_ratio", "chain", "drift_per_h"} & part.keys():
            yield name, f"{key} = {part[key]!r}", "nothing: the first analyte is the one given"
        return
    source = known.get(part["from"]) if is_text(part.get("from")) else None
    if source is None:
        yield name, f"from = {part.get('from')!r}", "an analyte named before it"
    elif "drift_per_h" in source:
        yield name, f"from = {part['from']!r}", "an analyte without drift_per_h: nothing can be formed from that one"
    if "drift_per_h" in part and ({"peripherals", "chain", "liver"} & part.keys() or "liver" in (source or {})):
        yield name, "drift_per_h", "drift in an analyte of one volume only, not formed in a liver or through a chain"


def _residual(name: str, part: object, good: Table | None) -> Iterator[Found]:
    if not isinstance(part, dict) or good is None:
        return
    if not any(good.get(key) for key in _SPREADS) and not any(key in part and key not in good for key in _SPREADS):
        yield name, "no residual above 0", _RESIDUAL.wanted
    if good.get("log_sd") and (good.get("proportional_sd") or good.get("additive_ng_per_ml")):
        yield name, "log_sd beside another residual", "log_sd alone, or proportional_sd with additive_ng_per_ml"


def _variability(top: Table, parameters: dict[str, Table] | None) -> list[Found]:
    if "variability" not in top:
        return []
    part, found = _VARIABILITY.sort(top["variability"], "variability.")
    if "variance" not in part:
        return found
    variance, faults = _variances(part["variance"], parameters)
    faults += _covariances(part.get("covariance", []), part["variance"], variance)
    if not faults and not _positive_definite(variance, part.get("covariance", [])):
        wanted = "covariances that can hold together: a positive definite matrix"
        faults = [("variability.covariance", "a matrix whose smallest eigenvalue is not above 0", wanted)]
    return found + faults


def _variances(part: Table, parameters: dict[str, Table] | None) -> tuple[dict[str, float], list[Found]]:
    found = []
    for name, value in part.items():
        key = f"variability.variance.{name}"
        if not AT_LEAST_0.fits(value):
            found.append((key, repr(value), "a finite variance of at least 0"))
        if parameters is not None and name not in parameters:
            found.append((key, name, "a parameter of this file"))
        elif parameters is not None and "shared_with" in parameters[name]:
            found.append((key, repr(value), f"none: it shares the deviation of {parameters[name]['shared_with']}"))
    variance = {name: float(value) for name, value in part.items() if AT_LEAST_0.fits(value) and value > 0}
    if not found and not variance:
        found.append(("variability.variance", "no variance above 0", _TOP.needed["variability"].wanted))
    return variance, found


def _covariances(rows: list[list[Any]], named: Table, variance: dict[str, float]) -> list[Found]:
    key, found, seen = "variability.covariance", [], set()
    for first, second, value in rows:
        pair = frozenset((first, second))
        if len(pair) < 2 or pair in seen:
            found.append((key, f"{first}, {second}", "two different parameters, each pair once"))
        elif not {first, second} <= variance.keys():
            if {first, second} <= named.keys() and not AT_LEAST_0.fits(named[first]):
                continue  # the variance itself was told
            found.append((key, f"{first}, {second}", "two parameters with variances above 0"))
        elif value**2 > variance[first] * variance[second]:
            found.append((key, f"{value} for {first}, {second}", "at most the product of the two SDs"))
        seen.add(pair)
    return found


def _positive_definite(variance: dict[str, float], rows: list[list[Any]]) -> bool:
    names = list(variance)
    matrix = np.diag([variance[name] for name in names])
    for first, second, value in rows:
        i, j = names.index(first), names.index(second)
        matrix[i, j] = matrix[j, i] = value
    return bool(np.linalg.eigvalsh(matrix)[0] > 0)
