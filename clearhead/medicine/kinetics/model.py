"""A published model of ketamine as frozen data, read from `models/*.toml`. Litres, hours, milligrams, ng/mL."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

from clearhead.medicine.errors import Refused, WrongFile
from clearhead.medicine.kinetics.doses import DrugForm
from clearhead.medicine.kinetics.model_file import faults_of

MODELS = Path(__file__).with_name("models")
Site = Literal["arterial", "venous"]
SiteBasis = Literal["stated", "assumption"]
IN_HOURS = {  # as printed → unit and factor used here
    "L": ("L", 1.0),
    "L/h": ("L/h", 1.0),
    "1/h": ("1/h", 1.0),
    "h": ("h", 1.0),
    "L/min": ("L/h", 60.0),
    "1/min": ("1/h", 60.0),
    "min": ("h", 1 / 60),
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """A typical value at 70 kg and how it follows weight, age or infusion time."""

    name: str
    value: float
    unit: str
    weight_exponent: float
    per_kg: bool  # value is per kg of body weight: no reference weight
    per_year_above: tuple[float, float] | None  # (slope per year, age): linear, below the age nothing
    shared_with: str | None  # draws the same deviation as this parameter


@dataclass(frozen=True, slots=True)
class Residual:
    """Spread of a measured level around the person's own curve."""

    proportional_sd: float
    additive_ng_per_ml: float
    log_sd: float
    borrowed_from: str | None


@dataclass(frozen=True, slots=True)
class Liver:
    """A cleared exchange volume: the drug leaves through it and not from the centre (well-stirred liver)."""

    volume: str
    flow: str
    other_per_h: str
    formed_per_h: str


@dataclass(frozen=True, slots=True)
class Analyte:
    """One substance: where it comes from, its volumes and its clearance, by parameter name."""

    id: str
    source: str | None
    fraction: float
    mass_ratio: float
    stages: int
    mean_transit_h: str | None
    volume: str
    clearance: str | None
    peripherals: tuple[tuple[str, str], ...]
    liver: Liver | None
    drift_per_h: float  # clearance grows by this share of its first value per hour since the first dose
    residual: Residual


@dataclass(frozen=True, slots=True)
class Range:
    """Limits of a person's number, and where they come from."""

    low: float
    high: float
    basis: str


@dataclass(frozen=True, slots=True)
class Model:
    """One published model: parameters, people, range, sampling site, source, known flaws."""

    id: str
    label: str
    version: int
    drug: DrugForm
    site: Site
    runs: Mapping[str, str]  # drug form given → how this model runs it: "fitted" or "as one drug"
    summary: str
    citation: str
    doi: str
    fitted_on: str
    people: str
    age_years: Range
    weight_kg: Range
    studied_age_years: Range | None
    studied_weight_kg: Range | None
    needs_age: bool
    max_hours: float
    parameters: Mapping[str, Parameter]
    analytes: tuple[Analyte, ...]
    variance: Mapping[str, float]
    covariance: tuple[tuple[str, str, float], ...]
    variability_borrowed_from: str | None
    flaws: tuple[str, ...]
    sha256: str
    site_basis: SiteBasis = "stated"  # read in the paper, or taken from how its people were cared for
    pmid: str = ""
    doi_of: str = ""  # whose DOI it is, where no source that was read shows the paper's own

    @property
    def shown_site(self) -> str:
        """The sampling site, with a word where nobody read it."""
        return self.site if self.site_basis == "stated" else f"{self.site}, assumed"

    @property
    def reference(self) -> str:
        """The paper's identifiers in words; a DOI that is not the paper's own says whose it is."""
        if self.doi_of:
            return f"PMID {self.pmid}; doi {self.doi} ({self.doi_of})"
        return f"doi {self.doi}" + (f", PMID {self.pmid}" if self.pmid else "")

    @property
    def parent(self) -> Analyte:
        """The analyte that is given."""
        return self.analytes[0]

    def analyte(self, analyte_id: str) -> Analyte:
        """The analyte of that name, or a refusal that lists the names."""
        for analyte in self.analytes:
            if analyte.id == analyte_id:
                return analyte
        names = ", ".join(analyte.id for analyte in self.analytes)
        raise Refused(f"{self.label} has no analyte “{analyte_id}”; it has {names}.")

    def shown_name(self, analyte: Analyte, given: DrugForm) -> str:
        """What the level stands for when `given` was infused: a racemic dose run as one drug is R + S."""
        if given == "racemic" and analyte.id.startswith(("S-", "R-")):
            return f"{analyte.id[2:]} (R+S)"
        return analyte.id


def model_ids() -> tuple[str, ...]:
    """Every shipped model, in order of name."""
    return tuple(sorted(path.stem for path in MODELS.glob("*.toml")))


@cache
def load_model(model_id: str) -> Model:
    """The shipped model of that id; "kamp_2020", "Kamp2020" and an unambiguous beginning are understood."""
    wanted = _plain(model_id)
    names = model_ids()
    exact = [name for name in names if _plain(name) == wanted]
    found = exact or [name for name in names if wanted and _plain(name).startswith(wanted)]
    if len(found) != 1:
        raise Refused(f"No model “{model_id}”. There are: {', '.join(names)}.")
    return read_model(MODELS / f"{found[0]}.toml")


def read_model(path: Path) -> Model:
    """A model file, checked; refuses it with every fault named."""
    raw = path.read_bytes()
    try:
        data = tomllib.loads(raw.decode())
    except ValueError as error:  # not TOML, or not text
        raise Refused(f"{path.name} is not TOML: {error}") from error
    faults = faults_of(data, raw.decode())
    if faults:
        raise WrongFile(path.name, faults)
    return _model(data, hashlib.sha256(raw).hexdigest())


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _model(data: dict[str, object], sha256: str) -> Model:
    source, people = _table(data["source"]), _table(data["people"])
    spread = _table(data.get("variability", {}))
    parameters = {name: _parameter(name, _table(part)) for name, part in _table(data["parameters"]).items()}
    return Model(
        id=str(data["id"]),
        label=str(data["label"]),
        version=int(cast(int, data["version"])),
        drug=cast(DrugForm, data["drug"]),
        site=cast(Site, data["site"]),
        site_basis=cast(SiteBasis, data["site_basis"]),
        runs={str(form): str(how) for form, how in _table(data["runs"]).items()},
        summary=str(data["summary"]),
        citation=str(source["citation"]),
        doi=str(source["doi"]),
        pmid=str(source.get("pmid", "")),
        doi_of=str(source.get("doi_of", "")),
        fitted_on=str(source["fitted_on"]),
        people=str(people["description"]),
        age_years=_range(_table(people["age_years"])),
        weight_kg=_range(_table(people["weight_kg"])),
        studied_age_years=_range(_table(people["studied_age_years"])) if "studied_age_years" in people else None,
        studied_weight_kg=_range(_table(people["studied_weight_kg"])) if "studied_weight_kg" in people else None,
        needs_age=bool(people.get("needs_age", False)),
        max_hours=_number(people["max_hours"]),
        parameters=parameters,
        analytes=tuple(_analyte(_table(part)) for part in cast(list[object], data["analyte"])),
        variance={name: _number(value) for name, value in _table(spread.get("variance", {})).items()},
        covariance=tuple(
            (str(a), str(b), _number(c)) for a, b, c in cast(list[list[object]], spread.get("covariance", []))
        ),
        variability_borrowed_from=_text(spread.get("borrowed_from")),
        flaws=tuple(str(flaw) for flaw in cast(list[object], _table(data["flaws"])["list"])),
        sha256=sha256,
    )


def _parameter(name: str, part: dict[str, object]) -> Parameter:
    ageing = part.get("per_year_above")
    unit, factor = IN_HOURS[str(part["unit"])]
    return Parameter(
        name,
        _number(part["value"]) * factor,
        unit,
        _number(part.get("weight_exponent", 0.0)),
        bool(part.get("per_kg", False)),
        cast("tuple[float, float]", tuple(_number(x) for x in cast(list[object], ageing))) if ageing else None,
        _text(part.get("shared_with")),
    )


def _analyte(part: dict[str, object]) -> Analyte:
    chain, liver, residual = _table(part.get("chain", {})), part.get("liver"), _table(part["residual"])
    return Analyte(
        id=str(part["id"]),
        source=_text(part.get("from")),
        fraction=_number(part.get("fraction", 1.0)),
        mass_ratio=_number(part.get("mass_ratio", 1.0)),
        stages=int(_number(chain.get("stages", 0))),
        mean_transit_h=_text(chain.get("mean_transit")),
        volume=str(part["volume"]),
        clearance=_text(part.get("clearance")),
        peripherals=tuple((str(v), str(q)) for v, q in cast(list[list[object]], part.get("peripherals", []))),
        liver=Liver(**{key: str(name) for key, name in _table(liver).items()}) if liver else None,
        drift_per_h=_number(part.get("drift_per_h", 0.0)),
        residual=Residual(
            _number(residual.get("proportional_sd", 0.0)),
            _number(residual.get("additive_ng_per_ml", 0.0)),
            _number(residual.get("log_sd", 0.0)),
            _text(residual.get("borrowed_from")),
        ),
    )


def _table(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value)


def _range(part: dict[str, object]) -> Range:
    return Range(_number(part["low"]), _number(part["high"]), str(part["basis"]))


def _number(value: object) -> float:
    return float(cast(float, value))


def _text(value: object) -> str | None:
    return None if value is None else str(value)
