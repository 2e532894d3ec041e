"""What the patient's medicines mean for an infusion at a stated time. Unmatched text is never passed over."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from clearhead.medicine.protocols.before import Interaction
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import allergy
from clearhead.medicine.rules.clock import aware, in_utc, is_ahead
from clearhead.medicine.rules.reasons import Override, missing, refused, source_of, warned, with_overrides
from clearhead.medicine.rules.verdict import Outcome, Reason, Verdict

QUESTION = "interactions"


@dataclass(frozen=True, slots=True)
class MedicineTaken:
    """One medicine on the confirmed list. `keys` come from the catalogue; no ingredient id = not matched."""

    typed: str
    ingredient_id: str | None
    keys: frozenset[str] = frozenset()
    still_taken: bool = True
    last_taken_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MedicineFacts:
    """The confirmed list. `allergies` None = not asked, () = asked and none; unknown is not none."""

    medicines: tuple[MedicineTaken, ...]
    confirmed_at: datetime | None
    allergies: tuple[str, ...] | None
    infusion_at: datetime | None = None  # windows count back from here; None = from the moment of judging
    overrides: tuple[Override, ...] = ()


def judge(facts: MedicineFacts, protocol: Protocol, *, at: datetime) -> Verdict:
    """Every interaction of the protocol that applies, every text that was not checked, and what was never asked."""
    facts, at = in_utc(facts), aware(at)
    reasons = [*_asked(facts, at), *_unmatched(facts)]
    when = facts.infusion_at or at
    for rule in protocol.assessment.interactions:
        for medicine in facts.medicines:
            if rule.key in medicine.keys:
                reasons += _apply(rule, medicine, when, protocol)
    return Verdict.of(QUESTION, with_overrides(reasons, facts.overrides))


def _asked(facts: MedicineFacts, at: datetime) -> Iterable[Reason]:
    if facts.confirmed_at is None or is_ahead(facts.confirmed_at, at):
        yield missing("medicines_confirmed", "Medicines", "The list of medicines has not been confirmed.", who="nurse")
    if facts.allergies is None:
        yield missing(
            "allergies_known", "Allergies", "Allergies have not been asked; unknown is not “none”.", who="nurse"
        )
    else:
        yield from allergy.to_ketamine(facts.allergies)


def _unmatched(facts: MedicineFacts) -> Iterable[Reason]:
    """H-17: a free text is shown as not checked, one reason for all of them."""
    texts = [medicine.typed for medicine in facts.medicines if medicine.ingredient_id is None]
    if texts:
        sentence = f"Not checked, because the name matched nothing: {', '.join(texts)}. A prescriber looks at each."
        yield warned("medicine_not_checked", "Not checked", sentence, who="prescriber")


def _apply(rule: Interaction, medicine: MedicineTaken, when: datetime, protocol: Protocol) -> Iterable[Reason]:
    gate, source = f"interaction_{rule.key}", source_of(protocol, "assessment.interactions")
    inside = _inside(rule.within_h, medicine, when)
    if inside is False:
        return
    sentence = f"{medicine.typed}: {rule.sentence}"
    if rule.action == "inform":
        yield Reason(gate, Outcome.ALLOWED, rule.title, sentence, source)
    elif rule.action == "warn":
        when_known = "" if inside else " The time of the last dose is not known."
        yield warned(gate, rule.title, sentence + when_known, source, who=rule.who_clears)
    elif inside is None:
        asked = f"{sentence} The time of the last dose is not known."
        yield missing(gate, rule.title, asked, source, who=rule.who_clears)
    else:
        may = rule.who_clears not in ("", "none")
        yield refused(gate, rule.title, sentence, source, who=rule.who_clears, overridable=may)


def _inside(within_h: Decimal | None, medicine: MedicineTaken, when: datetime) -> bool | None:
    """Whether the medicine still counts at `when`; None = its last dose is not known. None hours = while taken."""
    if within_h is None:
        return medicine.still_taken
    if medicine.last_taken_at is None:
        return None
    return when - medicine.last_taken_at < timedelta(hours=float(within_h))
