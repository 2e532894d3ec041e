"""A tablet that several nurses use: it locks, a PIN opens it as whoever typed it, STOP and help never wait (H-43)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from clearhead.clinic.audit.models import Event as AuditEvent
from clearhead.clinic.infusion.models import Event, Responsible
from clearhead.clinic.people import secrets
from clearhead.clinic.people.guard import token
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from tests import builders
from tests.cast import PIN, member, petra
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-43")]


@pytest.fixture
def session() -> Session:
    for name in ("nina", "omar", "dario"):
        person = member(name)
        person.set_pin(PIN)
        person.save()
    return lively(timezone.now())


@pytest.fixture
def tablet(session: Session) -> Client:
    """A browser on which Nina signed in with her password and took the chair."""
    client = Client()
    client.force_login(member("nina"))
    client.get(f"/infusion/{session.code}/")
    client.post(f"/infusion/{session.code}/take/", {"form_for": token(session.patient), "read": items(session)})
    assert Responsible.objects.filter(session=session).count() == 2
    return client


def items(session: Session) -> list[str]:
    from clearhead.clinic.infusion import queries

    return list(queries.hand_over(session, timezone.now()).open_items)


def let_idle(client: Client, minutes: float) -> None:
    kept = client.session
    kept["seen"] = (timezone.now() - timedelta(minutes=minutes)).timestamp()
    kept.save()


def open_as(client: Client, name: str, secret: str = PIN) -> Any:
    said = {"person": str(member(name).code), "secret": secret}
    return client.post("/infusion/unlock/", said, headers={"accept": "application/json"})


def test_a_tablet_that_nobody_touches_locks_and_shows_no_name_but_stop_and_help(
    session: Session, tablet: Client
) -> None:
    let_idle(tablet, 5)

    page = tablet.get(f"/infusion/{session.code}/")

    text = page.content.decode()
    assert (page.status_code, page["X-Locked"]) == (403, "1")
    assert session.patient.family_name not in text
    assert f"/infusion/{session.code}/stop/" in text
    assert member("omar").name in text
    tablet.get(f"/infusion/{session.code}/live/")
    assert tablet.post(f"/infusion/{session.code}/stop/").status_code == 303
    assert Event.objects.get(session=session, kind="stop").recorded_by is None
    assert tablet.post(f"/infusion/{session.code}/help/").status_code == 303


def test_a_locked_tablet_takes_no_entry_and_its_polls_carry_alarms_only(session: Session, tablet: Client) -> None:
    tablet.post(f"/infusion/{session.code}/lock/", headers={"accept": "application/json"})
    before = Event.objects.count()

    note = tablet.post(
        f"/infusion/{session.code}/note/", {"kind": "note", "text": "x", "form_for": token(session.patient)}
    )
    told = tablet.get(f"/infusion/{session.code}/parts/").json()

    assert note.status_code == 403
    assert Event.objects.count() == before
    assert set(told) == {"number", "now", "state", "pump_confirmed", "high", "late"}


def test_what_is_pressed_at_a_page_that_hid_itself_is_nobodys_although_somebody_is_signed_in(
    session: Session, tablet: Client
) -> None:
    chair, hidden = f"/infusion/{session.code}", {"unsigned": "1"}
    open_as(tablet, "omar")

    for word, more in (("stop", {}), ("help", {}), ("emergency", {"what": "airway"}), ("stopped", {"pump_ml": "12"})):
        assert tablet.post(f"{chair}/{word}/", {**hidden, **more}).status_code == 303

    rows = Event.objects.filter(session=session, kind__in=["stop", "help", "emergency", "pump_seen_stopped"])
    assert {row.kind: row.recorded_by for row in rows} == dict.fromkeys(
        ("stop", "help", "emergency", "pump_seen_stopped")
    )


def test_a_browser_locked_before_it_holds_the_chairs_token_still_stops_that_chair_and_no_other(
    session: Session,
) -> None:
    client, other = Client(), builders.session(petra(), number=4, signed=session.order)
    client.force_login(member("nina"))
    client.post(f"/infusion/{session.code}/lock/")
    client.cookies.pop("chair")

    assert client.post(f"/infusion/{session.code}/stop/").status_code == 303
    assert client.post(f"/infusion/{other.code}/stop/").status_code == 403
    assert Event.objects.get(kind="stop").recorded_by is None


def test_a_lock_that_arrives_after_the_pin_that_opened_it_locks_nothing(session: Session, tablet: Client) -> None:
    said = {"person": str(member("omar").code), "secret": PIN, "lock": "lock-1"}
    tablet.post(f"/infusion/{session.code}/lock/", {"lock": "lock-1"})
    tablet.post("/infusion/unlock/", said)

    tablet.post(f"/infusion/{session.code}/lock/", {"lock": "lock-1"})
    assert tablet.get(f"/infusion/{session.code}/").status_code == 200
    tablet.post(f"/infusion/{session.code}/lock/", {"lock": "lock-2"})
    assert tablet.get(f"/infusion/{session.code}/").status_code == 403


def test_every_beat_says_who_is_signed_in_so_that_a_page_of_another_gives_way(session: Session, tablet: Client) -> None:
    page, beat = tablet.get(f"/infusion/{session.code}/"), f"/infusion/{session.code}/parts/"
    assert f'data-author="{member("nina").code}"' in page.content.decode()
    assert tablet.get(beat)["X-Signed-In"] == str(member("nina").code)
    open_as(tablet, "omar")

    told = tablet.get(beat)
    number = told.content.decode().partition('data-number="')[2].partition('"')[0]

    assert told["X-Signed-In"] == str(member("omar").code)
    unchanged = tablet.get(f"{beat}?after={number}")
    assert (unchanged.status_code, unchanged["X-Signed-In"]) == (304, str(member("omar").code))


def test_the_same_nurse_goes_on_and_another_one_charts_as_herself(session: Session, tablet: Client) -> None:
    tablet.post(f"/infusion/{session.code}/lock/")
    assert open_as(tablet, "nina").json() == {"opened": True, "same": True}
    tablet.post(f"/infusion/{session.code}/lock/")
    assert open_as(tablet, "omar").json() == {"opened": True, "same": False}

    tablet.post(f"/infusion/{session.code}/note/", {"kind": "toilet", "form_for": token(session.patient)})

    assert Event.objects.latest("pk").recorded_by == member("omar")
    assert AuditEvent.objects.filter(verb="open tablet").count() == 2


def test_a_locked_tablet_waits_for_a_pin_all_shift_but_no_longer_than_a_sign_in_lasts(
    session: Session, tablet: Client
) -> None:
    let_idle(tablet, 200)
    assert tablet.get(f"/infusion/{session.code}/").status_code == 403
    assert open_as(tablet, "omar").status_code == 200

    kept = tablet.session
    kept["since"] = (timezone.now() - timedelta(hours=settings.SESSION_LONGEST_HOURS["staff"], minutes=1)).timestamp()
    kept.save()
    assert tablet.get(f"/infusion/{session.code}/").status_code == 302


def test_a_pin_opens_what_charts_and_never_the_office(session: Session, tablet: Client) -> None:
    from clearhead.clinic.people.models import RoleGrant

    RoleGrant.objects.create(user=member("dario"), site=session.site, role="owner", since=timezone.now())
    tablet.post(f"/infusion/{session.code}/lock/")
    open_as(tablet, "dario")

    assert tablet.get(f"/infusion/{session.code}/").status_code == 200
    assert tablet.get(f"/people/{session.site.slug}/staff/").status_code == 403
    for secrets_of_dario in ("/people/me/", "/account/password/change/", "/account/2fa/"):
        assert tablet.get(secrets_of_dario, follow=True).status_code == 403


def test_only_those_who_chart_here_open_it_and_only_a_tablet_is_opened(session: Session, tablet: Client) -> None:
    desk = Client()
    desk.force_login(member("omar"))

    assert open_as(desk, "nina").status_code == 422
    assert desk.get("/people/me/").context["user"] == member("omar")
    tablet.post(f"/infusion/{session.code}/lock/")
    assert open_as(tablet, "fern").status_code == 422
    assert tablet.get(f"/infusion/{session.code}/").status_code == 403


def test_a_wrong_pin_at_the_lock_says_that_the_tablet_stays_locked(session: Session, tablet: Client) -> None:
    tablet.post(f"/infusion/{session.code}/lock/")

    said = open_as(tablet, "omar", "9999").json()["sentence"]

    assert said == "The password or PIN does not match. The tablet stays locked."


def test_wrong_pins_wait_longer_and_longer_and_at_last_only_the_password_opens(
    session: Session, tablet: Client
) -> None:
    tablet.post(f"/infusion/{session.code}/lock/")
    for _ in range(secrets.FREE_TRIES):
        assert open_as(tablet, "omar", "9999").status_code == 422

    assert "Too many wrong tries" in open_as(tablet, "omar").json()["sentence"]
    assert open_as(tablet, "nina").status_code == 200, "another nurse does not wait"
    User.objects.filter(pk=member("omar").pk).update(wrong_secrets=secrets.PIN_OFF_AFTER, secret_wait_until=None)
    tablet.post(f"/infusion/{session.code}/lock/")
    assert "the PIN is off" in open_as(tablet, "omar").json()["sentence"]


def test_a_wrong_pin_at_a_second_check_counts_too_and_a_right_one_forgives(session: Session, tablet: Client) -> None:
    page = {"strength": "0", "lot": "K-1", "check_weight_kg": "70", "check_mg_per_ml": "1", "check_ml_per_h": "7"}
    page |= {"form_for": token(session.patient), "checker": str(member("omar").code), "checker_secret": "9999"}

    answer = tablet.post(f"/infusion/{session.code}/bag/", page)

    assert answer.status_code == 422
    assert User.objects.get(pk=member("omar").pk).wrong_secrets == 1
    tablet.post(f"/infusion/{session.code}/lock/")
    open_as(tablet, "omar")
    assert User.objects.get(pk=member("omar").pk).wrong_secrets == 0
