"""Effects and the levels they were seen at, as data with status and source. Reading aids, never targets."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from clearhead.medicine.errors import Missing, Refused, WrongFile
from clearhead.medicine.kinetics.file_shape import (
    ABOVE_0,
    AT_LEAST_0,
    DOI,
    TABLES,
    TEXT,
    Found,
    Kind,
    Shape,
    faults_with_lines,
    is_above_0,
    is_pair_of,
    is_text,
    one_of,
)
from clearhead.medicine.kinetics.model_file import FORMS

EFFECTS = Path(__file__).with_name("effects.toml")
STATUSES = ("published", "convention", "assumption")
_SPAN = Kind("[low, high] above 0, low first", lambda value: is_pair_of(is_above_0, value) and value[0] <= value[1])  # type: ignore[index]
_EFFECT = Shape(
    {
        "id": TEXT, "label": TEXT, "drug": one_of(FORMS), "equilibration_half_life_min": AT_LEAST_0,
        "status": one_of(STATUSES), "source": TEXT, "doi": DOI, "flaw": TEXT,
    },
    {
        "c50_ng_per_ml": ABOVE_0, "c50_range_ng_per_ml": _SPAN, "c50_cv": ABOVE_0, "c50_cv_status": one_of(STATUSES),
        "range_ng_per_ml": _SPAN,
    },
)  # fmt: skip
_FILE = Shape({"effect": TABLES})


@dataclass(frozen=True, slots=True)
class Effect:
    """One effect: a level of half effect or a range of levels, how fast it follows plasma, and what it rests on."""

    id: str
    label: str
    drug: str
    c50_ng_per_ml: float | None
    c50_cv: float | None
    range_ng_per_ml: tuple[float, float] | None
    equilibration_half_life_min: float
    status: str
    source: str
    doi: str
    flaw: str

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "id": self.id, "label": self.label, "drug": self.drug, "status": self.status,
            "c50_ng_per_ml": self.c50_ng_per_ml, "c50_cv": self.c50_cv,
            "range_ng_per_ml": list(self.range_ng_per_ml) if self.range_ng_per_ml else None,
            "equilibration_half_life_min": self.equilibration_half_life_min,
            "source": self.source, "doi": self.doi, "flaw": self.flaw,
        }  # fmt: skip

    @property
    def shown_level(self) -> str:
        """The level in words."""
        if self.range_ng_per_ml is None:
            return f"half of the effect at {self.c50_ng_per_ml:g} ng/mL"
        low, high = self.range_ng_per_ml
        return f"seen at {low:g} ng/mL" if low == high else f"seen at {low:g} to {high:g} ng/mL"

    def share_of_maximum(self, level_ng_per_ml: float) -> tuple[float, float, float] | None:
        """Level / (C50 + level) for people of high, middle and low C50 (5, 50, 95 %); None without a C50.

        The spread of C50 is an assumption and says so in the file; the level is that of the effect site.
        """
        if self.c50_ng_per_ml is None:
            return None
        spread = math.exp(1.645 * (self.c50_cv or 0.0))
        low, middle, high = (
            level_ng_per_ml / (self.c50_ng_per_ml * factor + level_ng_per_ml) for factor in (spread, 1.0, 1 / spread)
        )
        return low, middle, high


@cache
def effects(path: Path = EFFECTS) -> tuple[Effect, ...]:
    """All effects; refuses the file with every fault named."""
    try:
        text = path.read_bytes().decode()
        data = tomllib.loads(text)
    except ValueError as error:  # not TOML, or not text
        raise Refused(f"{path.name} is not TOML: {error}") from error
    good, found = _FILE.sort(data, "")
    faults = faults_with_lines([*found, *_faults(good.get("effect", []))], text)
    if faults:
        raise WrongFile(path.name, faults)
    return tuple(_effect(item) for item in good["effect"])


def effect(effect_id: str) -> Effect:
    """One effect by its id."""
    for one in effects():
        if one.id == effect_id:
            return one
    raise Missing(f"effect {effect_id}", f"known ones are {', '.join(one.id for one in effects())}.")


def _faults(items: list[dict[str, Any]]) -> Iterator[Found]:
    known: set[str] = set()
    for number, item in enumerate(items, 1):
        name = item["id"] if is_text(item.get("id")) else f"effect {number}"
        yield from _EFFECT.sort(item, name)[1]
        if name in known:
            yield name, "an id that is named twice", "an id of its own"
        if ("c50_ng_per_ml" in item) == ("range_ng_per_ml" in item):
            yield name, "both or neither of C50 and range", "exactly one of them"
        if ("c50_cv" in item) != ("c50_cv_status" in item):
            yield name, "one of c50_cv and c50_cv_status without the other", "a spread and on what it rests"
        if "c50_ng_per_ml" not in item:
            for key in sorted({"c50_cv", "c50_range_ng_per_ml"} & item.keys()):
                yield name, f"{key} without c50_ng_per_ml", "the level that it belongs to"
        known.add(name)


def _effect(item: dict[str, Any]) -> Effect:
    span = item.get("range_ng_per_ml")
    return Effect(
        item["id"], item["label"], item["drug"], item.get("c50_ng_per_ml"), item.get("c50_cv"),
        (float(span[0]), float(span[1])) if span else None, float(item["equilibration_half_life_min"]),
        item["status"], item["source"], item["doi"], item["flaw"],
    )  # fmt: skip
