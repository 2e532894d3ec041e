"""May this as-needed dose be given now? Only from an order signed for this patient, in dose, spacing and cap."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from clearhead.medicine.protocols.bedside import PrnOrder
from clearhead.medicine.protocols.before import Act
from clearhead.medicine.protocols.codes import SIGNS
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import allergy, guards
from clearhead.medicine.rules.clock import aware, in_utc
from clearhead.medicine.rules.reasons import asked, missing, refused, source_of, warned
from clearhead.medicine.rules.second import AT_A_DRUG, second_check
from clearhead.medicine.rules.verdict import Reason, Verdict

QUESTION = "adjunct"
ASKED = ("trigger_present",)
"""What is asked about once, and given when its sentence was confirmed."""


@dataclass(frozen=True, slots=True)
class DoseGiven:
    """An earlier dose of the same ingredient in this session, whatever order it came from."""

    at: datetime
    dose: Decimal
    unit: str
    order_id: str = ""


@dataclass(frozen=True, slots=True)
class AdjunctFacts:
    """One intended dose. `triggers` are the symptom codes and "vital:<sign>:<side>" flags that stand now."""

    order_id: str
    dose: Decimal
    unit: str
    role: str
    signed_orders: frozenset[str]
    allergies: tuple[str, ...] | None
    triggers: frozenset[str] = frozenset()
    given: tuple[DoseGiven, ...] = ()
    confirmed: bool = False  # the confirm face was read: dose, route, allergy, last given, cap
    second_person: bool = False  # somebody else read the label and entered the dose
    waited_s: int = 0  # the timed pause of a single-handed site
    seen: guards.Seen = field(default_factory=guards.Seen)
    prescriber_decides: bool = False  # gives it, or has just said at the chair that it is given
    read: frozenset[str] = frozenset()  # the gates of what was asked about, read and confirmed


@dataclass(frozen=True, slots=True)
class Consequences:
    """What a given dose brings with it: the clock and the recovery follow."""

    recheck_at: datetime
    observe_every_min: int
    observe_for_min: int
    added_recovery_min: int
    sedative: bool
    antihypertensive: bool


def judge(facts: AdjunctFacts, protocol: Protocol, *, at: datetime) -> Verdict:
    """Every ground for and against giving it now."""
    facts, at = in_utc(facts), aware(at)
    order = order_of(facts.order_id, protocol)
    if order is None:
        return Verdict.of(
            QUESTION, [refused("order_known", "Order", f"“{facts.order_id}” is no order of this protocol.")]
        )
    source = source_of(protocol, "orders.prn_orders")
    reasons = [
        *_signed(order, facts, source),
        *_role(order, facts, protocol, source),
        *allergy.judge(order.ingredient, facts.allergies, source),
    ]
    reasons += [*_dose(order, facts, source), *_spacing(order, facts, source, at), *_trigger(order, facts, source)]
    reasons += guards.judge(
        order.title, classes_of(order), facts.seen, protocol, at=at, called_by=order.triggers,
        prescriber_decides=facts.prescriber_decides,
    )  # fmt: skip
    if order.needs_confirm_face and not facts.confirmed:
        sentence = f"{order.title}: read dose, route, allergy, last given and cap, then confirm."
        reasons.append(missing("confirm_face", "Confirm", sentence, source))
    if second_check_needed(order, protocol):
        reasons += second_check(protocol, there=facts.second_person, waited_s=facts.waited_s, sentence=AT_A_DRUG)
    return Verdict.of(QUESTION, reasons)


def order_of(order_id: str, protocol: Protocol) -> PrnOrder | None:
    """The standing order with this id."""
    return next((order for order in protocol.orders.prn_orders if order.id == order_id), None)


def consequences(order: PrnOrder, *, given_at: datetime) -> Consequences:
    """What follows from a dose of this order."""
    return Consequences(
        recheck_at=aware(given_at) + timedelta(minutes=order.recheck_min),
        observe_every_min=order.added_observation_every_min,
        observe_for_min=order.added_observation_for_min,
        added_recovery_min=order.added_recovery_min,
        sedative=order.sedative,
        antihypertensive=order.antihypertensive,
    )


def not_before(order: PrnOrder, given: Iterable[DoseGiven]) -> datetime | None:
    """When the next dose is allowed by its spacing; None when none was given."""
    last = max((aware(dose.at) for dose in given), default=None)
    return None if last is None else last + timedelta(minutes=order.min_gap_min)


def _signed(order: PrnOrder, facts: AdjunctFacts, source: str) -> Iterable[Reason]:
    if order.id not in facts.signed_orders:
        sentence = f"{order.title} is not signed for this patient."
        yield refused("order_signed", "Order", sentence, source, who="prescriber")


def who_may(order: PrnOrder, protocol: Protocol) -> tuple[str, ...]:
    """The roles that may give this order: its own list, as far as the act × licence table lets them."""
    acts = acts_of(order)
    return tuple(role for role in order.who_gives if all(protocol.people.may(act, role) for act in acts))


def acts_of(order: PrnOrder) -> tuple[Act, ...]:
    """The acts of the act × licence table that giving this order is."""
    acts: list[Act] = ["give_prn"]
    acts += ["give_sedative"] if order.sedative else []
    acts += ["give_antihypertensive"] if order.antihypertensive else []
    return tuple(acts)


def classes_of(order: PrnOrder) -> tuple[str, ...]:
    """The classes of drug that the patient's signs can hold back."""
    return guards.classes_of(order.ingredient, sedative=order.sedative, antihypertensive=order.antihypertensive)


def second_check_needed(order: PrnOrder, protocol: Protocol) -> bool:
    """True where the protocol asks a second person to look at this drug before it is given."""
    return any(act in protocol.running.second_check.acts for act in acts_of(order))


def _role(order: PrnOrder, facts: AdjunctFacts, protocol: Protocol, source: str) -> Iterable[Reason]:
    allowed = who_may(order, protocol)
    if facts.role not in allowed:
        sentence = f"A {facts.role.replace('_', ' ')} may not give {order.title} here."
        yield refused("act_permitted", "Who may", sentence, source, who=", ".join(allowed) or "nobody")


def _dose(order: PrnOrder, facts: AdjunctFacts, source: str) -> Iterable[Reason]:
    if facts.unit != order.unit:
        sentence = f"{facts.dose} {facts.unit}: this order is written in {order.unit}."
        yield refused("unit_fits", "Unit", sentence, source)
        return
    if facts.dose <= 0 or facts.dose > order.dose:
        sentence = f"{facts.dose} {facts.unit}: the order is {order.dose} {order.unit} a dose."
        yield refused("single_dose", "Dose", sentence, source, limit=f"{order.dose} {order.unit}")
    if any(dose.unit != order.unit for dose in facts.given):
        yield missing(
            "session_total", "Total", "Earlier doses are charted in another unit; add them up by hand.", source
        )
        return
    total = sum((dose.dose for dose in facts.given), Decimal(0)) + facts.dose
    if total > order.max_total:
        sentence = f"This would bring the session to {total} {order.unit}; the cap is {order.max_total} {order.unit}."
        yield refused("session_total", "Total", sentence, source, limit=f"{order.max_total} {order.unit}")


def _spacing(order: PrnOrder, facts: AdjunctFacts, source: str, at: datetime) -> Iterable[Reason]:
    earliest = not_before(order, facts.given)
    if earliest is not None and aware(at) < aware(earliest):
        left = (earliest - at).total_seconds() / 60
        sentence = f"The next dose is due in {left:.0f} min ({order.min_gap_min} min apart)."
        yield refused("min_gap", "Spacing", sentence, source, limit=f"{order.min_gap_min} min")


def _trigger(order: PrnOrder, facts: AdjunctFacts, source: str) -> Iterable[Reason]:
    """Asked about where a sign would call for a drug that is held by signs; a symptom may be charted afterwards."""
    if not order.triggers or any(_called(trigger, order, facts.triggers) for trigger in order.triggers):
        return
    sentence = f"Nothing on the chart calls for {order.title} ({', '.join(map(_trigger_words, order.triggers))})."
    if classes_of(order) and any(trigger.startswith("vital:") for trigger in order.triggers):
        yield asked(ASKED[0], "Reason", sentence, source, read=ASKED[0] in facts.read)
    else:
        yield warned(ASKED[0], "Reason", sentence, source)


def _trigger_words(trigger: str) -> str:
    name = trigger.removeprefix("vital:")
    return SIGNS.get(name, name.replace("_", " ")).lower()


def _called(trigger: str, order: PrnOrder, stands: frozenset[str]) -> bool:
    """A symptom by its code; a sign named alone only by the side that this class of drug answers."""
    sides = {guards.guards()[name].called_by for name in classes_of(order)} or {"low", "high"}
    return trigger in stands or any(f"{trigger}:{side}" in stands for side in sides)
