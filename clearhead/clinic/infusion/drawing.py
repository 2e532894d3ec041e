"""What the picture of a session is made from: frozen numbers, a time axis, a scale, and plain shapes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from clearhead.clinic.infusion.lanes import LegendLine, Mark, Spell


@dataclass(frozen=True, slots=True)
class Reading:
    """One charted set, as numbers. None = a gap, whatever the reason."""

    at: datetime
    sys: int | None = None
    dia: int | None = None
    hr: int | None = None
    spo2: int | None = None
    pain: int | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """From `at` on the pump was charted at this rate."""

    at: datetime
    mg_per_h: float
    words: str


@dataclass(frozen=True, slots=True)
class BandPoint:
    """The forecast at one moment, in ng/mL."""

    at: datetime
    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Band:
    """A forecast to draw, or why there is none: `points` arterial where a model answers for it, `venous` beside it."""

    points: tuple[BandPoint, ...] = ()
    caption: str = ""
    withdrawn: str = ""
    venous: tuple[BandPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Resting:
    """The patient's own resting sets: lowest and highest of each pressure, in mmHg."""

    sys: tuple[int, int]
    dia: tuple[int, int] | None
    words: str


@dataclass(frozen=True, slots=True)
class Words:
    """What the picture writes; the caller translates."""

    pressure: str = "Blood pressure ∨∧ mmHg"
    heart: str = "● Heart rate /min"
    spo2: str = "SpO₂ %"
    pain: str = "Pain 0–10"
    rate: str = "Rate mg/h"
    drugs: str = "Drugs"
    symptoms: str = "Sympt."
    events: str = "Events"


@dataclass(frozen=True, slots=True)
class Numbers:
    """Everything the picture shows."""

    start: datetime
    end: datetime
    now: datetime
    zone: ZoneInfo
    readings: tuple[Reading, ...] = ()
    settings: tuple[Setting, ...] = ()
    planned_end: datetime | None = None
    cap: tuple[float, str] | None = None
    resting: Resting | None = None
    band: Band | None = None
    drugs: tuple[Mark, ...] = ()
    symptoms: tuple[Spell, ...] = ()
    events: tuple[Mark, ...] = ()
    gap_min: float = 45.0
    words: Words = Words()


@dataclass(frozen=True, slots=True)
class Shape:
    """One element: `kind` is path, text, rect; `css` its class; coordinates in px."""

    kind: str
    css: str
    d: str = ""
    x: float = 0.0
    y: float = 0.0
    width: float = 0.0
    height: float = 0.0
    words: str = ""
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Picture:
    """Shapes in drawing order, and what the numbers on the lanes mean."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    legend: tuple[LegendLine, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """Time from left to right."""

    start: datetime
    end: datetime
    left: float
    right: float

    def x(self, moment: datetime) -> float:
        """Where a moment stands, in px; outside the axis it stands outside."""
        return self.left + (moment - self.start) / (self.end - self.start) * (self.right - self.left)

    def holds(self, moment: datetime) -> bool:
        """Is the moment on the axis?"""
        return self.start <= moment <= self.end


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from bottom to top of one panel."""

    low: float
    high: float
    top: float
    bottom: float

    def y(self, value: float) -> float:
        """Where a value stands, in px."""
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


def n(value: float) -> str:
    """A coordinate with one decimal."""
    return f"{value:.1f}"


def text(x: float, y: float, words: str, css: str = "", anchor: str = "start") -> Shape:
    return Shape("text", css, x=round(x, 1), y=round(y, 1), words=words, anchor=anchor)


def path(d: str, css: str) -> Shape:
    return Shape("path", css, d=d)


def rect(x: float, y: float, width: float, height: float, css: str) -> Shape:
    return Shape("rect", css, x=round(x, 1), y=round(y, 1), width=round(max(0.0, width), 1), height=round(height, 1))
