"""An infusion that was ended stays ended, whatever is charted behind it."""

from __future__ import annotations

import pytest

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Infusion, RateChange
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import fresh, minutes, running

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-50")]
ENDED = AT_TEN + minutes(30)
LATER = AT_TEN + minutes(40)


def test_a_pause_of_an_ended_infusion_is_refused_and_leaves_no_row() -> None:
    session, nina = running(), member("nina")
    actions.end(session=session, by=nina, at=ENDED)

    with pytest.raises(actions.RateRefused, match="was stopped here"):
        actions.pause(session=session, by=nina, at=LATER)

    assert not RateChange.objects.filter(kind="pause").exists()


def test_a_pause_that_another_tablet_sends_late_does_not_open_the_way_to_a_resume() -> None:
    session, nina = running(), member("nina")
    actions.stop(session=session, by=nina, at=ENDED)

    actions.pause(session=session, by=nina, at=LATER, happened_at=ENDED + minutes(5), intended=False)

    assert RateChange.objects.filter(kind="pause").exists(), "what happened is kept"
    assert queries.standing(session, LATER).state == "stopped"
    assert Infusion.objects.get(session=session).ended_at == ENDED
    with pytest.raises(actions.RateRefused, match="was stopped here"):
        actions.resume(session=session, by=nina, at=LATER, ask=fresh(session, reason="asked for"))


def test_a_pause_before_the_end_does_not_count_as_the_end() -> None:
    session, nina = running(), member("nina")
    actions.pause(session=session, by=nina, at=AT_TEN + minutes(20))

    actions.end(session=session, by=nina, at=ENDED)

    assert Infusion.objects.get(session=session).ended_at == ENDED
