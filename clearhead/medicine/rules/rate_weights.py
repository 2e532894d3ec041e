"""Two weights: what adds drug stays inside the limits by the weight of the start and by the one found since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from clearhead.medicine.rules.rate_facts import Intention, RateFacts
from clearhead.medicine.rules.verdict import Outcome, Reason

MORE = ("change", "resume", "bolus", "change_bag")
"""A new bag lets the present rate go on: where that is too much by one of the two, it is lowered first."""
HOLD = (Outcome.REFUSED, Outcome.OPEN)


def by_the_other(facts: RateFacts) -> RateFacts | None:
    """The same intention by the other weight; None where there is but one."""
    if facts.other_kg is None or facts.intention.kind not in MORE:
        return None
    wanted = facts.intention
    if wanted.unit == "mg/kg/h":  # what the pump would give goes by the weight it is read with
        wanted = Intention(wanted.kind, facts.mg_per_h, "mg/h")
    return replace(facts, intention=wanted, weight_kg=facts.other_kg, other_kg=None)


def more_of(other: RateFacts, reasons: Iterable[Reason], known: Iterable[Reason]) -> Iterable[Reason]:
    """What stands against it by the other weight alone."""
    said = {reason.gate for reason in known if reason.outcome in HOLD}
    for reason in reasons:
        if reason.outcome in HOLD and reason.gate not in said:
            by = f"By {other.kg.normalize():f} kg, weighed since the start"
            yield replace(reason, sentence=f"{by}: {reason.sentence}")
