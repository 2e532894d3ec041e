"""The signed tables, run row by row."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from clearhead.medicine.protocols.codes import DAY_QUESTIONS
from clearhead.medicine.rules import discharge, eligibility, observe, rate, rescreen
from clearhead.medicine.rules.discharge import Padss
from clearhead.medicine.rules.eligibility import Condition, State
from clearhead.medicine.rules.limits import LimitFacts, VitalsSet, flags
from clearhead.medicine.rules.observe import Changed, ObserveFacts, SetTaken
from clearhead.medicine.rules.rate import Intention
from tests.medicine.rules.given import (
    RESTING,
    TEN,
    TODAY,
    after,
    candidate,
    change_to,
    gates,
    protocol,
    recovered,
    start_of,
    vitals,
)
from tests.spec.tables import label, rows

SIGN = {
    "systolic": "systolic_mmhg",
    "diastolic": "diastolic_mmhg",
    "pulse": "heart_rate_per_min",
    "saturation": "spo2_percent",
    "breaths": "respirations_per_min",
    "sedation": "sedation_rass",
}
WORD = {sign: word for word, sign in SIGN.items()}


@pytest.mark.hazard("H-14")
@pytest.mark.parametrize("row", rows("limits.md"), ids=label)
def test_limits(row):
    readings = [reading.split() for reading in row["readings"].split(",")]
    rests = RESTING | {SIGN[one[1]]: Decimal(one[2]) for one in readings if one[0] == "rests"}
    during = next((one[1] for one in readings if one[0] == "in"), "infusion")
    sets = tuple(
        VitalsSet(after(float(one[0])), rests | {SIGN[one[1]]: Decimal(one[2])}, during)
        for one in readings
        if one[0] not in ("rests", "in")
    )

    found = flags(LimitFacts(sets, rests), protocol(), at=sets[-1].at)

    assert (", ".join(f"{WORD[f.sign]} {f.side} {f.level}" for f in found if f.open) or "none") == row["flag"]


@pytest.mark.hazard("H-07")
@pytest.mark.parametrize("row", rows("escalation.md"), ids=label)
def test_escalation(row):
    taken = [] if row["sets taken"] == "none" else row["sets taken"].split()
    sets = tuple(SetTaken(after(float(t.rstrip("f"))), "full" if t.endswith("f") else "core") for t in taken)
    changes = [Changed("start", TEN)]
    if row["change"] != "none":
        kind, minute = row["change"].split()
        changes.append(Changed(kind, after(float(minute))))

    facts, now = ObserveFacts(TEN, sets=sets, changes=tuple(changes)), after(float(row["minute now"]))
    found, wanted = observe.due(facts, protocol(), at=now), observe.core_overdue_min(facts, protocol(), at=now) > 0

    assert (found.at, found.set, found.told) == (after(float(row["due at"])), row["set"], row["told"])
    assert ("set first" if wanted else "may be asked") == row["a step up"]


def _not(criterion):
    return lambda f: replace(f, answers={**f.answers, criterion: False})


def _last(**signs):
    return lambda f: replace(f, sets=(f.sets[0], vitals(80, "recovery", **signs)))


def _unread(sign):
    def changed(facts):
        last = facts.sets[-1]
        return replace(
            facts, sets=(facts.sets[0], replace(last, values={k: v for k, v in last.values.items() if k != sign}))
        )

    return changed


LOOK = " and ".join(f"{gate} open" for gate in ("score", *discharge.LOOKED_AT, "pain_acceptable"))
CHANGED = {
    "nothing": lambda f: f,
    "sedative was given": lambda f: replace(f, sedative_last_at=after(-60)),
    "oxygen is on": lambda f: replace(f, on_oxygen=True),
    "pain is not acceptable": lambda f: replace(f, pain_acceptable=False),
    "walks unsteadily": _not("gait_steady"),
    "not oriented": _not("oriented"),
    "still feels far away": _not("dissociation_gone"),
    "catheter in": _not("catheter_out"),
    "symptom open": _not("symptoms_closed"),
    "escort not here": _not("escort_met"),
    "instructions not acknowledged": _not("instructions_acknowledged"),
    "walking not looked at": lambda f: replace(f, answers={k: v for k, v in f.answers.items() if k != "gait_steady"}),
    **{f"{word} is not in the last set": _unread(sign) for word, sign in SIGN.items()},
    "emergency is open": lambda f: replace(f, emergency="The emergency of 11:58 is open."),
    "high flag is not answered": lambda f: replace(f, unanswered="Respirations 7: below 8."),
    "grave symptom open": lambda f: replace(f, grave_symptoms=("Chest pain, grade 3",)),
    "leaves against advice asleep in an emergency": lambda f: replace(
        _last(rass=-5)(f), emergency="The emergency of 11:58 is open.", disposition="against_advice"
    ),
    "leaves against advice with catheter in": lambda f: replace(_not("catheter_out")(f), disposition="against_advice"),
    "transferred by emergency services": lambda f: replace(f, disposition="emergency_transfer", ended_at=None),
}


def _changed(facts, change):
    if change in CHANGED:
        return CHANGED[change](facts)
    what, _, number = change.rpartition(" ")
    value = int(number)
    numbered = {
        "reversal at": lambda: replace(facts, reversal_last_at=after(value)),
        "rests at": lambda: replace(facts, baseline_systolic=Decimal(value)),
        "systolic is": lambda: _last(systolic=value)(facts),
        "saturation is": lambda: _last(spo2=value)(facts),
        "sedation is": lambda: _last(rass=value)(facts),
        "pulse is": lambda: _last(pulse=value)(facts),
        "breaths is": lambda: _last(breaths=value)(facts),
        "diastolic is": lambda: _last(diastolic=value)(facts),
        "temperature is": lambda: _last(temperature=value)(facts),
        "pain is": lambda: replace(facts, pain_now=value),
        "score is": lambda: replace(facts, score=Padss(2, 2, 2, value - 6)),
        "minute is": lambda: replace(
            facts, sets=(vitals(value - 20, "recovery"), vitals(value - 5, "recovery")), looked_at=after(value - 5)
        ),
        "score was taken at": lambda: replace(facts, looked_at=after(value)),
        "sedative at": lambda: replace(facts, sedative_last_at=after(value)),
        "medicine against high pressure at": lambda: replace(facts, antihypertensive_last_at=after(value)),
    }
    return numbered[what]()


@pytest.mark.hazard("H-21")
@pytest.mark.parametrize("row", rows("discharge.md"), ids=label)
def test_discharge(row):
    facts, minute = recovered(protocol()), 90
    for change in row["changed"].split(", "):
        facts = _changed(facts, change)
        minute = int(change.rpartition(" ")[2]) if change.startswith("minute is") else minute

    verdict = discharge.judge(facts, protocol(), at=after(minute))

    if row["answer"] in ("may be given", "may leave"):
        assert verdict.permits
    else:
        answer = row["answer"].replace("the whole look open", LOOK)
        assert gates(verdict) == dict(said.split() for said in answer.split(" and "))


@pytest.mark.hazard("H-20")
@pytest.mark.parametrize("row", rows("eligibility.md"), ids=label)
def test_eligibility(row):
    of, code = protocol(), row["condition"]
    conditions = dict(candidate(of).conditions)
    del conditions[code]
    if row["state"] != "not asked":
        letter = None if row["letter"] == "none" else TODAY - timedelta(days=int(row["letter"]))
        conditions[code] = Condition(State(row["state"]), TODAY, letter)

    reasons = eligibility.judge(candidate(of, conditions=conditions), of, at=TEN).reasons
    reason = next((r for r in reasons if r.gate == code), None)
    said = "allowed" if reason is None else reason.outcome.value + ("*" if reason.overridable else "")

    assert said == row["answer"]


@pytest.mark.hazard("H-20")
@pytest.mark.parametrize("row", rows("rescreen.md"), ids=label)
def test_rescreen(row):
    answers = dict.fromkeys(DAY_QUESTIONS, rescreen.NO)
    for column, word in (("yes", rescreen.YES), ("not known", rescreen.UNKNOWN)):
        answers |= dict.fromkeys([code for code in row[column].split() if code != "none"], word)

    found = rescreen.judge(answers, protocol())

    said = {True: "stands", False: "waits for the prescriber", None: "open"}
    assert (said[found.ok], " ".join(found.red) or "none") == (row["the gate"], row["red"])


@pytest.mark.hazard("H-05")
@pytest.mark.parametrize("row", rows("rate.md"), ids=label)
def test_rate(row):
    minutes, strength = float(row["minutes since change"]), Decimal(row["mg/mL"])
    if row["typed"] in ("pause", "stop"):
        facts = replace(change_to("7", now=row["now mg/h"]), intention=Intention(row["typed"], Decimal(0), "mg/h"))
    else:
        value, unit = row["typed"].split()
        starts = row["now mg/h"] == "0"
        facts = (
            start_of(value, unit, mg_per_ml=strength)
            if starts
            else change_to(value, unit, now=row["now mg/h"], minutes=minutes)
        )

    said = gates(rate.judge(facts, protocol(), at=after(minutes)))

    if row["answer"] == "passes":
        assert said == {}
    else:
        gate, outcome = row["answer"].split()
        assert said[gate] == {"asks": "open"}.get(outcome, outcome)
