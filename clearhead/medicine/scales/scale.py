"""Loading and scoring questionnaires. An unanswered item is never a zero: the sum is refused and the item is named."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clearhead.medicine.errors import Fault, Missing, OutOfRange, WrongFile

HERE = Path(__file__).parent
NEEDED = ("id", "title", "recall", "source", "licence", "items_shipped", "number_of_items", "bands")


@dataclass(frozen=True, slots=True)
class Trigger:
    """One answer that asks for a person whatever the sum says. `item` counts from 1."""

    item: int
    at_least: int
    id: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Scale:
    """A questionnaire. `items` is empty where the licence does not let the text be shipped."""

    id: str
    title: str
    recall: str
    source: str
    licence: str
    items: tuple[str, ...]
    number_of_items: int
    answers: tuple[str, ...]
    highest_point: int
    bands: tuple[tuple[int, str], ...]
    triggers: tuple[Trigger, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """The sum, its band in words, and every trigger that was hit."""

    scale: str
    total: int
    band: str
    triggers: tuple[Trigger, ...]


def shipped_scales() -> tuple[str, ...]:
    """The ids of the scales in this folder."""
    return tuple(sorted(path.stem for path in HERE.glob("*.toml")))


def scale(id: str) -> Scale:
    """The shipped scale with this id."""
    if id not in shipped_scales():
        raise Missing(f"The scale {id}", f"shipped are {', '.join(shipped_scales())}.")
    return read(HERE.joinpath(f"{id}.toml").read_text("utf-8"), name=f"{id}.toml")


def read(text: str, *, name: str) -> Scale:
    """A scale from TOML; refuses one without source or licence, or whose items do not fit its own numbers."""
    raw: dict[str, Any] = tomllib.loads(text)
    faults = [Fault(None, key, "nothing", "a value") for key in NEEDED if raw.get(key) in (None, "")]
    items, points = raw.get("items", []), raw.get("points", [])
    if raw.get("items_shipped") and len(items) != raw.get("number_of_items"):
        faults.append(Fault(None, "items", str(len(items)), str(raw.get("number_of_items"))))
    if not raw.get("items_shipped") and items:
        faults.append(Fault(None, "items", "text", "none: the licence note does not allow it"))
    if faults:
        raise WrongFile(name, faults)
    return Scale(
        id=raw["id"],
        title=raw["title"],
        recall=raw["recall"],
        source=raw["source"],
        licence=raw["licence"],
        items=tuple(items),
        number_of_items=raw["number_of_items"],
        answers=tuple(raw.get("answers", [])),
        highest_point=max(points) if points else raw["day_items_max"],
        bands=tuple((band["from"], band["word"]) for band in raw["bands"]),
        triggers=tuple(Trigger(**trigger) for trigger in raw.get("triggers", [])),
    )


def score(scale: Scale, answers: Sequence[int | None]) -> Scored:
    """The sum over all items. Triggers are found even when the sum cannot be: see `triggers_of`."""
    if len(answers) != scale.number_of_items or None in answers:
        absent = [n for n in range(1, scale.number_of_items + 1) if n > len(answers) or answers[n - 1] is None]
        raise Missing(f"{scale.title}, item {', '.join(map(str, absent))}", "an unanswered item is not a zero.")
    given = [answer for answer in answers if answer is not None]
    for answer in given:
        if not 0 <= answer <= scale.highest_point:
            raise OutOfRange("an answer", answer, "points", 0, scale.highest_point, scale.source)
    total = sum(given)
    band = next(word for low, word in sorted(scale.bands, reverse=True) if total >= low)
    return Scored(scale.id, total, band, triggers_of(scale, answers))


def triggers_of(scale: Scale, answers: Sequence[int | None]) -> tuple[Trigger, ...]:
    """Every trigger that the answers so far hit, also on a half-filled form."""

    def answered(item: int) -> int:
        return (answers[item - 1] or 0) if item <= len(answers) else 0

    return tuple(trigger for trigger in scale.triggers if answered(trigger.item) >= trigger.at_least)
