"""When the patient left: never before what shows them here; the departure itself is recorded in every state."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client

from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion.models import Adjunct
from clearhead.clinic.recovery import actions
from clearhead.clinic.recovery.models import Discharge
from tests.cast import AT_TEN, PIN, member
from tests.clinic.infusion.room import minutes, running
from tests.clinic.infusion.room import visit as prepared
from tests.clinic.recovery import ward
from tests.clinic.recovery.test_pages import send

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-21")]
NOW = ward.ENDED + minutes(40)
GOES = {"disposition": "against_advice", "reason": "Wants to go."}
DAY = timedelta(days=1)


@pytest.fixture
def session():
    return ward.ended()


def refused(session, left_at, **said):
    with pytest.raises(actions.DischargeRefused) as refusal:
        ward.go(session, NOW, left_at=left_at, **{**GOES, **said})
    assert not Discharge.objects.exists()
    return str(refusal.value)


def test_h21_a_departure_of_yesterday_is_refused_by_name_and_the_driving_ban_stays_whole(session):
    said = refused(session, NOW - DAY, confirmed=frozenset({"set_back"}))
    here = session.site.tz

    assert f"{(NOW - DAY).astimezone(here):%d %b, %H:%M} lies before" in said
    assert f"the end of the infusion at {ward.ENDED.astimezone(here):%H:%M}" in said
    left = ward.go(session, NOW, **GOES)
    assert left.restriction_until == NOW + DAY


@pytest.mark.parametrize(
    ("what", "at"),
    [
        ("the last set", 30),
        ("the discharge score", 31),
        ("the last medicine", 32),
        ("the catheter came out", 33),
        ("the escort came", 34),
        ("the end of the infusion", 0),
    ],
)
def test_nobody_left_before_what_the_record_shows_of_them(session, what, at):
    when = ward.ENDED + minutes(at)
    if what == "the last set":
        ward.taken(session, when)
    elif what == "the discharge score":
        actions.score(session=session, items=ward.GOOD, answers={}, by=member("nina"), at=when)
    elif what == "the catheter came out":
        actions.take_catheter_out(session=session, by=member("nina"), at=when)
    elif what == "the escort came":
        actions.meet_escort(session=session, name="Jonas", by=member("nina"), at=when)
    elif what == "the last medicine":
        drug = {"order_id": "ondansetron_nausea", "ingredient_id": "ondansetron", "dose": 4, "unit": "mg"}
        ward.fact(Adjunct, session, when, **drug, route="intravenous")

    assert f"lies before {what} at {when.astimezone(session.site.tz):%H:%M}" in refused(session, when - minutes(1))
    assert ward.go(session, NOW, left_at=when, **GOES).happened_at == when


def test_h21_the_label_is_not_dated_before_the_catheter_came_out_and_the_escort_stood_there(session):
    at = ward.ENDED + minutes(70)
    ward.ready(session, at, frozenset({"catheter", "escort"}))
    actions.take_catheter_out(session=session, by=member("nina"), at=at + minutes(24))
    actions.meet_escort(session=session, name="Jonas", by=member("nina"), at=at + minutes(25))

    with pytest.raises(actions.DischargeRefused, match="lies before the escort came at"):
        ward.go(session, at + minutes(26), left_at=at + minutes(1))

    assert not Discharge.objects.exists()


def test_h21_nobody_has_left_later_than_now_and_the_driving_ban_is_not_counted_from_then(session):
    here = session.site.tz

    said = refused(session, NOW + minutes(3))

    assert f"{(NOW + minutes(3)).astimezone(here):%H:%M} lies ahead: it is {NOW.astimezone(here):%H:%M} now" in said


def test_a_label_put_right_in_the_same_minute_keeps_the_second_of_leaving(session):
    first = ward.go(session, NOW + timedelta(seconds=40), **GOES)
    told = {"disposition": "admitted", "reason": "Taken to the ward.", "corrects": first}

    assert ward.go(session, NOW + minutes(9), left_at=NOW, **told).happened_at == first.happened_at


def test_within_the_minute_of_the_last_set_the_departure_comes_after_it(session):
    seen = ward.ENDED + timedelta(minutes=30, seconds=40)
    ward.taken(session, seen)

    assert ward.go(session, NOW, left_at=ward.ENDED + minutes(30), **GOES).happened_at == seen


def test_a_departure_set_back_by_more_than_an_hour_is_read_again(session):
    late = ward.ENDED + minutes(100)

    with pytest.raises(chair.ChairRefused, match="Is the time right"):
        ward.go(session, late, left_at=ward.ENDED + minutes(30), **GOES)
    assert not Discharge.objects.exists()
    left = ward.go(session, late, left_at=ward.ENDED + minutes(30), confirmed=frozenset({"set_back"}), **GOES)

    assert left.happened_at == ward.ENDED + minutes(30)


def test_a_set_dated_a_little_ahead_never_holds_up_a_departure_of_now(session):
    ward.taken(session, NOW + minutes(4))

    assert ward.go(session, NOW, left_at=NOW, **GOES).happened_at == NOW


def _state(name):
    if name == "preparing":
        return prepared()
    session = running() if name in {"running", "paused", "stopped"} else ward.ended()
    nina = member("nina")
    if name == "paused":
        chair.pause(session=session, by=nina, at=AT_TEN + minutes(10))
    elif name == "stopped":
        chair.stop(session=session, by=nina, at=AT_TEN + minutes(10))
    elif name == "closed":
        chair.close(session=session, by=nina, at=ward.ENDED + minutes(5), end_reason="planned")
    return session


@pytest.mark.parametrize("state", ["preparing", "running", "paused", "stopped", "recovering", "closed"])
@pytest.mark.parametrize("disposition", ["exception", "against_advice", "emergency", "admitted"])
@pytest.mark.parametrize("typed", [False, True])
def test_every_departure_but_the_label_is_recorded_in_every_state(state, disposition, typed):
    session, why = _state(state), {"disposition": disposition, "reason": "As it was."}
    if disposition == "exception":
        why |= {"signer": member("dario"), "secret": actions.Secret(PIN)}

    left = ward.go(session, NOW, left_at=NOW if typed else None, **why)

    assert (left.disposition, left.happened_at) == (disposition, NOW)


def test_the_page_asks_for_a_time_long_ago_and_takes_the_tick(session, client: Client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: ward.ENDED + minutes(100))
    client.force_login(member("nina"))
    zone = session.site.tz
    typed = {**GOES, "left_at": f"{(ward.ENDED + minutes(30)).astimezone(zone):%Y-%m-%dT%H:%M}"}
    yesterday = {**GOES, "left_at": f"{(ward.ENDED - DAY).astimezone(zone):%Y-%m-%dT%H:%M}"}

    wrong = send(client, session, "leave", **yesterday, confirm="set_back")
    asked = send(client, session, "leave", **typed)
    saved = send(client, session, "leave", **typed, confirm="set_back")

    assert (wrong.status_code, asked.status_code, saved.status_code) == (422, 422, 303)
    assert "Check the time; empty means now." in wrong.content.decode()
    assert 'name="confirm" value="set_back"' in asked.content.decode()
    assert Discharge.objects.get().happened_at == ward.ENDED + minutes(30)


def test_a_label_put_right_the_next_day_keeps_the_time_of_leaving(session, client: Client, monkeypatch):
    first = ward.go(session, NOW, **GOES)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + DAY)
    client.force_login(member("nina"))
    page = client.get(f"/recovery/{session.code}/?correct").content.decode()
    shown = f"{NOW.astimezone(session.site.tz):%Y-%m-%dT%H:%M}"

    said = {"disposition": "admitted", "reason": "Taken to the ward.", "corrects": first.code, "left_at": shown}
    assert f'value="{shown}"' in page
    assert send(client, session, "leave", **said).status_code == 303

    assert Discharge.standing().get().happened_at == first.happened_at


def test_the_same_correction_sent_again_is_the_same_departure_and_one_of_an_older_page_is_refused(
    session, client: Client, monkeypatch
):
    first = ward.go(session, NOW, **GOES)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + minutes(9))
    client.force_login(member("nina"))
    said = {"disposition": "admitted", "reason": "Taken to the ward.", "corrects": first.code, "client_id": uuid4()}

    again = [send(client, session, "leave", **said).status_code for _ in range(2)]
    older = send(client, session, "leave", **{**said, "client_id": uuid4(), "reason": "Typed on another tablet."})

    assert (again, older.status_code) == ([303, 303], 422)
    assert Discharge.objects.count() == 2
    page = older.content.decode()
    assert "left at" in page
    assert "Typed on another tablet." in page, "the form stays, with what was typed"
