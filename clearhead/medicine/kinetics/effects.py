"""Effects and the levels they were seen at, as data with status and source. Reading aids, never targets."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from clearhead.medicine.errors import Fault, Missing, WrongFile

EFFECTS = Path(__file__).with_name("effects.toml")
_NEEDED = ("id", "label", "drug", "equilibration_half_life_min", "status", "source", "flaw")


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
    flaw: str

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
    items = tomllib.loads(path.read_text(encoding="utf-8"))["effect"]
    faults = [fault for item in items for fault in _faults(item)]
    if faults:
        raise WrongFile(path.name, faults)
    return tuple(_effect(item) for item in items)


def effect(effect_id: str) -> Effect:
    """One effect by its id."""
    for one in effects():
        if one.id == effect_id:
            return one
    raise Missing(f"effect {effect_id}", f"known ones are {', '.join(one.id for one in effects())}.")


def _faults(item: dict[str, Any]) -> list[Fault]:
    name = str(item.get("id", "effect"))
    found = [Fault(None, f"{name}.{key}", "nothing", "a value") for key in _NEEDED if key not in item]
    if item.get("status") not in {"published", "convention", "assumption"}:
        found.append(Fault(None, f"{name}.status", repr(item.get("status")), "published, convention or assumption"))
    if ("c50_ng_per_ml" in item) == ("range_ng_per_ml" in item):
        found.append(Fault(None, name, "both or neither of C50 and range", "exactly one of them"))
    if "c50_cv" in item and item.get("c50_cv_status") is None:
        found.append(Fault(None, f"{name}.c50_cv", "no status", "c50_cv_status"))
    return found


def _effect(item: dict[str, Any]) -> Effect:
    span = item.get("range_ng_per_ml")
    return Effect(
        item["id"], item["label"], item["drug"], item.get("c50_ng_per_ml"), item.get("c50_cv"),
        (float(span[0]), float(span[1])) if span else None, float(item["equilibration_half_life_min"]),
        item["status"], item["source"], item["flaw"],
    )  # fmt: skip
