"""H-24: the network drops at the chair. The short form of proofs/network_drops.py."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion.models import Event, Flag, Observation, RateChange, Symptom
from clearhead.clinic.plan.models import Session
from proofs import network_drops
from tests.cast import member
from tests.clinic.infusion.room import minutes, protocol_with
from tests.clinic.infusion.scene import lively

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.hazard("H-24"),
    pytest.mark.hazard("H-25"),
]
DROPS = int(os.environ.get("CLEARHEAD_DROPS", network_drops.SHORT))


def test_what_is_entered_through_network_drops_is_on_the_record_once(
    open_page: Any, sign_in: Any, live_server: Any
) -> None:
    session, page = _with_room_to_go_down(), open_page()
    sign_in(page, member("nina"))

    told = network_drops.run(page, f"{live_server.url}/infusion/{session.code}/", DROPS, _told)

    assert (told["lost"], told["doubled"]) == (0, 0)
    assert not Flag.objects.filter(rule="set_aside").exists()
    if "CLEARHEAD_DROPS_FILE" in os.environ:
        lines = "\n".join(f"| {name} | {value} |" for name, value in told.items())
        Path(os.environ["CLEARHEAD_DROPS_FILE"]).write_text(f"{HEAD}\n{lines}\n", encoding="utf-8")


HEAD = """# Network drops at the chair

Written by `python -m proofs.network_drops`: notes, core sets, symptoms and decreases of the rate
entered in a real Chromium while the network fails in six ways.

| what | figure |
|---|---|"""


def _with_room_to_go_down() -> Session:
    """At 20 mL/h under steps of 0.1 mL/h, so that the pump can be set lower 125 times."""
    now = timezone.now()
    step = "step_down          = {{ mg_per_kg_h = {} }}"
    session = lively(now, protocol_version=protocol_with((step.format("0.05"), step.format("0.001"))))
    RateChange.objects.create(
        session=session, bag=session.bags.get(), kind="change", entered_value=20, entered_unit="mL/h", pump_ml_per_h=20,
        intended=True, happened_at=now - minutes(10), recorded_at=now - minutes(10), recorded_by=member("nina"),
    )  # fmt: skip
    return session


def _told() -> list[str]:
    sets = Observation.objects.values_list("hr", "rr")
    rates = RateChange.objects.filter(kind="change").values_list("pump_ml_per_h", flat=True)
    symptoms = Symptom.objects.values_list("symptom", "grade")
    return [
        *Event.objects.filter(kind="note").values_list("text", flat=True),
        *(f"set {pulse} {breaths}" for pulse, breaths in sets),
        *(f"{symptom} {grade}" for symptom, grade in symptoms),
        *(f"rate {ml.normalize():f}" for ml in rates),
    ]
