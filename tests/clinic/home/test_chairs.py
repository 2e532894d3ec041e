"""The chair board and the desk's day, as far as they tell of the chairs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clearhead.clinic.home import chairs, day
from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion import queries
from clearhead.clinic.infusion.models import Event, PumpReading, Symptom
from clearhead.clinic.plan.models import Escort, Session
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.schedule.models import Occupancy, Resource
from tests import builders, cast
from tests.cast import AT_TEN, LONG_AGO, member, mesa
from tests.clinic.infusion import room
from tests.clinic.infusion.room import minutes
from tests.clinic.infusion.test_by_plan import HOURLY
from tests.clinic.recovery import ward

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_kept():
    cache.clear()


def seat(name: str) -> Resource:
    return Resource.objects.get_or_create(site=mesa(), kind="chair", name=name, from_date=LONG_AGO.date())[0]


def put(session: Session, name: str) -> Session:
    """This visit takes up this chair for its whole time."""
    booked = session.booking
    Occupancy.objects.create(
        booking=booked, resource=seat(name), phase="infusion", starts_at=booked.starts_at, ends_at=booked.ends_at
    )
    return session


def tile(name: str, at) -> chairs.Tile:
    return next(one for one in chairs.board(mesa(), at).tiles if one.chair == name)


def test_a_board_lists_where_infusions_run_and_each_place_once():
    seat("Chair 1")
    quiet = seat("Quiet room")
    Resource.objects.filter(pk=quiet.pk).update(attributes={"room": "Quiet room"})
    for name, kind in (("Quiet room", "infusion"), ("Suite", "infusion"), ("Consulting room", "consult")):
        Resource.objects.create(site=mesa(), kind="room", name=name, attributes={kind: True}, from_date=LONG_AGO.date())

    assert [one.chair for one in chairs.board(mesa(), AT_TEN).tiles] == ["Chair 1", "Quiet room", "Suite"]


def test_chairs_stand_in_their_own_order_however_ill_anybody_is():
    for name in ("Chair 10", "Chair 2", "Chair 1"):
        seat(name)
    put(room.running(), "Chair 10")

    late = chairs.board(mesa(), AT_TEN + minutes(60))

    assert [one.chair for one in late.tiles] == ["Chair 1", "Chair 2", "Chair 10"]
    assert late.tiles[2].figures.urgency == "high"


def test_a_tile_says_phase_rate_pressure_against_rest_symptom_escort_and_nurse():
    session = put(room.running(), "Chair 2")
    chair.take_over(session=session, by=member("nina"), at=AT_TEN)
    ward.taken(session, AT_TEN + minutes(5), phase="infusion", sys=149, dia=90)
    ward.fact(Symptom, session, AT_TEN, symptom="nausea", grade=2)
    ward.fact(Escort, session, AT_TEN, name="Jonas", phone="1", reached_at=AT_TEN)

    f = tile("Chair 2", AT_TEN + minutes(7)).figures

    assert f.phase == "infusing"
    assert (f.mg_per_h, f.ml_per_h) == (7, 7)
    assert (f.systolic, f.diastolic, f.resting, f.change_percent) == (149, 90, 124, 20)
    assert (f.symptom, f.grade) == ("Nausea", 2)
    assert (f.escort, f.escort_state) == ("Jonas", "reached")
    assert f.nurse == "Nina Okafor"


@pytest.mark.parametrize(
    ("after_start", "urgency", "overdue"),
    [(1, "soon", 0), (5, "soon", 0), (6, "low", 1), (10, "medium", 5), (15, "high", 10)],
)
def test_the_next_set_is_said_by_word_shape_and_minutes(after_start, urgency, overdue):
    put(room.running(), "Chair 1")

    f = tile("Chair 1", AT_TEN + minutes(after_start)).figures

    assert (f.urgency, f.overdue_min) == (urgency, overdue)


def test_somebody_who_runs_over_the_booked_time_still_sits_there():
    session = put(room.running(), "Chair 1")
    past = session.booking.ends_at + minutes(30)

    assert tile("Chair 1", past).session == session


def test_an_empty_chair_says_until_when():
    at = AT_TEN - timedelta(hours=2)
    put(builders.session(cast.petra()), "Chair 3")

    free = tile("Chair 3", at)

    assert not free.taken
    assert free.free_until == AT_TEN
    assert tile("Chair 3", AT_TEN - timedelta(days=5)).free_until is None


def test_who_has_left_leaves_the_chair_free():
    session = put(ward.ended(), "Chair 1")
    at = ward.ENDED + minutes(5)
    assert tile("Chair 1", at).figures.phase == "recovery"

    ward.go(session, at, disposition="against_advice", reason="Leaves.")

    assert Discharge.objects.exists()
    assert not tile("Chair 1", at + minutes(1)).taken


def test_the_wall_names_nobody(client: Client, monkeypatch):
    monkeypatch.setattr("clearhead.clinic.home.views.timezone.now", lambda: AT_TEN + minutes(2))
    session = put(room.running(), "Chair 1")
    chair.take_over(session=session, by=member("nina"), at=AT_TEN)
    ward.fact(Escort, session, AT_TEN, name="Jonas", phone="1")
    client.force_login(member("nina"))

    named = client.get("/home/mesa/chairs/").content.decode()
    wall = client.get("/home/mesa/chairs/?wall").content.decode()

    assert "Petra Lindqvist" in named
    assert "This is a record, not a monitor." in named
    assert "This is a record, not a monitor." in wall
    body = wall[wall.index('id="chairs"') :]
    assert "infusing" in body
    assert "N. O." in body
    assert [name for name in ("Petra", "Lindqvist", "Jonas", "Nina", "Okafor") if name in body] == []


def test_a_poll_is_answered_304_until_something_is_written(client: Client, monkeypatch):
    session = put(room.running(), "Chair 1")
    client.force_login(member("nina"))
    monkeypatch.setattr("clearhead.clinic.home.views.timezone.now", lambda: AT_TEN + minutes(2))
    first = client.get("/home/mesa/chairs/live/")

    again = client.get("/home/mesa/chairs/live/", headers={"If-None-Match": first["ETag"]})
    chair.note(session=session, kind="toilet", by=member("nina"), at=AT_TEN + minutes(3))
    after = client.get("/home/mesa/chairs/live/", headers={"If-None-Match": first["ETag"]})

    assert first.status_code == 200
    assert (again.status_code, again.content) == (304, b"")
    assert after.status_code == 200
    assert after["ETag"] != first["ETag"]


def test_the_desks_day_is_told_at_once_and_answered_304_until_something_is_written(client: Client, monkeypatch):
    session = put(room.running(), "Chair 1")
    client.force_login(member("nina"))
    monkeypatch.setattr("clearhead.clinic.home.views.timezone.now", lambda: AT_TEN + minutes(2))
    page = client.get("/home/mesa/day/")
    mark = page.context["mark"]

    again = client.get("/home/mesa/day/live/", headers={"If-None-Match": mark})
    chair.end(session=session, by=member("nina"), at=AT_TEN + minutes(3))
    after = client.get("/home/mesa/day/live/", headers={"If-None-Match": mark})

    assert "infusing" in page.content.decode()
    assert (again.status_code, again.content) == (304, b"")
    assert (after.status_code, after["ETag"] != mark) == (200, True)
    assert "recovering" in after.content.decode()


def test_what_a_poll_asks_the_board_is_one_indexed_query():
    put(room.running(), "Chair 1")

    site = mesa()
    with CaptureQueriesContext(connection) as asked:
        chairs.mark_of(site, AT_TEN)

    assert len(asked) == 1
    assert "audit_chain" in asked[0]["sql"]


def test_twelve_chairs_are_drawn_with_few_questions_once_their_figures_are_kept():
    session = put(room.running(), "Chair 1")
    for number in range(2, 13):
        seat(f"Chair {number}")
    chairs.board(mesa(), AT_TEN + minutes(3))

    with CaptureQueriesContext(connection) as asked:
        chairs.board(session.site, AT_TEN + minutes(3))

    assert len(asked) <= 6


def test_a_poll_writes_nothing_and_does_not_prolong_the_sign_in(client: Client):
    from clearhead.clinic.audit.models import Event

    client.force_login(member("nina"))
    client.get("/home/mesa/chairs/")
    seen, written = client.session.get("seen"), Event.objects.count()

    client.get("/home/mesa/chairs/live/")

    assert (client.session.get("seen"), Event.objects.count()) == (seen, written)


@pytest.mark.parametrize(
    ("late_min", "level", "tone"), [(3, "low", "due"), (6, "medium", "warn"), (12, "high", "warn")]
)
def test_a_drug_by_plan_that_nobody_charted_rises_at_the_chair_on_the_board_and_at_the_desk(late_min, level, tone):
    session, at = put(room.running(premedication=[HOURLY]), "Chair 1"), AT_TEN + minutes(60 + late_min)
    for minute in range(5, 61 + late_min, 5):
        ward.taken(session, AT_TEN + minutes(minute), phase="infusion", kind="full", pain=3)
    ward.fact(PumpReading, session, AT_TEN + minutes(59), bag=session.bags.get(), pump_ml=7, charted_ml=7)

    here = [(late.what, late.level) for late in queries.chair(session, at).late]
    f = tile("Chair 1", at).figures
    desk = [(chip.text, chip.tone) for row in day.day_board(mesa(), AT_TEN.date(), at) for chip in row.chips]

    assert here == [("by_plan", level)]
    assert [(one.what, one.level) for one in f.waits] == here
    assert f.loudest == level
    assert (f"drug by plan overdue {late_min} min", tone) in desk


def test_a_drug_by_plan_calls_no_more_once_it_was_left_out_with_a_reason():
    session, at = put(room.running(premedication=[HOURLY]), "Chair 1"), AT_TEN + minutes(75)
    chair.leave_out(session=session, order_id="midazolam_hourly", why="asleep", by=member("nina"), at=at)

    assert not [one for one in tile("Chair 1", at).figures.waits if one.what == "by_plan"]


def test_the_desk_sees_an_overdue_set_and_whether_the_escort_is_here():
    session = put(room.running(), "Chair 1")

    def chips(at):
        row = next(r for r in day.day_board(mesa(), AT_TEN.date(), at) if r.session == session)
        return {chip.text: chip.tone for chip in row.chips}

    assert not any("overdue" in text for text in chips(AT_TEN + minutes(4)))
    assert chips(AT_TEN + minutes(8))["set overdue 3 min"] == "due"
    assert chips(AT_TEN + minutes(12))["set overdue 7 min"] == "warn"


@pytest.mark.hazard("H-49")
def test_the_desk_calls_help_to_a_chair_from_the_day_and_from_the_board_and_is_told(
    client: Client, monkeypatch
) -> None:
    session = put(room.running(AT_TEN), "chair 2")
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT_TEN + minutes(20))
    client.force_login(member("fern"))
    address = reverse("infusion-help", args=[session.code])

    boards = [reverse(name, args=["mesa"]) for name in ("home-day", "home-chairs")]
    pages = [client.get(board).content.decode() for board in boards]
    walls = [client.get(f"{board}?wall").content.decode() for board in boards]
    ids = [re.search(rf'action="{address}".*?name="client_id" value="([^"]+)"', page, re.DOTALL) for page in pages]

    assert all(ids)
    assert not any(address in page for page in walls)
    for _twice in range(2):
        answer = client.post(address, {"client_id": ids[0][1]}, follow=True)
        assert "Help is called to Petra Lindqvist" in answer.content.decode()
    event = Event.objects.get(kind="help")
    assert event.recorded_by == member("fern")
    assert tile("chair 2", AT_TEN + minutes(21)).figures.help_called


def test_a_pump_that_runs_stands_on_the_board_also_where_the_calendar_knows_another_in_its_chair():
    seat("Chair 1")
    first = put(room.running(), "Chair 1")
    unbooked = builders.running(cast.vera()).session

    tiles = chairs.board(mesa(), AT_TEN + minutes(2)).tiles

    assert [(one.chair, one.session) for one in tiles] == [("Chair 1", first), ("no chair booked", unbooked)]
