"""The vein catheter: out at its own time, taken back as if it had never been out, never out under a running pump."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Access, Flag
from clearhead.clinic.infusion.queries.gates import open_access, vein_lies
from clearhead.clinic.people import guard
from clearhead.clinic.recovery.queries import recovery_of
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import minutes, running
from tests.clinic.infusion.test_intake import entry, send
from tests.clinic.recovery import ward

pytestmark = pytest.mark.django_db
BEFORE = AT_TEN - minutes(30)
PLACED = {"body_site": "forearm", "side": "left", "gauge": 22}


def place(session, at=BEFORE, **changed):
    return actions.place_access(session=session, by=member("nina"), at=at, **{**PLACED, **changed})


def out(session, at, **more):
    return actions.remove_access(session=session, by=member("nina"), at=at, **more)


def take_back(row, at):
    return actions.strike(row=row, reason="tapped by mistake, it still lies", by=member("nina"), at=at)


def vein_lines(session):
    return [line for line in queries.record_of(session) if line.model == "access"]


@pytest.fixture
def session():
    return ward.ended()


def test_the_record_shows_the_placing_and_the_removal_each_at_its_own_time(session):
    at = ward.ENDED + minutes(10)
    out(session, at + minutes(2), happened_at=at)

    told = [(line.happened_at, line.words, line.corrected) for line in vein_lines(session)]

    placed = AT_TEN - minutes(30)
    assert told == [(placed, "left forearm, 22 G", False), (at, "left forearm, 22 G out", False)]
    assert [line.may_strike for line in vein_lines(session)] == [False, True]


def test_a_removal_that_is_taken_back_leaves_the_catheter_where_it_was_placed(session):
    at = ward.ENDED + minutes(10)
    removal = out(session, at)

    take_back(removal, at + minutes(1))

    lies = open_access(session)
    assert lies is not None
    assert (lies.body_site, lies.side, lies.gauge, lies.happened_at) == ("forearm", "left", 22, AT_TEN - minutes(30))
    assert vein_lies(session, at + minutes(2))
    assert queries.chair(session, at + minutes(2)).access == lies
    view = recovery_of(session, at + minutes(2))
    assert view.open_accesses == (lies,)
    assert "catheter_out" in {reason.gate for reason in view.verdict.blocking}
    told = [(line.words, line.corrected) for line in vein_lines(session)]
    assert ("left forearm, 22 G out", True) in told
    assert ("left forearm, 22 G (not taken out, still lies)", False) in told


def test_after_that_it_is_taken_out_or_its_placing_taken_back_like_any_other(session):
    at = ward.ENDED + minutes(10)
    take_back(out(session, at), at + minutes(1))
    take_back(out(session, at + minutes(5)), at + minutes(6))
    last = open_access(session)
    assert last is not None

    take_back(last, at + minutes(7))

    assert not Access.standing().filter(session=session).exists()
    assert all(line.corrected for line in vein_lines(session))


@pytest.mark.hazard("H-50")
def test_the_only_catheter_is_not_taken_out_while_the_pump_runs_through_it():
    session = running()
    place(session)

    with pytest.raises(actions.ChairRefused, match="Pause or stop it first"):
        out(session, AT_TEN + minutes(20))
    assert open_access(session) is not None
    actions.pause(session=session, by=member("nina"), at=AT_TEN + minutes(21))
    out(session, AT_TEN + minutes(22))

    assert open_access(session) is None
    assert not Flag.objects.exists()


def test_a_second_catheter_may_go_while_the_pump_runs():
    session = running()
    place(session)
    place(session, AT_TEN + minutes(5), side="right")

    out(session, AT_TEN + minutes(20))

    assert Access.standing().filter(session=session, out_at__isnull=True).count() == 1
    assert not Flag.objects.exists()


@pytest.mark.parametrize("how", ["said", "queued"])
def test_a_catheter_that_came_out_while_the_pump_ran_is_kept_and_flagged_high(how):
    session = running()
    place(session)
    at = AT_TEN + minutes(20)

    if how == "said":
        out(session, at, intended=False)
    else:
        assert send(session, [entry("catheter", 20)])[0].status == "saved"

    row = Access.standing().get()
    assert (row.out_at, row.happened_at) == (at, at)
    flag = Flag.objects.get()
    assert (flag.rule, flag.level, flag.for_prescriber) == ("catheter_out", "high", True)
    assert "charted at 7 mL/h. Stop the pump" in flag.sentence
    take_back(row, at + minutes(1))
    assert not queries.open_flags(session)


def test_the_recovery_page_asks_whether_it_has_come_out_already(client: Client, monkeypatch):
    session = running()
    place(session)
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT_TEN + minutes(20))
    client.force_login(member("nina"))
    body = {guard.FIELD: guard.token(session.patient)}
    address = f"/recovery/{session.code}/catheter/"

    page = client.get(f"/recovery/{session.code}/").content.decode()
    refused = client.post(address, {**body, "client_id": str(uuid.uuid4())})
    ticked = client.post(address, {**body, "client_id": str(uuid.uuid4()), "already": "on"})

    assert "It has come out already, while the pump ran" in page
    assert refused.status_code == 422
    assert "Pause or stop it first" in refused.content.decode()
    assert ticked.status_code == 303
    assert Flag.objects.get().level == "high"


def test_the_chair_s_own_address_refuses_and_takes_what_happened(client: Client, monkeypatch):
    session = running()
    place(session)
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT_TEN + minutes(20))
    client.force_login(member("nina"))
    body = {guard.FIELD: guard.token(session.patient)}
    address = f"/infusion/{session.code}/access/out/"

    refused = client.post(address, {**body, "client_id": str(uuid.uuid4())})
    assert "Pause or stop it first" in refused.content.decode()
    assert open_access(session) is not None
    client.post(address, {**body, "client_id": str(uuid.uuid4()), "already": "on"})

    assert open_access(session) is None
    assert Flag.objects.get(rule="catheter_out").level == "high"
