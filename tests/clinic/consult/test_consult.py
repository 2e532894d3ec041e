"""One form for phone, video and visit; warning signs stop an invitation; a prescriber signs the outcome off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from clearhead.clinic.consult import actions, queries, words
from clearhead.clinic.consult.models import Consult
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people import guard
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.medicine.headache.red_flags import FLAGS
from tests import builders, cast
from tests.cast import AT_TEN, PIN

pytestmark = pytest.mark.django_db
ALL_NO = {flag.id: "no" for flag in FLAGS}


@pytest.fixture
def course() -> Any:
    cast.mesa()
    return builders.course_of(cast.petra())


@pytest.fixture
def dario(course: Any) -> Any:
    return cast.member("dario")


def talk(course: Any, by: Any, **more: Any) -> Consult:
    said = {
        "course": course,
        "mode": "phone",
        "patient_location": "Mesa",
        "triage": {"neurologist_seen": "yes"},
        "red_flags": ALL_NO,
        "outcome": "invite",
        "by": by,
        "at": AT_TEN,
        **more,
    }
    return actions.record_consult(**said)


def desk(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def typed(course: Any, **more: Any) -> dict[str, Any]:
    said = {
        "mode": "video",
        "identified": "on",
        "patient_location": "Tempe, at work",
        "outcome": "refer",
        guard.FIELD: guard.token(course.patient),
        **{f"flag_{flag.id}": "no" for flag in FLAGS},
        **{f"triage_{name}": "unknown" for name in words.TRIAGE},
    }
    return {**said, **more}


def test_a_nurses_outcome_is_a_proposal_until_a_prescriber_signs(course: Any, dario: Any) -> None:
    proposed = talk(course, cast.member("nina"))
    assert queries.outcome_of(course) is None

    signed = actions.sign_off(consult=proposed, secret=PIN, by=dario, at=AT_TEN)

    assert queries.outcome_of(course) == signed
    assert signed.clinician == cast.member("nina")
    assert signed.signature.signer == dario


def test_a_prescriber_signs_while_recording(course: Any, dario: Any) -> None:
    assert talk(course, dario, secret=PIN).signature.signer == dario


def test_a_nurse_cannot_sign_and_leaves_no_row(course: Any) -> None:
    with pytest.raises(actions.ConsultRefused, match="prescriber of this site"):
        talk(course, cast.member("nina"), secret=PIN)

    assert not Consult.objects.exists()


def test_a_wrong_pin_leaves_no_row(course: Any, dario: Any) -> None:
    with pytest.raises(SignatureRefused):
        talk(course, dario, secret="0000")

    assert not Consult.objects.exists()


@pytest.mark.parametrize(
    ("flag", "said", "sentence"),
    [
        ("thunderclap_onset", "yes", "emergency care now"),
        ("papilloedema", "yes", "Refer before"),
        ("positional", "unknown", "Not known"),
    ],
)
def test_a_warning_sign_stops_the_invitation_and_leaves_no_row(
    course: Any, dario: Any, flag: str, said: str, sentence: str
) -> None:
    with pytest.raises(actions.ConsultRefused, match=sentence):
        talk(course, dario, red_flags={**ALL_NO, flag: said})

    assert not Consult.objects.exists()


def test_the_same_warning_sign_may_be_referred(course: Any, dario: Any) -> None:
    row = talk(course, dario, red_flags={**ALL_NO, "thunderclap_onset": "yes"}, outcome="refer")

    assert row.red_flags == ["thunderclap_onset"]


def test_an_outcome_is_signed_off_once(course: Any, dario: Any) -> None:
    proposed = talk(course, cast.member("nina"))
    actions.sign_off(consult=proposed, secret=PIN, by=dario, at=AT_TEN)

    with pytest.raises(actions.ConsultRefused, match="newest"):
        actions.sign_off(consult=proposed, secret=PIN, by=dario, at=AT_TEN)


def test_the_form_saves_where_the_patient_was_and_how_they_talked(course: Any) -> None:
    told = desk(cast.member("nina")).post(f"/consult/{course.code}/call/", typed(course), follow=True)

    assert told.status_code == 200
    row = Consult.objects.get()
    assert (row.mode, row.patient_location, row.outcome) == ("video", "Tempe, at work", "refer")


@pytest.mark.parametrize(
    "wrong",
    [
        {"identified": ""},
        {"patient_location": ""},
        {"mode": "letter"},
        {"outcome": ""},
        {"outcome": "call_again"},
        {"outcome": "call_again", "call_again_on": "2020-01-01"},
        {"outcome": "decline"},
        {"headache_days": "32"},
        {"outcome": "invite", "flag_positional": "unknown"},
        {"flag_positional": ""},
    ],
)
def test_what_is_missing_or_wrong_is_refused_and_leaves_no_row(course: Any, wrong: dict[str, str]) -> None:
    told = desk(cast.member("nina")).post(f"/consult/{course.code}/call/", typed(course, **wrong))

    assert told.status_code == 422
    assert not Consult.objects.exists()


def test_another_patients_form_is_refused(course: Any) -> None:
    said = typed(course, **{guard.FIELD: guard.token(cast.quentin())})

    assert desk(cast.member("nina")).post(f"/consult/{course.code}/call/", said).status_code == 409
    assert not Consult.objects.exists()


def test_calls_to_be_made_again_stand_on_the_list_from_their_day_on(course: Any) -> None:
    again = AT_TEN.date() + timedelta(days=3)
    talk(course, cast.member("nina"), outcome="call_again", call_again_on=again)

    assert queries.worklist(course.site, AT_TEN + timedelta(days=2)).call_again == ()
    assert [line.overdue for line in queries.worklist(course.site, AT_TEN + timedelta(days=3)).call_again] == [False]
    assert [line.overdue for line in queries.worklist(course.site, AT_TEN + timedelta(days=4)).call_again] == [True]


def test_the_list_shows_what_waits_for_a_prescriber(course: Any, dario: Any) -> None:
    proposed = talk(course, cast.member("nina"))
    assert [line.consult for line in queries.worklist(course.site, AT_TEN).to_sign] == [proposed]

    actions.sign_off(consult=proposed, secret=PIN, by=dario, at=AT_TEN)

    assert queries.worklist(course.site, AT_TEN).to_sign == ()


def test_pages_open_for_clinicians_and_for_nobody_else(course: Any, dario: Any) -> None:
    row = talk(course, cast.member("nina"))
    pages = [f"/consult/{course.code}/call/", f"/consult/{row.code}/", "/consult/mesa/today/"]

    assert [desk(dario).get(page).status_code for page in pages] == [200, 200, 200]
    assert [desk(cast.olga()).get(page).status_code for page in pages] == [404, 404, 404]
    assert [desk(cast.petra().user).get(page).status_code for page in pages] == [403, 403, 403]
    assert [desk(cast.member("fern")).get(page).status_code for page in pages] == [403, 403, 200]


def test_the_signature_is_given_on_the_page(course: Any, dario: Any) -> None:
    row = talk(course, cast.member("nina"))
    said = {"secret": PIN, guard.FIELD: guard.token(course.patient)}
    refused = desk(cast.member("nina")).post(f"/consult/{row.code}/sign/", said)
    wrong = desk(dario).post(f"/consult/{row.code}/sign/", {**said, "secret": "1"})
    right = desk(dario).post(f"/consult/{row.code}/sign/", said)

    assert (refused.status_code, wrong.status_code, right.status_code) == (403, 422, 302)
    assert queries.outcome_of(course) is not None


def test_a_signed_referral_becomes_a_letter_on_paper_once(course: Any, dario: Any) -> None:
    proposed = talk(course, cast.member("nina"), outcome="refer", outcome_note="Headache worse since May.")
    assert not Outgoing.objects.exists()

    actions.sign_off(consult=proposed, secret=PIN, by=dario, at=AT_TEN)

    letter = Outgoing.objects.get()
    assert letter.channel == "print"
    assert "Headache worse since May." in letter.text
