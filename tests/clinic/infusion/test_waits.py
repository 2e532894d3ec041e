"""What waits at a chair rises by the minute: a high flag without a word, a prescriber who left, mL not read."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.cache import cache

from clearhead.clinic.home.brought import brought
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.queries.late import chart_of, late_of
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import minutes, protocol_with, running, visit

pytestmark = pytest.mark.django_db
RAISED = AT_TEN + minutes(3)


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


def waits(session: Session, what: str, minute: float) -> list[tuple[int, str]]:
    """What the chair says, and that the board and the desk say the same."""
    now = AT_TEN + minutes(minute)
    found = [(late.minutes, late.level) for late in queries.chair(session, now).late if late.what == what]
    assert found == [(late.minutes, late.level) for late in late_of(chart_of(session, now)) if late.what == what]
    return found


@pytest.mark.hazard("H-14")
@pytest.mark.parametrize(
    ("late", "level"), [(0, "low"), (1, "low"), (4, "low"), (5, "medium"), (9, "medium"), (10, "high"), (300, "high")]
)
def test_a_high_flag_without_an_answer_rises_in_the_protocols_minutes(late: int, level: str) -> None:
    session = running()
    actions.symptom(session=session, code="chest_pain", grade=3, by=member("nina"), at=RAISED)

    assert waits(session, "flag", 3 + late) == [(late, level)]


def test_it_is_brought_to_the_prescriber_and_a_word_of_anybody_ends_it() -> None:
    session, nina = running(), member("nina")
    actions.symptom(session=session, code="chest_pain", grade=3, by=nina, at=RAISED)
    told = [one.what for _session, one in brought(session.site, RAISED + minutes(10)).late]

    actions.acknowledge(
        session=session, flag=queries.open_flags(session)[0], done="paused, ECG", by=nina, at=RAISED + minutes(11)
    )

    assert "flag" in told
    assert waits(session, "flag", 30) == []
    assert queries.open_flags(session), "answered, and still open"


def test_a_medium_flag_does_not_rise() -> None:
    session = running()
    actions.symptom(session=session, code="nausea", grade=3, by=member("nina"), at=RAISED)

    assert waits(session, "flag", 60) == []


def test_a_prescriber_who_left_while_drug_runs_is_late_until_one_is_back() -> None:
    session, dario = running(), member("dario")
    actions.note(session=session, kind="prescriber_out", by=dario, at=AT_TEN + minutes(5))
    gone = waits(session, "prescriber", 11)

    actions.note(session=session, kind="prescriber_in", by=dario, at=AT_TEN + minutes(12))
    late = {"at": AT_TEN + minutes(14), "happened_at": AT_TEN - minutes(30)}
    actions.note(session=session, kind="prescriber_out", by=dario, **late)

    assert gone == [(6, "medium")]
    assert waits(session, "prescriber", 20) == [], "an older word that comes late is no news"
    actions.note(session=session, kind="prescriber_out", by=dario, at=AT_TEN + minutes(21))
    actions.end(session=session, by=dario, at=AT_TEN + minutes(25))
    assert waits(session, "prescriber", 40) == [], "no drug runs any more"


def test_where_the_protocol_asks_only_for_a_telephone_nobody_is_late() -> None:
    own = '[people]\nfrom   = "reference"\nstatus = "assumption"'
    asks = (own, own + '\nprescriber_presence = "reachable"')
    session = running(session=visit(protocol_version=protocol_with(asks)))
    actions.note(session=session, kind="prescriber_out", by=member("dario"), at=AT_TEN + minutes(5))

    assert waits(session, "prescriber", 30) == []


@pytest.mark.hazard("H-51")
def test_a_pump_seen_stopped_without_its_ml_keeps_a_line_until_they_are_read() -> None:
    session, nina = running(), member("nina")
    actions.end(session=session, by=nina, at=AT_TEN + minutes(30))
    actions.pump_seen_stopped(session=session, by=nina, at=AT_TEN + minutes(31))
    seen, over = waits(session, "pump_ml", 32), queries.hand_over(session, AT_TEN + minutes(32)).open_items

    actions.pump_seen_stopped(session=session, by=nina, at=AT_TEN + minutes(33), pump_ml=Decimal("3.5"))

    assert seen == [(2, "low")]
    assert "Pump stands still; mL not read yet." in over
    assert waits(session, "pump_ml", 34) == []
    assert queries.chair(session, AT_TEN + minutes(34)).standing.pump_confirmed
