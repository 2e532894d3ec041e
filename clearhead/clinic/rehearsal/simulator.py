"""A made-up body: pressure, pulse, oxygen, pain and symptoms under a history of rates. Seeded, so it can be told again.

Pure: minutes and rates in, numbers out. Its parameters and their sources are in simulator.toml.
"""

from __future__ import annotations

import math
import random
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

RateAt = Callable[[float], float]
"""Rate in mg/kg/h at a minute from the start; 0 before it."""
LATENT_STEP_MIN = 1.0


Parameters = Mapping[str, Any]
"""Group → name → {value, sd, source, status}, as in simulator.toml."""


@lru_cache(maxsize=1)
def parameters() -> Parameters:
    """The whole file."""
    return tomllib.loads(Path(__file__).with_name("simulator.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Vitals:
    """One set, as the monitor would show it."""

    sys: int
    dia: int
    hr: int
    spo2: int
    rr: int
    sedation: int
    pain: int
    dissociation: int
    nausea: int

    def core(self) -> dict[str, int]:
        """The core set."""
        return {
            "hr": self.hr,
            "spo2": self.spo2,
            "sys": self.sys,
            "dia": self.dia,
            "rr": self.rr,
            "sedation": self.sedation,
        }

    def full(self) -> dict[str, Any]:
        """The full set."""
        return {
            **self.core(),
            "pain": self.pain,
            "nausea": self.nausea,
            "dissociation": self.dissociation,
            "iv_site": "clear",
        }


@dataclass(frozen=True, slots=True)
class Onset:
    """A symptom that begins, and ends."""

    symptom: str
    grade: int
    at_min: float
    over_min: float


class Body:
    """One person under one history of rates, drawn from the file or from other `said` parameters."""

    def __init__(self, seed: int, rate_at: RateAt, *, surge: float = 1.0, said: Parameters | None = None) -> None:
        self.said = said or parameters()
        self.rng = random.Random(seed)
        self.rate_at, self.surge = rate_at, surge
        signs = ("systolic", "diastolic", "heart_rate", "breathing")
        self.rest = {sign: self._drawn(sign, "rest_mean") for sign in signs}
        self.rise = {
            "systolic": max(0.0, self._drawn("systolic", "rise_mmhg_per_mg_per_kg_h")),
            "diastolic": max(0.0, self._drawn("diastolic", "rise_mmhg_per_mg_per_kg_h")),
            "heart_rate": max(0.0, self._drawn("heart_rate", "rise_per_min_per_mg_per_kg_h")),
        }
        self.oxygen = min(100.0, self._drawn("oxygen", "rest_mean"))
        self.pain = min(10.0, max(2.0, self._drawn("pain", "rest_mean")))
        self.relief_per_h = max(0.0, self._drawn("pain", "fall_per_h"))
        self._effect: dict[int, float] = {0: 0.0}

    def _drawn(self, group: str, name: str) -> float:
        """This person's own value of a parameter."""
        one = self.said[group][name]
        return self.rng.gauss(one["value"], one.get("sd", 0.0))

    def _value(self, group: str, name: str) -> float:
        """A parameter that is the same for everybody."""
        return float(self.said[group][name]["value"])

    def effect(self, at_min: float) -> float:
        """The rate as the brain feels it, in mg/kg/h: it follows with the half-time of the file."""
        keep = 0.5 ** (LATENT_STEP_MIN / self._value("effect", "half_time_min"))
        last = max(self._effect)
        while last < at_min:
            self._effect[last + 1] = self._effect[last] * keep + self.rate_at(last + 0.5) * (1 - keep)
            last += 1
        return self._effect[max(0, math.floor(at_min))]

    def vitals(self, at_min: float) -> Vitals:
        """The set at this minute, with the noise of a real one. The same minute gives the same set."""
        felt = self.effect(max(0.0, at_min)) * self.surge
        dice = random.Random(f"{self.rest['systolic']:.6f} {at_min:.2f}")

        def noise(sign: str) -> float:
            return dice.gauss(0, self._value(sign, "noise_sd"))

        systolic = self.rest["systolic"] + self.rise["systolic"] * felt + noise("systolic")
        diastolic = self.rest["diastolic"] + self.rise["diastolic"] * felt + noise("diastolic")
        fall = self._value("oxygen", "fall_per_mg_per_kg_h") * felt
        return Vitals(
            sys=round(systolic),
            dia=min(round(diastolic), round(systolic) - 15),
            hr=round(self.rest["heart_rate"] + self.rise["heart_rate"] * felt + noise("heart_rate")),
            spo2=min(100, round(self.oxygen - fall + noise("oxygen"))),
            rr=max(round(self._value("breathing", "lowest")), round(self.rest["breathing"] + noise("breathing"))),
            sedation=-1 if felt > self._value("drowsy", "above_mg_per_kg_h") else 0,
            pain=max(0, round(self.pain - self.relief_per_h * max(0.0, at_min) / 60)),
            dissociation=1 if felt > self._value("dissociated", "above_mg_per_kg_h") else 0,
            nausea=0,
        )

    def onsets(self, until_min: float) -> Iterable[Onset]:
        """The symptoms of the session, in order."""
        rng = random.Random(f"{self.rest['systolic']:.6f}")
        lasts = self.said["symptoms"]["lasts_min"]
        for minute in range(5, int(until_min), 5):
            for name, code in (("floating", "dissociation"), ("nausea", "nausea")):
                said = self.said["symptoms"][name]
                chance = said["per_h"] / 12 * self.effect(minute) / 0.3
                if rng.random() < chance:
                    grade = 2 if rng.random() < said["grade_2_share"] else 1
                    yield Onset(code, grade, float(minute), minute + rng.uniform(lasts["low"], lasts["high"]))


def stepped(start: float, step: float, every_min: float, highest: float, minutes: float) -> RateAt:
    """The rates of a stepped infusion taken as planned, in mg/kg/h."""

    def at(minute: float) -> float:
        if not 0 <= minute < minutes:
            return 0.0
        return min(highest, start + step * int(minute // every_min))

    return at
