"""Every kind of entry that a page can queue is charted as itself. A new kind fails here until it has an example."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import clearhead.clinic
from clearhead.clinic.infusion import models
from clearhead.clinic.infusion.actions.entry import KINDS
from clearhead.clinic.infusion.entered import ENTRY_WORDS
from clearhead.clinic.infusion.models import Event, Flag
from clearhead.clinic.reactions import QUEUED
from clearhead.clinic.recovery.models import EscortMet, Score
from tests.clinic.infusion.queue import CALM, entry, send
from tests.clinic.infusion.room import running
from tests.clinic.infusion.test_by_plan import ONDANSETRON
from tests.clinic.recovery import ward

pytestmark = pytest.mark.django_db
CLINIC = Path(clearhead.clinic.__file__).parent
SCORES = {"vital_signs": "2", "activity": "2", "nausea": "2", "pain": "2", "pain_now": "3", "pain_acceptable": "yes"}
AS_ITSELF: dict[str, tuple[Any, str, dict[str, Any]]] = {
    "rate": (models.RateChange, "change", {"value": "3.5", "unit": "mL/h"}),
    "pause": (models.RateChange, "pause", {"reason": "toilet"}),
    "resume": (models.RateChange, "resume", {"value": "", "unit": ""}),
    "end": (models.RateChange, "end", {"reason": ""}),
    "bolus": (models.Bolus, "", {"mg": "5"}),
    "flush": (models.Flush, "", {"ml": "10", "over_min": "1"}),
    "observation": (models.Observation, "core", {"values": CALM, "kind": "core"}),
    "symptom": (models.Symptom, "", {"code": "chest_pain", "grade": 1, "note": ""}),
    "no_new_symptoms": (Event, "no_new_symptoms", {"reason": ""}),
    "adjunct": (models.Adjunct, "", {"order_id": "ondansetron_nausea", "dose": "4", "unit": "mg", "confirmed": True}),
    "by_plan": (models.Adjunct, "", {"order_id": "ondansetron_before", "act": "given", "confirmed": True}),
    "effect": (models.AdjunctEffect, "", {"adjunct": "its dose", "effect": "better"}),
    "note": (Event, "note", {"what": "note", "text": "walked"}),
    "emergency": (Event, "emergency", {"what": "oxygen", "text": ""}),
    "help": (Event, "help", {"reason": ""}),
    "stop": (Event, "stop", {"reason": "pale"}),
    "pump_seen_stopped": (Event, "pump_seen_stopped", {"pump_ml": "1.2"}),
    "reading": (models.PumpReading, "", {"pump_ml": "1.2"}),
    "ack": (models.FlagAck, "", {"flag": "its flag", "done": "looked"}),
    "score": (Score, "", SCORES),
    "escort": (EscortMet, "", {"name": "Jonas", "alternative": "", "note": ""}),
    "catheter": (models.Access, "", {}),
}  # fmt: skip


def kinds_on_pages() -> set[str]:
    """What the pages' own forms are named, and the line that a tablet writes by itself."""
    pages = [*CLINIC.glob("infusion/**/*.html"), *CLINIC.glob("recovery/**/*.html")]
    return {"note"} | {kind for page in pages for kind in re.findall(r'data-entry="([^"]+)"', page.read_text())}


def test_every_kind_that_a_page_can_queue_has_an_example_here_and_somebody_who_charts_it() -> None:
    assert kinds_on_pages() == set(AS_ITSELF)
    assert {*KINDS, *QUEUED} == set(AS_ITSELF)
    assert set(AS_ITSELF) <= set(ENTRY_WORDS)


@pytest.mark.parametrize("kind", sorted(AS_ITSELF))
def test_an_entry_of_every_kind_is_charted_as_itself(kind: str) -> None:
    session = ward.ended() if kind in QUEUED else running(premedication=[ONDANSETRON])
    model, word, fields = AS_ITSELF[kind]
    said = {**fields, **_what_it_is_about(session, kind)}
    told = {**entry(kind, 70), "fields": said}

    receipt = send(session, [told])[0]

    assert (receipt.status, receipt.sentence) == ("saved", "")
    row = model._default_manager.get(code=receipt.fact)
    assert getattr(row, "kind", "") == word
    assert not Event.objects.filter(kind="not_understood").exists()


def _what_it_is_about(session: Any, kind: str) -> dict[str, str]:
    """The dose or the flag that the entry names, charted in the same queue before it."""
    if kind == "effect":
        fields = AS_ITSELF["adjunct"][2]
        return {"adjunct": send(session, [{**entry("adjunct", 30), "fields": fields}])[0].fact}
    if kind == "ack":
        send(session, [entry("symptom", 30, code="chest_pain", grade=3)])
        return {"flag": str(Flag.objects.get(rule="symptom:chest_pain").code)}
    return {}
