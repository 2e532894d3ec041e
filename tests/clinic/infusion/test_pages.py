"""The pages of the chair over HTTP: who comes in, what is refused, what is saved."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Bag, Bolus, Event, Infusion, Observation, RateChange, Symptom
from clearhead.clinic.people import doors, guard
from clearhead.clinic.plan.models import Session
from tests.cast import PIN, member, olga
from tests.clinic.infusion.room import licensed, looked, minutes, protocol_with, running, visit

pytestmark = pytest.mark.django_db
PAGES = (
    *("", "go/", "bag/", "start/", "rate/", "pause/", "resume/", "end/", "bolus/", "flush/", "observe/", "symptom/"),
    *("drug/", "note/", "reading/", "take/", "close/", "emergency/", "transfer/", "record/", "forecast/"),
)


def at(session: Session, page: str = "") -> str:
    return f"/infusion/{session.code}/{page}"


def signed_in(name: str = "nina") -> Client:
    client = Client()
    client.force_login(olga() if name == "olga" else member(name))
    return client


def post(client: Client, session: Session, page: str, **said: Any) -> Any:
    return client.post(at(session, page), {guard.FIELD: guard.token(session.patient), **said})


@pytest.fixture
def chair() -> Session:
    return running(at=timezone.now() - minutes(30))


def test_every_page_opens_for_the_nurse_and_for_no_stranger(chair: Session) -> None:
    nina, stranger, desk, visitor = signed_in(), signed_in("olga"), signed_in("fern"), Client()

    said = {
        page: tuple(one.get(at(chair, page)).status_code for one in (nina, stranger, desk, visitor)) for page in PAGES
    }

    assert {page: codes[:3] for page, codes in said.items()} == dict.fromkeys(PAGES, (200, 404, 403))
    assert {codes[3] for codes in said.values()} <= {302, 403}


def test_the_pages_before_the_start_open_too() -> None:
    session = visit()

    assert [signed_in().get(at(session, page)).status_code for page in ("", "go/", "bag/", "start/")] == [200] * 4


def test_a_form_of_another_patient_is_refused(chair: Session) -> None:
    from tests.cast import quentin

    reply = signed_in().post(
        at(chair, "symptom/"), {guard.FIELD: guard.token(quentin()), "code": "nausea", "grade": "1"}
    )

    assert reply.status_code == 409
    assert not Symptom.objects.exists()


def test_a_set_is_saved_by_a_form_and_refused_with_its_reasons(chair: Session) -> None:
    nina = signed_in()
    good = {"kind": "core", "hr": "74", "spo2": "98", "bp": "126/78", "rr": "14", "sedation": "0"}

    refused = post(nina, chair, "observe/", **{**good, "rr": ""})
    worded = post(nina, chair, "observe/", **{**good, "rr": "", "why_rr": "not_obtainable"})
    saved = post(nina, chair, "observe/", **good)

    assert (refused.status_code, worded.status_code, saved.status_code) == (422, 303, 303)
    assert "breaths" in refused.content.decode()
    assert Observation.objects.filter(phase="infusion").count() == 2


def test_a_rare_value_comes_back_with_a_line_to_tick(chair: Session) -> None:
    nina = signed_in()
    said = {"kind": "core", "hr": "38", "spo2": "98", "bp": "126/78", "rr": "14", "sedation": "0"}

    asked = post(nina, chair, "observe/", **said)
    saved = post(nina, chair, "observe/", **said, confirm="hr=38")

    assert 'value="hr=38"' in asked.content.decode()
    assert saved.status_code == 303


def test_a_rate_is_read_back_before_it_is_saved(chair: Session) -> None:
    looked(chair, timezone.now() - minutes(2))
    nina = signed_in()
    page = nina.get(at(chair, "rate/")).content.decode()

    shown = post(nina, chair, "rate/", value="10.5", unit="mL/h", preview="1")
    saved = post(nina, chair, "rate/", value="10.5", unit="mL/h", seen=actions_mark(chair))

    assert "10.5 mL/h" in page
    assert shown.status_code == 200
    assert saved.status_code == 303
    assert RateChange.objects.filter(kind="change").get().intended


def actions_mark(session: Session) -> str:
    from clearhead.clinic.infusion.queries import dose_rows

    return dose_rows(session).mark


def test_a_script_gets_receipts_and_reasons_as_json(chair: Session) -> None:
    nina = signed_in()
    said = {guard.FIELD: guard.token(chair.patient), "code": "nausea", "grade": "1"}

    saved = nina.post(at(chair, "symptom/"), said, headers={"accept": "application/json"})
    refused = nina.post(at(chair, "symptom/"), {**said, "grade": "9"}, headers={"accept": "application/json"})

    assert saved.json()["saved"] is True
    assert saved.json()["kind"] == "symptom"
    assert refused.status_code == 422
    assert "grade" in refused.json()["errors"]


def test_the_same_form_sent_five_times_is_one_row(chair: Session) -> None:
    nina, once = signed_in(), str(uuid.uuid4())

    replies = [post(nina, chair, "symptom/", code="nausea", grade="1", client_id=once).status_code for _ in range(5)]
    other = post(nina, chair, "symptom/", code="nausea", grade="2", client_id=once)

    assert replies == [303] * 5
    assert other.status_code == 409
    assert Symptom.objects.count() == 1


def test_a_poll_is_304_until_there_is_a_new_fact_and_writes_nothing(
    chair: Session, django_assert_max_num_queries: Any
) -> None:
    nina = signed_in()
    number = nina.get(at(chair, "live/")).json()["number"]

    with django_assert_max_num_queries(8):
        quiet = nina.get(at(chair, f"live/?after={number}"))
    post(nina, chair, "symptom/", code="nausea", grade="1")
    news = nina.get(at(chair, f"live/?after={number}"))

    assert quiet.status_code == 304
    assert news.status_code == 200
    assert news.json()["number"] > number


def test_the_desk_may_call_help_and_nothing_else(chair: Session) -> None:
    fern = signed_in("fern")

    assert post(fern, chair, "help/").status_code == 303
    assert post(fern, chair, "stop/").status_code == 403
    assert post(fern, chair, "emergency/", what="cpr").status_code == 403
    assert Event.objects.filter(kind="help").get().recorded_by == member("fern")


def test_the_queue_comes_in_as_json_with_a_receipt_each(chair: Session) -> None:
    nina, when = signed_in(), timezone.now().isoformat()
    entries = [
        {"client_id": str(uuid.uuid4()), "kind": "note", "happened_at": when, "fields": {"text": "calm"}},
        {
            "client_id": str(uuid.uuid4()),
            "kind": "symptom",
            "happened_at": when,
            "fields": {"code": "nausea", "grade": 1},
        },
    ]
    body = {"entries": entries, "device_now": when, guard.FIELD: guard.token(chair.patient)}

    sent = nina.post(at(chair, "entries/"), json.dumps(body), content_type="application/json")
    again = nina.post(at(chair, "entries/"), json.dumps(body), content_type="application/json")
    nameless = nina.post(at(chair, "entries/"), json.dumps({"entries": entries}), content_type="application/json")
    form = nina.post(at(chair, "entries/"), body)

    assert [one["status"] for one in sent.json()["receipts"]] == ["saved", "saved"]
    assert [one["status"] for one in again.json()["receipts"]] == ["repeated", "repeated"]
    assert (nameless.status_code, form.status_code) == (409, 400)


def test_a_bag_of_a_strength_that_is_not_on_the_list_cannot_be_sent() -> None:
    session = visit()

    reply = post(signed_in(), session, "bag/", strength="7", lot="K-1")

    assert reply.status_code == 422
    assert not Bag.objects.exists()


def test_a_locked_tablet_sees_that_something_calls_and_nothing_about_whom(chair: Session) -> None:
    actions.call_help(session=chair, by=member("fern"), at=timezone.now())
    tablet = Client()
    tablet.cookies[doors.CHAIR_COOKIE] = doors.chair_token(chair.code, "tablet-2")

    said = tablet.get(at(chair, "live/"))

    assert said.json()["high"] == 1
    assert "Petra" not in said.content.decode()
    assert "sentence" not in said.content.decode()
    assert tablet.get(at(chair)).status_code == 302


def test_taking_the_chair_binds_the_device(chair: Session) -> None:
    nina = signed_in()

    open_items = list(queries.hand_over(chair, timezone.now()).open_items)
    reply = post(nina, chair, "take/", read=open_items)

    assert reply.status_code == 303
    cookie = reply.cookies[doors.CHAIR_COOKIE]
    assert (cookie["path"], cookie["samesite"], cookie["httponly"]) == (f"/infusion/{chair.code}/", "Strict", True)


def test_ending_seeing_the_pump_and_closing_over_http(chair: Session) -> None:
    nina, seen_by = signed_in(), {"witness": str(member("omar").code), "witness_secret": PIN}

    ended = post(nina, chair, "end/")
    early = post(nina, chair, "close/", left_mg="12", wasted_mg="234.5", end_reason="planned end", **seen_by)
    seen = post(nina, chair, "stopped/", pump_ml="3.5")
    closed = post(nina, chair, "close/", left_mg="12", wasted_mg="234.5", end_reason="planned end", **seen_by)

    assert [r.status_code for r in (ended, early, seen, closed)] == [303, 422, 303, 303]
    assert Infusion.objects.get().ended_at is not None


def text_of(page: Any) -> str:
    return " ".join(page.content.decode().split())


def test_an_act_that_the_licence_refuses_is_not_offered_but_says_who_may_and_what_was_given_is_charted() -> None:
    version = protocol_with(('single_bolus      = "none"', "single_bolus      = { mg_per_kg = 0.2 }"))
    session = running(timezone.now() - minutes(30), protocol_version=version)
    nurse, prescriber = signed_in(), signed_in("dario")

    hers, his = text_of(nurse.get(at(session))), text_of(prescriber.get(at(session)))

    offered = f'<a class="button" href="{at(session, "bolus/")}">'
    assert offered not in hers
    assert offered in his
    assert "<b>Bolus</b>: done here by nurse anaesthetist, prescriber" in hers
    assert "Chart one that was given" in hers
    assert 'name="already" id="id_already" checked' not in text_of(nurse.get(at(session, "bolus/")))

    refused = post(nurse, session, "bolus/", mg="5", seen=queries.dose_rows(session).mark)
    assert (refused.status_code, Bolus.objects.count()) == (422, 0)
    assert post(nurse, session, "bolus/", mg="5", already="on").status_code == 303
    assert Bolus.objects.get().breach, "given outside the nurse's licence: on the record and flagged"


def test_a_sedative_order_shows_who_gives_it_to_a_nurse_without_the_licence_and_its_face_to_one_with_it() -> None:
    session = running(timezone.now() - minutes(30))
    without = text_of(signed_in().get(at(session)))
    licensed("omar", "sedation")
    with_it = text_of(signed_in("omar").get(at(session)))

    assert "Given here by: sedation nurse, nurse anaesthetist, prescriber." in without
    assert "All read: 1 mg intravenous given" not in without
    assert "All read: 1 mg intravenous given" in with_it
    assert "Given here by" not in with_it


def test_a_nurse_who_may_not_raise_the_rate_sees_only_the_step_down() -> None:
    rows = '[people]\nfrom   = "reference"\nstatus = "assumption"\n'
    narrow = rows + 'acts_by_role = [{ act = "increase", roles = ["prescriber"] }]\n'
    version = protocol_with((rows, narrow))
    session = running(timezone.now() - minutes(30), protocol_version=version)

    page = text_of(signed_in().get(at(session)))

    assert 'data-up="1"' not in page
    assert "<b>Step up</b> by: prescriber" in page
    assert 'data-up="1"' in text_of(signed_in("dario").get(at(session)))


@pytest.mark.hazard("H-01")
@pytest.mark.parametrize("page", [*PAGES, "print/", "downtime/"])
def test_every_page_of_a_chair_names_the_patient_by_initials_name_and_birth_date(page: str) -> None:
    session = running(timezone.now() - minutes(30))
    nurse = signed_in()

    text = text_of(nurse.get(at(session, page)))

    born = f"{session.patient.birth_date:%-d %b %Y}"
    assert f">{session.patient.initials}</span>" in text
    assert str(session.patient) in text
    assert born in text


def test_the_forecast_is_a_page_with_its_numbers_and_says_why_when_there_are_none() -> None:
    session = running(timezone.now() - minutes(90))
    nurse = signed_in()

    page = nurse.get(at(session, "forecast/"))
    middles = [line.values[0][1] for line in page.context["lines"]]
    assert middles[0] == 0 < middles[1] < middles[2] < middles[3]
    assert "Kamp 2020, arterial" in text_of(page)

    actions.stop(session=session, by=member("nina"), at=timezone.now())
    assert "the pump was not seen stopped" in text_of(nurse.get(at(session, "forecast/")))
