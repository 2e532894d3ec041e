"""H-24: the network drops at the chair. The short form of proofs/network_drops.py."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from clearhead.clinic.infusion.models import Event, Flag, Observation, Symptom
from proofs import network_drops
from tests.cast import member
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
    session, page = lively(timezone.now()), open_page()
    sign_in(page, member("nina"))

    told = network_drops.run(page, f"{live_server.url}/infusion/{session.code}/", DROPS, _told)

    assert (told["lost"], told["doubled"]) == (0, 0)
    assert not Flag.objects.filter(rule="set_aside").exists()
    if "CLEARHEAD_DROPS_FILE" in os.environ:
        lines = "\n".join(f"| {name} | {value} |" for name, value in told.items())
        Path(os.environ["CLEARHEAD_DROPS_FILE"]).write_text(f"{HEAD}\n{lines}\n", encoding="utf-8")


HEAD = """# Network drops at the chair

Written by `python -m proofs.network_drops`: notes, core sets and symptoms
entered in a real Chromium while the network fails in six ways.

| what | figure |
|---|---|"""


def _told() -> list[str]:
    sets = Observation.objects.values_list("hr", "rr")
    symptoms = Symptom.objects.values_list("symptom", "grade")
    return [
        *Event.objects.filter(kind="note").values_list("text", flat=True),
        *(f"set {pulse} {breaths}" for pulse, breaths in sets),
        *(f"{symptom} {grade}" for symptom, grade in symptoms),
    ]
