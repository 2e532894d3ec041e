"""An attack in Petra's diary, as the tests begin one."""

from __future__ import annotations

from typing import Any

from clearhead.clinic.diary import actions
from clearhead.clinic.diary.models import Attack
from tests.cast import AT_TEN


def begin(petra: Any, **more: Any) -> Attack:
    said = {"patient": petra, "started_at": AT_TEN, "zone": petra.zone, "by": None, "at": AT_TEN, **more}
    return actions.start_attack(**said)
