"""The go list at the chair: the day's questions one by one, and only the card that changed comes back."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from clearhead.clinic.infusion.models import Event, GateAnswer
from clearhead.clinic.people.guard import token
from clearhead.clinic.plan.models import Session
from clearhead.medicine.protocols.codes import DAY_QUESTIONS
from clearhead.medicine.rules import rescreen
from tests import builders
from tests.cast import member, petra
from tests.clinic.infusion import morning, room

pytestmark = pytest.mark.django_db
QUIET = dict.fromkeys(DAY_QUESTIONS, rescreen.NO)


@pytest.fixture
def session() -> Session:
    return morning.booked()


def post(session: Session, name: str, page: str, **said: Any) -> Any:
    client = Client()
    client.force_login(member(name))
    part = said.pop("part", False)
    headers = {"HX-Request": "true"} if part else {}
    return client.post(
        f"/infusion/{session.code}/{page}/", {"form_for": token(session.patient), **said}, headers=headers
    )


def answer(session: Session) -> dict[str, Any]:
    value: dict[str, Any] = GateAnswer.standing().filter(session=session, gate="day_rescreen").latest("pk").value
    return value


@pytest.mark.hazard("H-20")
def test_every_question_of_the_day_has_its_own_answer_and_none_may_be_left_out(session: Session) -> None:
    assert post(session, "nina", "rescreen", **QUIET).status_code == 303
    assert answer(session)["ok"] is True
    assert answer(session)["items"] == QUIET

    refused = post(session, "nina", "rescreen", **{one: "no" for one in DAY_QUESTIONS if one != "fever"})

    assert refused.status_code == 422
    assert GateAnswer.objects.filter(gate="day_rescreen").count() == 1


@pytest.mark.hazard("H-20")
def test_one_tick_does_not_answer_the_days_questions(session: Session) -> None:
    refused = post(session, "dario", "gate", gate="day_rescreen", ok="yes")

    assert refused.status_code == 422
    assert "question by question" in refused.content.decode()


@pytest.mark.hazard("H-20")
def test_a_red_answer_waits_for_the_prescriber_who_clears_it_over_what_was_said(session: Session) -> None:
    said = {**QUIET, "thunderclap": "yes"}
    assert post(session, "nina", "rescreen", **said).status_code == 422, "a yes says what and when"
    post(session, "nina", "rescreen", **said, note="Tuesday night, gone in an hour")
    assert answer(session)["ok"] is False

    assert post(session, "nina", "rescreen", **QUIET).status_code == 422
    assert post(session, "nina", "gate", gate="day_rescreen", ok="yes").status_code == 422
    assert post(session, "dario", "gate", gate="day_rescreen", ok="yes", note="known").status_code == 303

    assert answer(session) == {"ok": True, "items": said, "red": ["thunderclap"], "cleared": True}


def test_an_answer_that_is_not_red_is_kept_with_its_word_and_an_unknown_leaves_the_gate_open(session: Session) -> None:
    post(session, "nina", "rescreen", **{**QUIET, "triptan": "yes"}, note="sumatriptan 50 mg at 6")
    assert answer(session)["ok"] is True
    assert rescreen.told(answer(session)) == [("A triptan in the last 24 hours?", "yes", False)]

    post(session, "nina", "rescreen", **{**QUIET, "mood": "unknown"})
    assert answer(session)["ok"] is None


def test_the_page_asks_what_the_plans_own_protocol_lists_and_says_where_its_red_comes_from() -> None:
    softer = '[start]\nfrom = "reference"\nstatus = "site"\nrescreen = [{ code = "cannabis", yes = "told" }]\n'
    version = room.protocol_with(('[start]\nfrom = "reference"\n', softer))
    session = builders.session(petra(), signed=builders.order(petra(), protocol_version=version))

    page = Client()
    page.force_login(member("nina"))
    text = page.get(f"/infusion/{session.code}/go/").content.decode()
    post(session, "nina", "rescreen", **{**QUIET, "cannabis": "yes"}, note="a puff last night")

    assert "start.rescreen (assumption, site)" in text
    assert answer(session) == {"ok": True, "items": {**QUIET, "cannabis": "yes"}, "red": []}


def test_a_page_that_swaps_gets_the_card_that_changed_and_the_head(session: Session) -> None:
    reply = post(session, "nina", "gate", gate="two_identifiers", ok="yes", part=True)

    text = reply.content.decode()
    assert reply.status_code == 200
    assert text.count('<li class="card gate"') == 1
    assert 'id="gate-two_identifiers"' in text
    assert 'id="go-head" hx-swap-oob="true"' in text
    assert len(text) < 4000

    asked = post(session, "nina", "weight", value="154", unit="kg", part=True)
    assert (asked.status_code, asked["HX-Retarget"]) == (422, "body")


def test_the_prescriber_is_noted_from_the_list_and_the_list_comes_back(session: Session) -> None:
    reply = post(session, "dario", "note", kind="prescriber_in", **{"from": "go"})

    assert reply["Location"].endswith("/go/")
    assert Event.objects.get(session=session).kind == "prescriber_in"


def test_a_director_reads_the_list_and_is_offered_nothing_that_refuses_them(session: Session) -> None:
    client = Client()
    client.force_login(member("maya"))

    page = client.get(f"/infusion/{session.code}/go/").content.decode()

    assert "Two identifiers" in page or "asked and matched" in page
    for refused in ("/gate/", "/weight/", "/bag/", "/rescreen/", 'name="secret"'):
        assert refused not in page
