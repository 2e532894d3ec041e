"""H-18, H-49, H-50, H-51: nothing runs around a gate, and no gate ever stands before a stop."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.entered import AS_SAID
from clearhead.clinic.infusion.models import Event, Infusion
from clearhead.clinic.people import doors
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import minutes, running, visit

pytestmark = pytest.mark.django_db


def client(name: str = "nina") -> Client:
    signed_in = Client()
    signed_in.force_login(member(name))
    return signed_in


@pytest.mark.hazard("H-18")
def test_h18_nothing_runs_without_a_signed_go_and_consent() -> None:
    session = visit()

    for _again in range(2):
        with pytest.raises(actions.ChairRefused):
            actions.start(session=session, value=Decimal("0.1"), unit="mg/kg/h", by=member("dario"), at=AT_TEN)
        with pytest.raises(actions.StartRefused) as refusal:
            actions.sign_go(session=session, go=True, secret=actions.Secret("2468"), by=member("dario"), at=AT_TEN)

    assert "consent_current" in {reason.gate for reason in refusal.value.verdict.blocking}
    assert not Infusion.objects.exists()


@pytest.mark.hazard("H-49")
def test_h49_an_emergency_is_one_tap_a_line_with_no_field_required() -> None:
    session = running(at=timezone.now() - minutes(10))
    nina = client()

    codes = [
        nina.post(f"/infusion/{session.code}/emergency/", {"what": word}).status_code for word in ("cpr", "", "aed")
    ]
    sheet = nina.get(f"/infusion/{session.code}/transfer/").content.decode()

    assert codes == [303] * 3
    assert "Petra Lindqvist" in sheet
    assert AS_SAID["cpr"] in sheet


@pytest.mark.hazard("H-50")
@pytest.mark.parametrize("who", ["nurse", "prescriber", "token", "token with a sign-in that is over", "switched off"])
@pytest.mark.parametrize("state", ["preparing", "running", "stopped"])
def test_h50_stop_is_taken_from_everyone_on_duty_in_every_state(who: str, state: str) -> None:
    now = timezone.now()
    session = visit() if state == "preparing" else running(at=now - minutes(30))
    if state == "stopped":
        actions.stop(session=session, by=member("nina"), at=now - minutes(1))
    chair = Client(enforce_csrf_checks=True)
    if who != "token":
        user = member({"prescriber": "dario"}.get(who, "nina"))
        chair.force_login(user)
    if who.startswith("token") or who == "switched off":
        chair.cookies[doors.CHAIR_COOKIE] = doors.chair_token(session.code, "tablet-2")
    if who == "token with a sign-in that is over":
        opened = chair.session
        opened["seen"] = opened["since"] = now.timestamp() - 86_400
        opened.save()
    if who == "switched off":
        user.is_active = False
        user.save()
    before = Event.objects.filter(kind="stop").count()

    reply = chair.post(
        f"/infusion/{session.code}/stop/", {"client_id": "not an id", "reason": "x" * 900, "junk": "\x00"}
    )

    assert reply.status_code == 303
    assert Event.objects.filter(kind="stop").count() == before + 1


@pytest.mark.hazard("H-51")
def test_h51_the_banner_stands_on_the_chair_until_the_pump_was_seen() -> None:
    session = running(at=timezone.now() - minutes(30))
    nina, banner = client(), "Pump state not confirmed"
    page = f"/infusion/{session.code}/"

    nina.post(f"{page}stop/")
    before = nina.get(page).content.decode()
    nina.post(f"{page}stopped/", {"pump_ml": "3.5"})
    after = nina.get(page).content.decode()

    assert banner in before
    assert banner not in after


@pytest.mark.hazard("H-51")
@pytest.mark.parametrize("scrawl", ["", "3,5", "a lot", "9999999"])
def test_h51_a_scrawl_for_the_ml_does_not_keep_the_pump_from_being_seen_stopped(scrawl: str) -> None:
    session = running(at=timezone.now() - minutes(30))
    nina = client()
    nina.post(f"/infusion/{session.code}/stop/")

    assert nina.post(f"/infusion/{session.code}/stopped/", {"pump_ml": scrawl}).status_code == 303
    assert queries.standing(session, timezone.now()).pump_confirmed
    line = "Pump stands still; mL not read yet."
    page = f"/infusion/{session.code}/"
    assert line in nina.get(page).content.decode()

    nina.post(f"/infusion/{session.code}/stopped/", {"pump_ml": "3.5"})
    assert line not in nina.get(page).content.decode()
