"""H-09, the race: several writers want the last room under a cap, and a deliberately naive twin breaks it."""

from __future__ import annotations

import pytest

from proofs import cap_races

pytestmark = [pytest.mark.hazard("H-09"), pytest.mark.django_db(transaction=True)]
RACES = 25


@pytest.mark.parametrize("way", cap_races.WAYS)
def test_h09_of_two_to_sixteen_writers_only_one_gets_the_last_room(way: str) -> None:
    cap_races.prepare(RACES, way)

    told = cap_races.work(way, 0, processes=1)

    if way == "actions":
        assert cap_races.breaches(way) == 0
        assert told["given"] == RACES
        assert set(told) == {"given", "refused"}
    else:
        assert cap_races.breaches(way) > 0, "the naive twin has to fail, or the race proves nothing"
