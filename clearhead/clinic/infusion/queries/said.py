"""One fact of the record in the words a nurse reads."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from clearhead.clinic.infusion import models
from clearhead.clinic.infusion.entered import AS_SAID, WHY_NOT
from clearhead.clinic.infusion.queries.aside import aside_words
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.remains import given_by_closure
from clearhead.clinic.infusion.queries.vitals import open_symptoms
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.codes import GO_FACTS, READINESS_CHECKS
from clearhead.medicine.protocols.protocol import Protocol

SIGNS = (
    ("hr", "HR {}"), ("spo2", "SpO₂ {} %"), ("o2_l_per_min", "oxygen {} L/min"), ("sys", "BP {}"), ("rr", "RR {}"),
    ("sedation", "sedation {}"), ("pain", "pain {}"), ("nausea", "nausea {}"), ("dissociation", "dissociation {}"),
    ("temp_c", "{} °C"), ("etco2", "CO₂ {} mmHg"), ("iv_site", "vein {}"),
)  # fmt: skip
"""In the order of the set; the pressure stands under `sys`."""
GATE_NAME = re.compile(r"(^|; )[a-z][a-z_]*: ")
OK_WORDS = {True: "yes", False: "no", None: "not known"}


def words(row: Any, protocol: Protocol) -> str:
    """What a fact says, in one line."""
    teller = TELL.get(type(row).__name__)
    return teller(row, protocol) if teller else ""


def symptom_words(code: str, grade: int, protocol: Protocol) -> str:
    """A symptom with its grade as the protocol words it: "Nausea, grade 2: bothers"."""
    known = protocol.limits.symptom(code)
    title = known.title if known else code.replace("_", " ").capitalize()
    if grade == 0:
        return f"{title}: over"
    word = known.grades[grade - 1] if known and grade <= len(known.grades) else ""
    return f"{title}, grade {grade}" + (f": {word}" if word else "")


def left_open(session: Session) -> list[dict[str, Any]]:
    """Open symptoms as a session's summary keeps them, for the next session and for the review."""
    protocol = protocol_of(session)
    return [
        {"symptom": row.symptom, "grade": row.grade, "words": symptom_words(row.symptom, row.grade, protocol)}
        for row in open_symptoms(session)
    ]


def drug_words(row: models.Adjunct, protocol: Protocol) -> str:
    """A dose beside the infusion: the drug, the amount, the way in."""
    return f"{drug_name(row.ingredient_id)} {row.dose.normalize():f} {row.unit} {row.route}"


def drug_name(ingredient: str) -> str:
    """The ingredient as it is spoken."""
    return ingredient.replace("_", " ").capitalize()


def _observation(row: models.Observation, protocol: Protocol) -> str:
    said = []
    for sign, text in SIGNS:
        value = f"{row.sys}/{row.dia}" if sign == "sys" and row.sys is not None else getattr(row, sign)
        why = row.why_not.get(sign) or (row.why_not.get("bp") if sign == "sys" else None)
        if why:
            said.append(f"{text.split('{}')[0].strip() or 'temperature'} {WHY_NOT.get(why, why)}")
        elif value not in (None, "") and not (sign == "o2_l_per_min" and value == 0):
            said.append(text.format(value))
    return ", ".join(said)


def breach_words(breach: str) -> str:
    """The limits that were broken, in their sentences: the names of the rules before them are for programs."""
    return GATE_NAME.sub(r"\1", breach)


def _rate(row: models.RateChange, protocol: Protocol) -> str:
    text = f"{row.kind.replace('_', ' ')}: {row.entered_value.normalize():f} {row.entered_unit}, "
    text += f"pump {row.pump_ml_per_h.normalize():f} mL/h"
    return (
        text
        + (f"; {breach_words(row.breach)}" if row.breach else "")
        + ("" if row.intended else " (recorded as happened)")
        + _why(row)
    )


def _why(row: models.RateChange | models.Bolus | models.DrugClosure) -> str:
    """The reason that was written for it."""
    return f" · {row.reason}" if row.reason else ""


def _event(row: models.Event, protocol: Protocol) -> str:
    if row.kind == "not_understood":
        told = aside_words(row.detail.get("entry"), row.session.site.tz, dict(SIGNS))
        return f"set aside, not charted: {told}. {row.text}"
    what = str(row.detail.get("what", ""))
    kind = "" if row.kind in {"note", "emergency"} and (what or row.text) else row.kind.replace("_", " ")
    return ": ".join(filter(None, [kind, AS_SAID.get(what, what.replace("_", " ")), row.text]))


def _access(row: models.Access) -> str:
    """Where a catheter lies; a row over a removal says that it was never taken out."""
    again = " (not taken out, still lies)" if row.corrects_id is not None and not row.struck else ""
    return f"{row.side} {row.body_site}, {row.gauge} G" + (" out" if row.out_at else again)


def _gate(row: models.GateAnswer, protocol: Protocol) -> str:
    code = row.gate.rpartition(":")[2]
    title = READINESS_CHECKS.get(code) or GO_FACTS.get(code, code.replace("_", " "))
    kg = f", {_plain(Decimal(row.value['kg']))} kg" if row.value.get("kg") else ""
    return f"{title}: {OK_WORDS[row.value.get('ok')]}{kg}" + (f" ({row.note})" if row.note else "")


def _check(row: models.Check) -> str:
    read = ((row.weight_kg, " kg"), (row.mg_per_ml, " mg/mL"), (row.ml_per_h, " mL/h"), (row.dose, ""))
    numbers = ", ".join(f"{_plain(number)}{unit}" for number, unit in read if number is not None)
    return f"{row.checker.name}: {numbers} ({row.act.replace('_', ' ')})"


def _drug(row: models.DrugClosure) -> str:
    """As it was signed; where the chart was corrected since, that it was, and what is given by it now."""
    said = f"drawn {_plain(row.drawn_mg)} mg, given {_plain(row.given_mg)} mg, "
    said += f"left {_plain(row.left_mg)} mg, wasted {_plain(row.wasted_mg)} mg"
    said, now = said + _why(row), given_by_closure(row)
    if now == row.given_mg:
        return said
    return f"{said}; CHANGED AFTER CLOSING: given {_plain(now)} mg by the chart as it stands"


def _bolus(row: models.Bolus) -> str:
    """The minutes only where somebody said them."""
    over = f" over {_plain(row.over_min)} min" if row.over_min else ""
    return f"{row.mg.normalize():f} mg{over}" + (f"; {breach_words(row.breach)}" if row.breach else "") + _why(row)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


TELL: dict[str, Callable[[Any, Protocol], str]] = {
    "Observation": _observation,
    "RateChange": _rate,
    "Bolus": lambda row, _: _bolus(row),
    "Flush": lambda row, _: f"{row.ml.normalize():f} mL over {_plain(row.over_min)} min",
    "PumpReading": lambda row, _: f"pump {_plain(row.pump_ml)} mL, charted {_plain(row.charted_ml)} mL",
    "Symptom": lambda row, of: symptom_words(row.symptom, row.grade, of) + (f" ({row.note})" if row.note else ""),
    "Adjunct": drug_words,
    "AdjunctEffect": lambda row, _: f"{drug_name(row.adjunct.ingredient_id)}: {row.get_effect_display()}",
    "Event": _event,
    "Flag": lambda row, _: f"{row.level}: {row.sentence}",
    "FlagAck": lambda row, _: row.done,
    "GateAnswer": _gate,
    "GoNoGo": lambda row, _: ("GO" if row.go else "NO-GO") + (f": {row.reason}" if row.reason else ""),
    "Responsible": lambda row, _: (
        f"{row.nurse.name} answers for the chair" + (f", for the break of {row.covers.name}" if row.covers else "")
    ),
    "Access": lambda row, _: _access(row),
    "Bag": lambda row, _: f"{row.mg_per_ml.normalize():f} mg/mL, {row.ml.normalize():f} mL, lot {row.lot}",
    "Check": lambda row, _: _check(row),
    "DrugClosure": lambda row, _: _drug(row),
}
