"""The room in short walks; `python -m proofs.room_states` takes the long ones."""

from __future__ import annotations

import pytest

from proofs import room_doses, room_states
from tests.clinic.infusion import morning


@pytest.mark.django_db
@pytest.mark.hazard("H-50")
def test_no_walk_through_the_room_gets_round_a_gate_or_past_stop() -> None:
    room_states.seen.clear()

    room_states.explore(morning.booked(), walks=8, steps=8)

    assert room_states.seen["in running"], "a walk that never reaches the pump proves little"


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.hazard("H-09")
def test_no_walk_gets_a_bolus_round_its_licence_its_check_its_size_or_the_cap() -> None:
    room_states.seen.clear()

    room_states.explore(room_doses.booked(), walks=10, steps=9, room=room_doses.DosedRoom)

    assert room_states.seen["permitted bolus"], "a walk in which every bolus is refused proves little"
    assert room_states.seen["permitted bolus: refused"]
    assert room_states.seen["new bag"]
