"""May sessions follow: the next of a series, or maintenance after it? A verdict for review, never an invitation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from clearhead.medicine.protocols.after import Maintenance
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.reasons import missing, refused, source_of
from clearhead.medicine.rules.verdict import Reason, Verdict

QUESTION = "repeat"
LIVER_STOP_TIMES_ULN = Decimal(3)  # enzyme rises after repeated infusions: Noppers 2011, Pain 152:2173-2178
Response = Literal["responder", "no_response", "not_enough_data"]


@dataclass(frozen=True, slots=True)
class RepeatFacts:
    """Where the patient stands after the last series. None = not known."""

    purpose: Literal["series", "maintenance"]
    response: Response | None
    last_session_on: date | None
    wanted_on: date
    sessions_last_12_months: int | None
    mg_per_kg_last_12_months: Decimal | None
    maintenance_last_12_months: int | None = None
    liver_tested_on: date | None = None
    liver_times_uln: Decimal | None = None
    urinary_asked_on: date | None = None
    new_urinary_symptoms: bool | None = None
    requests_beyond_plan: bool = False
    open_symptoms: tuple[str, ...] = ()  # carried over from the last session


def judge(facts: RepeatFacts, protocol: Protocol, *, at: datetime) -> Verdict:
    """Caps and gaps for every repeat; response, liver and bladder for maintenance."""
    reasons = [*_gap(facts, protocol), *_year(facts, protocol), *_carried(facts)]
    if facts.purpose == "maintenance":
        rule = protocol.review.maintenance
        if rule is None:
            sentence = "This protocol names no maintenance."
            return Verdict.of(QUESTION, [refused("maintenance_named", "Maintenance", sentence), *reasons])
        reasons += [*_response(facts), *_per_year(facts, rule, protocol)]
        reasons += [*_liver(facts, protocol), *_bladder(facts, protocol), *_misuse(facts)]
    return Verdict.of(QUESTION, reasons)


def _gap(facts: RepeatFacts, protocol: Protocol) -> Iterable[Reason]:
    maintenance = protocol.review.maintenance
    keeps = facts.purpose == "maintenance" and maintenance is not None
    least = maintenance.gap_days_min if keeps and maintenance is not None else protocol.series.gap_days_min
    key = "review.maintenance.gap_days_min" if keeps else "series.gap_days_min"
    if facts.last_session_on is None:
        if facts.purpose == "maintenance":
            yield missing("gap_days", "Gap", "The date of the last session is not known.", source_of(protocol, key))
        return
    gap = (facts.wanted_on - facts.last_session_on).days
    if gap < least:
        sentence = f"{gap} days after the last session; at least {least} are asked for."
        yield refused("gap_days", "Gap", sentence, source_of(protocol, key), limit=f"{least} days")


def _year(facts: RepeatFacts, protocol: Protocol) -> Iterable[Reason]:
    caps = protocol.caps
    if facts.sessions_last_12_months is None or facts.mg_per_kg_last_12_months is None:
        sentence = "The total exposure of the last 12 months is not known; ketamine from elsewhere counts."
        yield missing("exposure_known", "Exposure", sentence, source_of(protocol, "caps.year_sessions"))
        return
    if facts.sessions_last_12_months >= caps.year_sessions:
        sentence = f"{facts.sessions_last_12_months} sessions in 12 months; the cap is {caps.year_sessions}."
        yield refused("year_sessions", "Exposure", sentence, source_of(protocol, "caps.year_sessions"))
    if facts.mg_per_kg_last_12_months >= caps.year_mg_per_kg:
        sentence = f"{facts.mg_per_kg_last_12_months} mg/kg in 12 months; the cap is {caps.year_mg_per_kg}."
        yield refused("year_total", "Exposure", sentence, source_of(protocol, "caps.year_mg_per_kg"))


def _carried(facts: RepeatFacts) -> Iterable[Reason]:
    if facts.open_symptoms:
        sentence = f"Still open from the last session: {', '.join(facts.open_symptoms)}."
        yield missing("symptoms_closed", "Symptoms", sentence, who="prescriber")


def _response(facts: RepeatFacts) -> Iterable[Reason]:
    if facts.response == "no_response":
        yield refused("response_documented", "Response", "The last series brought no documented response.")
    elif facts.response != "responder":
        sentence = "No response is documented: the diary has not enough answered dates yet."
        yield missing("response_documented", "Response", sentence, who="patient")


def _per_year(facts: RepeatFacts, rule: Maintenance, protocol: Protocol) -> Iterable[Reason]:
    source = source_of(protocol, "review.maintenance.max_per_year")
    if facts.maintenance_last_12_months is None:
        yield missing("maintenance_per_year", "Maintenance", "The number of maintenance sessions is not known.", source)
    elif facts.maintenance_last_12_months >= rule.max_per_year:
        sentence = f"{facts.maintenance_last_12_months} maintenance sessions in 12 months; at most {rule.max_per_year}."
        yield refused("maintenance_per_year", "Maintenance", sentence, source)


def _max_age_days(name: str, protocol: Protocol) -> int | None:
    return next((test.max_age_days for test in protocol.assessment.tests if test.name == name), None)


def _liver(facts: RepeatFacts, protocol: Protocol) -> Iterable[Reason]:
    source, days = source_of(protocol, "assessment.tests"), _max_age_days("liver_panel", protocol)
    age = None if facts.liver_tested_on is None else (facts.wanted_on - facts.liver_tested_on).days
    if age is None or age < 0 or days is None or age > days or facts.liver_times_uln is None:
        yield missing("liver_current", "Liver", "No current liver tests are on file.", source, who="prescriber")
    elif facts.liver_times_uln >= LIVER_STOP_TIMES_ULN:
        sentence = f"A liver test stands at {facts.liver_times_uln} times its upper limit: hold and refer."
        yield refused("liver_result", "Liver", sentence, source, limit="3 times the upper limit")


def _bladder(facts: RepeatFacts, protocol: Protocol) -> Iterable[Reason]:
    source, days = source_of(protocol, "assessment.tests"), _max_age_days("urine_symptoms", protocol)
    age = None if facts.urinary_asked_on is None else (facts.wanted_on - facts.urinary_asked_on).days
    if age is None or age < 0 or days is None or age > days or facts.new_urinary_symptoms is None:
        yield missing("urinary_asked", "Bladder", "The bladder questions have not been asked recently.", source)
    elif facts.new_urinary_symptoms:
        yield refused("urinary_symptoms", "Bladder", "New urinary symptoms: hold, test the urine, refer.", source)


def _misuse(facts: RepeatFacts) -> Iterable[Reason]:
    if facts.requests_beyond_plan:
        sentence = "More was asked for than the plan holds: the prescriber talks with the patient first."
        yield missing("requests_beyond_plan", "Requests", sentence, who="prescriber")
