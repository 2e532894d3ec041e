"""The pages of recovery: what they show, what they refuse, what goes home."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from clearhead.clinic.infusion import actions, printing
from clearhead.clinic.infusion.models import Access, Observation
from clearhead.clinic.people import doors, guard
from clearhead.clinic.recovery.models import CallAttempt, Discharge, EscortMet, Score
from tests.cast import PIN, member, petra
from tests.clinic.infusion.room import minutes, running
from tests.clinic.recovery import ward

pytestmark = pytest.mark.django_db
SET = {"hr": "74", "spo2": "98", "o2_l_per_min": "0", "bp": "124/76", "rr": "14", "sedation": "0"}
SCORE = {
    "vital_signs": "2", "activity": "2", "nausea": "2", "pain": "2", "seen_oriented": "yes", "seen_gait_steady": "no",
    "pain_now": "4", "pain_acceptable": "yes",
}  # fmt: skip


@pytest.fixture
def session():
    return ward.ended()


@pytest.fixture
def nurse(client: Client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: ward.ENDED + minutes(65))
    client.force_login(member("nina"))
    return client


def send(client, session, page, **said):
    body = {guard.FIELD: guard.token(session.patient), "client_id": str(uuid.uuid4()), **said}
    return client.post(f"/recovery/{session.code}/{page}/", body)


def test_the_room_shows_timer_criteria_and_every_way_to_leave(nurse, session):
    page = nurse.get(f"/recovery/{session.code}/").content.decode()

    for words in ("time is over", "Before going home", "criteria met", "against advice", "Jonas Lindqvist", "22 G"):
        assert words in page


@pytest.mark.hazard("H-49")
def test_an_emergency_stands_above_the_room_until_its_line_ends_it(nurse, session):
    room = f"/recovery/{session.code}/"
    assert "not closed" not in nurse.get(room).content.decode()

    actions.emergency(session=session, what="unresponsive", by=member("nina"), at=ward.ENDED + minutes(30))
    said = nurse.get(room).content.decode()
    actions.emergency(session=session, what="recovered", by=member("nina"), at=ward.ENDED + minutes(40))

    assert "Emergency since" in said
    assert "not closed" in said
    assert "not closed" not in nurse.get(room).content.decode()


def test_a_set_a_score_the_escort_and_the_catheter_are_saved_from_the_page(nurse, session):
    assert send(nurse, session, "set", **SET).status_code == 303
    assert send(nurse, session, "score", **SCORE).status_code == 303
    assert send(nurse, session, "escort", name="Jonas").status_code == 303
    assert send(nurse, session, "catheter").status_code == 303

    row = Observation.objects.filter(phase="recovery").get()
    assert (row.sys, row.o2_l_per_min, row.kind) == (124, 0, "core")
    assert Score.objects.get().answers == {"oriented": True, "gait_steady": False}
    assert EscortMet.objects.get().name == "Jonas"
    assert Access.standing().get().out_at is not None


def test_a_set_typed_here_that_was_taken_while_drug_ran_belongs_to_the_infusion(nurse, session):
    before_the_end = f"{(ward.ENDED - minutes(10)).astimezone(session.site.tz):%Y-%m-%dT%H:%M}"

    assert send(nurse, session, "set", **SET, happened_at=before_the_end, confirm="set_back").status_code == 303

    assert Observation.objects.latest("pk").phase == "infusion"


def test_the_room_says_that_the_pump_was_seen_and_its_ml_were_not_read(nurse):
    session, nina = running(), member("nina")
    actions.end(session=session, by=nina, at=ward.ENDED)
    actions.pump_seen_stopped(session=session, by=nina, at=ward.ENDED + minutes(1))
    seen = nurse.get(f"/recovery/{session.code}/").content.decode()

    actions.pump_seen_stopped(session=session, by=nina, at=ward.ENDED + minutes(2), pump_ml=7)

    assert "Pump stands still; mL not read yet." in seen
    assert "mL not read yet" not in nurse.get(f"/recovery/{session.code}/").content.decode()


def test_a_set_without_a_sign_needs_a_word_for_each_and_keeps_what_was_typed(nurse, session):
    partly = {**SET, "rr": "", "sedation": ""}

    refused = send(nurse, session, "set", **partly)
    half = send(nurse, session, "set", **partly, why_sedation="asleep_rouses")

    assert (refused.status_code, half.status_code) == (422, 422)
    assert "Still without a number or a word: breaths." in half.content.decode()
    assert 'value="124/76"' in half.content.decode()
    assert not Observation.objects.filter(phase="recovery").exists()
    words = {"why_rr": "artefact", "why_sedation": "asleep_rouses"}
    assert send(nurse, session, "set", **partly, **words).status_code == 303
    assert Observation.objects.get(phase="recovery").why_not == {"rr": "artefact", "sedation": "asleep_rouses"}


MORE = {"pain": "3", "nausea": "0", "dissociation": "0"}


def test_a_full_set_asks_for_the_vein_while_a_catheter_lies_and_invents_no_word(nurse, session):
    refused = send(nurse, session, "set", **SET, **MORE)

    assert refused.status_code == 422
    assert "Still without a number or a word: IV site." in refused.content.decode()
    assert send(nurse, session, "set", **SET, **MORE, iv_site="sore").status_code == 303
    row = Observation.objects.get(phase="recovery")
    assert (row.kind, row.iv_site, row.why_not) == ("full", "sore", {})


def test_a_full_set_neither_asks_for_nor_charts_the_vein_once_the_catheter_is_out(nurse, session):
    send(nurse, session, "catheter")

    page = nurse.get(f"/recovery/{session.code}/").content.decode()
    assert send(nurse, session, "set", **SET, **MORE, iv_site="clear", why_iv_site="refused").status_code == 303

    assert "iv_site" not in page
    row = Observation.objects.get(phase="recovery")
    assert (row.kind, row.iv_site, row.why_not) == ("full", "", {})


def test_pain_that_nobody_could_ask_has_its_own_word_in_a_full_set(nurse, session):
    said = {**SET, "sedation": "", "nausea": "0", "iv_site": "clear"}
    words = {"why_sedation": "asleep_rouses", "why_pain": "not_asked_asleep", "why_dissociation": "not_asked_asleep"}

    assert send(nurse, session, "set", **said, **words).status_code == 303
    row = Observation.objects.get(phase="recovery")
    assert (row.kind, row.pain, row.why_not["pain"]) == ("full", None, "not_asked_asleep")


def test_a_rare_value_is_named_and_confirmed(nurse, session):
    refused = send(nurse, session, "set", **{**SET, "hr": "170"})

    assert refused.status_code == 422
    assert 'name="confirm" value="hr=170"' in refused.content.decode()
    assert send(nurse, session, "set", **{**SET, "hr": "170"}, confirm="hr=170").status_code == 303


def test_the_label_is_refused_on_the_page_with_its_reasons_and_nothing_is_saved(nurse, session):
    refused = send(nurse, session, "leave", disposition="criteria_met", instructions_ack="on")

    assert refused.status_code == 422
    assert "The discharge score has not been taken." in refused.content.decode()
    assert not Discharge.objects.exists()


def test_an_exception_is_signed_on_the_page(nurse, session):
    said = {"disposition": "exception", "reason": "Lives next door.", "signer": str(member("dario").code)}

    assert send(nurse, session, "leave", **said, secret="1111").status_code == 422
    assert send(nurse, session, "leave", **said, secret=PIN).status_code == 303

    left = Discharge.objects.get()
    assert left.signature.signer == member("dario")
    page = nurse.get(f"/recovery/{session.code}/").content.decode()
    assert "Signed exception" in page
    assert "Lives next door." in page


def test_the_same_form_sent_twice_is_one_departure(nurse, session):
    said = {"disposition": "against_advice", "reason": "Goes.", "client_id": str(uuid.uuid4())}

    assert [send(nurse, session, "leave", **said).status_code for _ in range(2)] == [303, 303]
    assert Discharge.objects.count() == 1


def test_the_sheet_says_times_and_alarms_in_plain_words_and_the_link_shows_no_name(nurse, session):
    ward.go(session, ward.ENDED + minutes(61), disposition="against_advice", reason="Goes.")
    _link, token = doors.make_link(
        purpose="discharge-sheet", subject_code=session.code, patient=session.patient, site=session.site,
        at=ward.ENDED, lasts=minutes(9000),
    )  # fmt: skip

    printed = nurse.get(f"/recovery/{session.code}/sheet/").content.decode()
    by_link = Client().get(f"/recovery/sheet/{token}/").content.decode()

    for page in (printed, by_link):
        assert "Sat 21 Nov" in page
        assert "Call 911 at once for" in page
        assert "mg" not in page.split("<article", 1)[1].split("</article", 1)[0]
    assert "Petra Lindqvist" in printed
    assert "Lindqvist" not in by_link


@pytest.mark.parametrize("size", ["a4", "letter"])
@pytest.mark.parametrize("by_link", [False, True])
def test_the_sheet_to_take_home_is_one_page_of_a_file_for_the_desk_and_behind_the_link(
    nurse, session, monkeypatch, size, by_link
):
    ward.go(session, ward.ENDED + minutes(61), disposition="against_advice", reason="Goes.")
    _link, token = doors.make_link(
        purpose="discharge-sheet", subject_code=session.code, patient=session.patient, site=session.site,
        at=ward.ENDED, lasts=minutes(9000),
    )  # fmt: skip
    laid, whole = [], printing.laid_out
    monkeypatch.setattr(printing, "laid_out", lambda html: laid.append((html, whole(html))) or laid[-1][1])

    address = f"/recovery/sheet/{token}/" if by_link else f"/recovery/{session.code}/sheet/"
    reply = (Client() if by_link else nurse).get(address, {"as": "pdf", "size": size})

    assert (reply["Content-Type"], reply.content[:5]) == ("application/pdf", b"%PDF-")
    (html, pages), *more = laid
    assert (len(pages.pages), more) == (1, [])
    assert round(pages.pages[0].height / 96 * 25.4) == {"a4": 297, "letter": 279}[size]
    assert ("Lindqvist" in html) is not by_link
    assert all(words in html for words in ("Not before these times", "Call 911 at once for"))


def test_a_call_asks_every_alarm_of_someone_who_was_reached(nurse, session):
    ward.go(session, ward.ENDED + minutes(61), disposition="against_advice", reason="Goes.")

    refused = send(nurse, session, "call/next_day", reached="yes", pain="3")
    assert refused.status_code == 422
    assert "Ask this one on every call." in refused.content.decode()
    assert not CallAttempt.objects.exists()

    assert send(nurse, session, "call/next_day", reached="no").status_code == 303
    assert "Petra Lindqvist" in nurse.get("/recovery/mesa/calls/").content.decode()


@pytest.mark.parametrize("page", ["set", "score", "escort", "catheter", "leave"])
def test_the_desk_a_patient_and_a_form_for_another_patient_write_nothing(session, page):
    for user, status in ((member("fern"), 403), (petra().user, 403)):
        client = Client()
        client.force_login(user)
        assert send(client, session, page).status_code == status
    client = Client()
    client.force_login(member("nina"))
    assert client.post(f"/recovery/{session.code}/{page}/", {guard.FIELD: "forged"}).status_code == 409
    assert client.get(f"/recovery/{session.code}/{page}/").status_code == 405
    assert not Discharge.objects.exists()


@pytest.mark.hazard("H-01")
@pytest.mark.parametrize("page", ["", "sheet/"])
def test_every_page_of_recovery_names_the_patient_by_initials_name_and_birth_date(nurse, session, page):
    text = nurse.get(f"/recovery/{session.code}/{page}").content.decode()

    for words in (
        f">{session.patient.initials}</span>",
        str(session.patient),
        f"{session.patient.birth_date:%-d %b %Y}",
    ):
        assert words in text
