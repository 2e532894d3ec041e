"""May this order be signed? Hard caps refuse; what merely differs from the protocol asks for a written reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from clearhead.clinic.assessment import weights
from clearhead.clinic.plan.drafts import Draft, dosing_weight_kg, mode_with, plain_decimal, scheduled
from clearhead.medicine.errors import ClearheadError, Refused
from clearhead.medicine.medicines.allergies import held_by
from clearhead.medicine.protocols.dose import Amount, DoseMode, Rate, planned_mg
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import allergy
from clearhead.medicine.rules.clock import is_ahead, minutes_since
from clearhead.medicine.rules.reasons import missing, refused, source_of, warned
from clearhead.medicine.rules.verdict import Reason, Verdict

QUESTION = "order"
LOWEST_KG, HIGHEST_KG = Decimal(20), Decimal(300)


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """What an order is judged against, beside its own numbers. None = not known."""

    adopted: bool
    withdrawn: bool
    prescriber: bool
    decision: str | None  # outcome of the current decision, or None
    decision_on_protocol: str | None
    earlier_mg_per_kg_year: Decimal = Decimal(0)
    earlier_sessions_year: int = 0
    allergies: tuple[str, ...] = ()
    last_weight_kg: Decimal | None = None  # on file; the order's own weight is held against it


def judge(draft: Draft, protocol: Protocol, facts: OrderFacts, *, at: datetime) -> Verdict:
    """Every ground for and against, the signer's standing first."""
    reasons = [
        *_standing(draft, protocol, facts),
        *_weight(draft, protocol, at),
        *_doubts(draft, facts),
        *_limits_present(draft, protocol),
    ]
    if any(reason.gate in ("weight_known", "weight_scalar", "limits_present") for reason in reasons):
        return Verdict.of(QUESTION, reasons)
    assert draft.weight_kg is not None
    kg = dosing_weight_kg(protocol, draft.weight_kg, height_cm=draft.height_cm, sex=draft.sex)
    mode = mode_with(protocol, draft.dose)
    reasons += [*_numbers(draft, protocol, mode), *_time(draft, protocol), *_number_of_sessions(draft, protocol, facts)]
    reasons += [*_own_limits(draft, protocol, kg), *_codrugs(draft, protocol, facts)]
    if protocol.dose.duration.shortest_min <= draft.infusion_minutes <= protocol.dose.duration.longest_min:
        reasons += [*_rates(draft, protocol, mode, kg), *_totals(draft, protocol, mode, kg, facts)]
    return Verdict.of(QUESTION, reasons)


def _standing(draft: Draft, protocol: Protocol, facts: OrderFacts) -> Iterator[Reason]:
    if not facts.prescriber:
        yield refused("prescriber_signs", "Prescriber", "Only a prescriber of this site signs an order.")
    if not facts.adopted:
        sentence = f"{protocol.title} is an example here: no order until the medical director has adopted it."
        yield refused("protocol_adopted", "Adoption", sentence, f"{protocol.id} {protocol.version}")
    if facts.withdrawn:
        yield refused("version_standing", "Withdrawn", "This version was withdrawn for safety at this site.")
    if draft.purpose not in protocol.purposes:
        yield refused("purpose_fits", "Purpose", f"{protocol.title} is not written for {draft.purpose}.")
    if facts.decision is None:
        sentence = "There is no signed decision on file that is still current."
        yield missing("decision_current", "Decision", sentence, who="prescriber")
    elif facts.decision != "suitable":
        yield refused("decision_suitable", "Decision", f"The current decision reads: {facts.decision}.")
    elif facts.decision_on_protocol != protocol.id:
        sentence = f"The decision was made under {facts.decision_on_protocol}, the order is under {protocol.id}."
        yield _asked(draft, "decision_same_protocol", "Decision", sentence, "")


def _weight(draft: Draft, protocol: Protocol, at: datetime) -> Iterator[Reason]:
    source = source_of(protocol, "weight")
    if draft.weight_kg is None or draft.weight_measured_at is None:
        yield missing(
            "weight_known", "Weight", "A weight with the time it was measured is needed.", source, who="nurse"
        )
        return
    if not LOWEST_KG <= draft.weight_kg <= HIGHEST_KG:
        yield missing("weight_known", "Weight", f"{draft.weight_kg} kg is not a possible adult weight.", source)
    if is_ahead(draft.weight_measured_at, at):
        yield refused("weight_not_ahead", "Weight", "The weight is dated in the future. Check the time.", source)
    hours = minutes_since(draft.weight_measured_at, at) / 60
    if hours > protocol.weight.max_age_h:
        sentence = f"The weight is {hours:.0f} h old; at most {protocol.weight.max_age_h} h. Weigh again."
        yield missing("weight_max_age", "Weight", sentence, source, limit=f"{protocol.weight.max_age_h} h", who="nurse")
    try:
        dosing_weight_kg(protocol, draft.weight_kg, height_cm=draft.height_cm, sex=draft.sex)
    except ClearheadError as fault:
        yield missing("weight_scalar", "Dosing weight", str(fault), source, who="nurse")


def _doubts(draft: Draft, facts: OrderFacts) -> Iterator[Reason]:
    """A weight that reads like a wrong unit is doubted as on the page of results, until it was weighed again (H-02).

    The reason for a number outside the protocol does not answer this: it has its own.
    """
    if draft.weight_kg is None or not LOWEST_KG <= draft.weight_kg <= HIGHEST_KG:
        return  # refused as impossible already
    found = weights.read_weight(draft.weight_kg, "kg")
    confirmed = "" if weights.impossible(found) else draft.reasons.get("weight_doubt", "")
    for sentence in weights.doubts(found, facts.last_weight_kg, draft.height_cm):
        if confirmed:
            yield warned("weight_doubt", "Weight", f"{sentence} Confirmed: {confirmed}")
        else:
            yield missing("weight_doubt", "Weight", sentence, who="prescriber")


def _limits_present(draft: Draft, protocol: Protocol) -> Iterator[Reason]:
    """A missing limit refuses; it never defaults (H-04)."""
    limits = {
        "rate per kg and hour": draft.max_rate_mg_per_kg_h,
        "mg per session": draft.max_session_mg,
        "mg/kg per session": draft.max_session_mg_per_kg,
    }
    absent = [name for name, limit in limits.items() if limit is None or limit <= 0]
    caps = protocol.caps
    if any(cap is None for cap in (caps.soft_rate, caps.hard_rate, caps.session_mg_per_kg, caps.session_mg)):
        absent.append("caps of the protocol")
    if absent:
        sentence = f"No limit: {', '.join(absent)}. An order without limits cannot be signed."
        yield refused("limits_present", "Limits", sentence, source_of(protocol, "caps"))
    empty = [key for key, number in draft.dose.items() if number is None or number <= 0]
    if empty:
        yield refused("limits_present", "Dose", f"No number: {', '.join(empty)}.", source_of(protocol, "dose"))


def _numbers(draft: Draft, protocol: Protocol, mode: DoseMode) -> Iterator[Reason]:
    """Each number of the mode against the range that the protocol leaves to the order."""
    own = protocol.dose
    spans: dict[str, tuple[object, object]] = {
        "fixed_rate": ("lowest_rate", "highest_rate"),
        "load_plus_rate": ("lowest_rate", "highest_rate"),
        "stepped": ("lowest_start_rate", "highest_start_rate"),
        "total_over_time": ("lowest_dose", "highest_dose"),
    }
    if mode.mode in spans:
        name = "total_dose" if mode.mode == "total_over_time" else "start_rate"
        low, high = (getattr(own, str(edge)) for edge in spans[mode.mode])
        asked = getattr(mode, name)
        if not low.value <= asked.value <= high.value:
            sentence = f"{asked} is outside the {low} to {high} of the protocol."
            yield _asked(
                draft, name, name.replace("_", " ").capitalize(), sentence, source_of(protocol, f"dose.{name}")
            )
    for name in ("highest_rate", "step_up", "load", "bolus", "max_boluses"):
        yield from _beyond(draft, protocol, mode, name, more=True)
    for name in ("step_interval_min", "load_over_min", "over_min", "wait_min"):
        yield from _beyond(draft, protocol, mode, name, more=False)


def _beyond(draft: Draft, protocol: Protocol, mode: DoseMode, name: str, *, more: bool) -> Iterator[Reason]:
    if not hasattr(mode, name):
        return
    asked, usual = getattr(mode, name), getattr(protocol.dose, name)
    a, b = (getattr(number, "value", number) for number in (asked, usual))
    if (a > b) if more else (a < b):
        sentence = f"{asked} is {'more' if more else 'less'} than the {usual} of the protocol."
        yield _asked(draft, name, name.replace("_", " ").capitalize(), sentence, source_of(protocol, f"dose.{name}"))


def _time(draft: Draft, protocol: Protocol) -> Iterator[Reason]:
    try:
        protocol.dose.duration.of(draft.infusion_minutes)
    except Refused as fault:
        yield refused("duration", "Duration", str(fault), source_of(protocol, "dose.duration"))


def _number_of_sessions(draft: Draft, protocol: Protocol, facts: OrderFacts) -> Iterator[Reason]:
    series, caps = protocol.series, protocol.caps
    if draft.sessions < 1:
        yield refused("sessions", "Sessions", "An order has at least one session.")
    elif draft.purpose == "series" and not series.sessions_min <= draft.sessions <= series.sessions_max:
        sentence = f"{draft.sessions} sessions; the protocol has {series.sessions_min} to {series.sessions_max}."
        yield _asked(draft, "sessions", "Sessions", sentence, source_of(protocol, "series.sessions"))
    if facts.earlier_sessions_year + draft.sessions > caps.year_sessions:
        sentence = (
            f"With {facts.earlier_sessions_year} in the last 12 months this makes "
            f"{facts.earlier_sessions_year + draft.sessions} sessions; at most {caps.year_sessions}."
        )
        yield refused("year_sessions", "12 months", sentence, source_of(protocol, "caps.year_sessions"))
    if not 1 <= draft.gap_days_min <= draft.gap_days_max:
        yield refused("spacing", "Spacing", "Days between sessions: at least 1, and not more than the longest gap.")
    elif draft.sessions > 1 and not (
        series.gap_days_min <= draft.gap_days_min and draft.gap_days_max <= series.gap_days_max
    ):
        sentence = f"The protocol leaves {series.gap_days_min} to {series.gap_days_max} days between sessions."
        yield _asked(draft, "spacing", "Spacing", sentence, source_of(protocol, "series"))


def _own_limits(draft: Draft, protocol: Protocol, kg: Decimal) -> Iterator[Reason]:
    """The order's own limits may be stricter than the protocol's, never wider."""
    caps = protocol.caps
    assert draft.max_rate_mg_per_kg_h is not None  # asked first, in _limits_present
    assert draft.max_session_mg is not None
    assert draft.max_session_mg_per_kg is not None
    rows = (
        ("max_rate", draft.max_rate_mg_per_kg_h, caps.hard_rate.mg_per_h(kg) / kg, "mg/kg/h", "caps.hard_rate"),
        ("max_session_mg", draft.max_session_mg, caps.session_cap_mg(kg), "mg", "caps.session_mg"),
        ("max_session_mg_per_kg", draft.max_session_mg_per_kg, caps.session_mg_per_kg, "mg/kg", "caps"),
    )
    for gate, asked, cap, unit, key in rows:
        if asked > cap:
            sentence = f"A limit of {_n(asked)} {unit} is wider than the cap of {_n(cap)} {unit}."
            yield refused(gate, "Limit", sentence, source_of(protocol, key), limit=f"{_n(cap)} {unit}")


def _rates(draft: Draft, protocol: Protocol, mode: DoseMode, kg: Decimal) -> Iterator[Reason]:
    caps, source = protocol.caps, source_of(protocol, "caps.hard_rate")
    assert draft.max_rate_mg_per_kg_h is not None
    segments = mode.planned_segments(kg, draft.infusion_minutes)
    for part in (part for part in segments if part.kind in ("load", "mini_bolus")):
        cap = caps.single_bolus
        if cap is None or part.mg > cap.mg(kg):
            sentence = f"{_n(part.mg)} mg at once; the largest single dose here is {cap or 'none'}."
            yield refused("single_bolus", "Single dose", sentence, source_of(protocol, "caps.single_bolus"))
            break
    fastest = max((part.mg_per_h for part in segments if part.kind == "infusion"), default=Decimal(0))
    hard = min(caps.hard_rate.mg_per_h(kg), draft.max_rate_mg_per_kg_h * kg)
    if fastest > hard:
        sentence = f"The plan reaches {_n(fastest)} mg/h; at most {_n(hard)} mg/h ({caps.hard_rate})."
        yield refused("hard_rate", "Rate", sentence, source, limit=str(caps.hard_rate))
    elif fastest > caps.soft_rate.mg_per_h(kg):
        sentence = f"The plan reaches {_n(fastest)} mg/h, above the usual {caps.soft_rate}."
        yield _asked(draft, "soft_rate", "Rate", sentence, source_of(protocol, "caps.soft_rate"))


def _totals(draft: Draft, protocol: Protocol, mode: DoseMode, kg: Decimal, facts: OrderFacts) -> Iterator[Reason]:
    caps = protocol.caps
    assert draft.max_session_mg is not None
    assert draft.max_session_mg_per_kg is not None
    mg = planned_mg(mode, kg, draft.infusion_minutes)
    cap = min(caps.session_cap_mg(kg), draft.max_session_mg, draft.max_session_mg_per_kg * kg)
    if mg > cap:
        sentence = f"The plan gives {_n(mg)} mg in a session; the cap is {_n(cap)} mg."
        yield refused("session_total", "Session", sentence, source_of(protocol, "caps.session_mg_per_kg"))
    whole = mg / kg * draft.sessions
    if caps.course_mg_per_kg is not None and whole > caps.course_mg_per_kg:
        sentence = f"The series comes to {_n(whole)} mg/kg; the cap is {_n(caps.course_mg_per_kg)} mg/kg."
        yield refused("course_total", "Series", sentence, source_of(protocol, "caps.course_mg_per_kg"))
    year = whole + facts.earlier_mg_per_kg_year
    if year > caps.year_mg_per_kg:
        sentence = f"This brings 12 months to {_n(year)} mg/kg; the cap is {_n(caps.year_mg_per_kg)} mg/kg."
        yield refused("year_total", "12 months", sentence, source_of(protocol, "caps.year_mg_per_kg"))


def _codrugs(draft: Draft, protocol: Protocol, facts: OrderFacts) -> Iterator[Reason]:
    offered = {drug.id: drug for drug in (*scheduled(protocol), *protocol.orders.prn_orders)}
    yield from allergy.to_ketamine(facts.allergies)
    for chosen in (*draft.premedication, *draft.prn_orders):
        drug = offered.get(chosen)
        if drug is None:
            yield refused("known_order", "Other medicines", f"{chosen} is not an order of this protocol.")
        elif held_by(drug.ingredient, facts.allergies):
            sentence = f"{drug.title}: the patient's allergy list names it. Leave it out."
            yield refused("allergy", "Allergy", sentence, source_of(protocol, "orders"))
    for drug in scheduled(protocol):
        if drug.condition == "always" and drug.id not in draft.premedication:
            sentence = f"The protocol gives {drug.title} to everyone."
            yield _asked(draft, f"without_{drug.id}", "Other medicines", sentence, source_of(protocol, "orders"))


def _asked(draft: Draft, gate: str, title: str, sentence: str, source: str) -> Reason:
    """A difference: open until a reason is written, then a warning that carries it."""
    reason = (draft.reasons.get(gate) or draft.reasons.get("all") or "").strip()
    if reason:
        return warned(gate, title, f"{sentence} Reason: {reason}", source)
    return missing(gate, title, f"{sentence} Write the reason.", source, who="prescriber")


def deviations(verdict: Verdict, draft: Draft) -> list[dict[str, str]]:
    """Where the order differs from the protocol, each with the reason that was written."""
    return [
        {
            "gate": one.gate,
            "sentence": one.sentence,
            "reason": draft.reasons.get(one.gate) or draft.reasons.get("all", ""),
        }
        for one in verdict.reasons
        if one.outcome == "warned"
    ]


def _n(number: Decimal | Rate | Amount) -> str:
    return plain_decimal(round(number, 4)) if isinstance(number, Decimal) else str(number)
