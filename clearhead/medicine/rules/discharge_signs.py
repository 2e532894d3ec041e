"""What the newest set must show before the label "criteria met", and what must be over: each a line of its own.

A sign that was refused or could not be read is not known: it never counts as normal.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from clearhead.medicine.protocols.bedside import Sign
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.limits import VitalsSet, outside
from clearhead.medicine.rules.reasons import allowed, missing, refused, source_of
from clearhead.medicine.rules.verdict import Reason

READ: dict[Sign, tuple[str, str]] = {
    "heart_rate_per_min": ("pulse", "Pulse"),
    "respirations_per_min": ("breathing", "Breathing"),
    "diastolic_mmhg": ("diastolic", "Diastolic pressure"),
}
"""Signs that every set before going home shows, with the gate and the title of each."""
FEVER: Sign = "temperature_c"


def of_set(last: VitalsSet, baseline: Mapping[Sign, Decimal], protocol: Protocol) -> Iterable[Reason]:
    """Sedation, pulse, breathing and diastolic pressure of this set; the temperature where it was taken."""
    yield _awake(last)
    for sign, (gate, title) in READ.items():
        yield _within(gate, title, sign, last, baseline, protocol)
    if FEVER in last.values:
        yield _within("temperature", "Temperature", FEVER, last, baseline, protocol)


def not_calm(rass: Decimal) -> bool:
    """True for anyone who is not alert and calm: drowsy, not rousable, or restless.

    >>> not_calm(Decimal(0)), not_calm(Decimal(-5)), not_calm(Decimal(2))
    (False, True, True)
    """
    rule = thresholds()["sedation_rass"]
    return not rule["at_least"] <= rass <= rule["at_most"]


def nausea_tolerable(score: int) -> bool:
    """Nausea of a set, 0 to 3, that is gone or slight."""
    return bool(score <= thresholds()["nausea"]["at_most"])


def over(emergency: str, unanswered: str, grave: Iterable[str]) -> Iterable[Reason]:
    """No emergency that goes on, no high flag without an answer, no symptom at which an infusion is stopped.

    What is given is empty where all is calm, else the sentence or the symptoms.
    """
    symptoms = ", ".join(grave)
    yield _calm("emergency_over", "No emergency open", emergency)
    yield _calm("flags_answered", "High flags answered", f"Not answered yet: {unanswered}" if unanswered else "")
    yield _calm("no_grave_symptom", "No grave symptom open", f"Still open: {symptoms}." if symptoms else "")


def _calm(gate: str, title: str, against: str) -> Reason:
    return refused(gate, title, against) if against else allowed(gate, title, f"{title}.")


def _awake(last: VitalsSet) -> Reason:
    rule, now = thresholds()["sedation_rass"], last.values.get("sedation_rass")
    source = f"discharge_signs.toml, sedation_rass ({rule['status']}: {rule['source']})"
    if now is None:
        return missing("awake", "Awake", "No sedation score in the last set. Look again.", source, who="nurse")
    if not_calm(now):
        return refused("awake", "Awake", f"Sedation {now} in the last set; 0, alert and calm, is asked for.", source)
    return allowed("awake", "Awake", f"Sedation {now}.", source)


def _within(
    gate: str, title: str, sign: Sign, last: VitalsSet, baseline: Mapping[Sign, Decimal], protocol: Protocol
) -> Reason:
    """By the limits of the infusion and of recovery; a sign that has none there goes by those of the start."""
    source, now = source_of(protocol, "limits.vital_limits"), last.values.get(sign)
    if now is None:
        return missing(gate, title, f"{title} is not in the last set. Measure it.", source, who="nurse")
    found = outside(sign, now, protocol, baseline, ("infusion", "recovery"))
    found = outside(sign, now, protocol, baseline, ("pre_start",)) if found is None else found
    if found:
        words = ", ".join(found)
        return refused(gate, title, f"{title} {now} in the last set: {words}.", source, limit=words)
    return allowed(gate, title, f"{title} {now}.", source)


@cache
def thresholds() -> dict[str, dict[str, Decimal]]:
    """What is asked for, by sign."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
