"""What "More…" offers in each state: acts that are open, the others with their reason, and never a dead button."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.queries.offers import Offer, offers
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from tests import builders
from tests.cast import PIN, member, petra
from tests.clinic.infusion.room import hang, minutes, running, visit

pytestmark = pytest.mark.django_db

PUMP = ("Resume", "Read the pump", "Bolus", "Prepare a bag", "Hang the new bag", "Flush", "End the infusion",
        "Close the session", "Go or no-go", "Start")  # fmt: skip
CASES = {
    "preparing": {"Prepare a bag": "", "Go or no-go": "", "Close the session": "where it does not begin"},
    "over": {"Prepare a bag": "", "Start": "the day is over"},
    "running": {
        "Read the pump": "", "Bolus": "none in this protocol", "Prepare a bag": "", "Flush": "", "End the infusion": "",
        "Hang the new bag": "prepare the new bag first", "Close the session": "end the infusion first",
    },
    "running with a new bag": {
        "Read the pump": "", "Bolus": "none in this protocol", "Prepare a bag": "", "Flush": "", "End the infusion": "",
        "Hang the new bag": "", "Close the session": "end the infusion first",
    },
    "paused": {
        "Resume": "", "Read the pump": "", "Bolus": "none in this protocol", "Prepare a bag": "", "Flush": "",
        "End the infusion": "", "Hang the new bag": "prepare the new bag first", "Go or no-go": "",
        "Close the session": "end the infusion first",
    },
    "stopped": {"Resume": "not taken up again", "Flush": "", "Close the session": "pump seen stopped"},
    "seen stopped": {"Resume": "not taken up again", "Flush": "", "Close the session": ""},
    "closed": {"Close the session": "it is closed"},
}  # fmt: skip


def in_state(state: str) -> Session:
    now, nina = timezone.now(), member("nina")
    if state == "preparing":
        return builders.session(petra(), starts_at=now)
    if state == "over":
        return visit()
    session = running(now - minutes(30))
    if state == "running with a new bag":
        hang(session, now)
    if state == "paused":
        actions.pause(session=session, by=nina, at=now - minutes(1))
    if state in {"stopped", "seen stopped", "closed"}:
        actions.stop(session=session, by=nina, at=now - minutes(1))
    if state in {"seen stopped", "closed"}:
        actions.pump_seen_stopped(session=session, by=nina, at=now - minutes(1))
    if state == "closed":
        said = {"reason": "poured away", "witness": member("omar"), "witness_secret": actions.Secret(PIN)}
        actions.finish(session=session, left_mg=12, wasted_mg=234, by=nina, at=now, **said)
    return session


def offered(session: Session, by: User) -> dict[str, Offer]:
    return {one.word: one for one in offers(queries.chair(session, timezone.now(), by=by))}


@pytest.mark.parametrize("state", CASES)
def test_only_what_the_state_allows_is_offered_and_the_rest_says_why(state: str) -> None:
    session = in_state(state)

    found = {word: one.why_not for word, one in offered(session, member("nina")).items() if word in PUMP}

    assert set(found) == set(CASES[state])
    assert all(bool(why) == bool(CASES[state][word]) and CASES[state][word] in why for word, why in found.items())


@pytest.mark.parametrize("state", CASES)
def test_every_page_that_is_offered_opens_and_no_page_stands_beside_a_reason(state: str) -> None:
    session, nina = in_state(state), Client()
    nina.force_login(member("nina"))

    page = nina.get(f"/infusion/{session.code}/more/").content.decode()
    pages = [one.page for one in offered(session, member("nina")).values() if not one.why_not]
    opened = {page: nina.get(f"/infusion/{session.code}/{ADDRESS[page]}").status_code for page in pages}

    assert opened == dict.fromkeys(pages, 200)
    assert page.count('class="button"') == len(pages)
    assert "Stop the pump, then hold here" in page
    assert "Call help" in page


ADDRESS = {
    f"infusion-{name}": f"{name}/"
    for name in ("resume", "reading", "bolus", "bag", "flush", "end", "go", "close", "observe", "forecast",
                 "emergency", "transfer", "record", "print")
} | {"infusion-change-bag": "bag/change/"}  # fmt: skip


def test_after_a_stop_pressed_by_mistake_what_runs_all_the_same_is_charted_from_here() -> None:
    session, nina = in_state("stopped"), Client()
    nina.force_login(member("nina"))

    page = nina.get(f"/infusion/{session.code}/more/").content.decode()

    assert f'href="/infusion/{session.code}/rate/">Chart what it gives all the same</a>' in page
    assert nina.get(f"/infusion/{session.code}/rate/").status_code == 200


def test_without_script_more_is_a_page_and_not_the_record() -> None:
    session, nina = in_state("running"), Client()
    nina.force_login(member("nina"))

    page = nina.get(f"/infusion/{session.code}/").content.decode()

    assert f'href="/infusion/{session.code}/more/" data-face="more"' in page


def test_pause_is_offered_only_while_something_runs() -> None:
    nina = Client()
    nina.force_login(member("nina"))

    told = {
        state: nina.get(f"/infusion/{in_state(state).code}/").content.decode().count('data-entry="pause"')
        for state in ("preparing", "running")
    }

    assert told == {"preparing": 0, "running": 1}
