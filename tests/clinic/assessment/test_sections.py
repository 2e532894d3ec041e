"""Each section keeps what was said, refuses what does not read, and lets in nobody else."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from clearhead.clinic.assessment import actions, ledger, queries
from clearhead.clinic.assessment.models import Allergy, HistoryItem, Measurement, Medication, Referral, Trial
from clearhead.clinic.people import guard
from clearhead.clinic.plan import queries as plan
from clearhead.medicine.headache.refractory import Adequacy
from tests import builders, cast
from tests.cast import AT_TEN
from tests.clinic.assessment import standing
from tests.looks import faults_of

pytestmark = pytest.mark.django_db
PAGES = (
    "",
    "history/headache/",
    "history/mind/",
    "conditions/",
    "warning-signs/",
    "medicines/",
    "allergies/",
    "treatments/",
    "results/",
    "questionnaire/phq9/",
    "questionnaire/midas/",
    "letters/",
    "diagnosis/",
    "verdict/",
)


@pytest.fixture
def course() -> Any:
    return standing.course_at_mesa()


@pytest.fixture
def nina(course: Any) -> Client:
    client = Client()
    client.force_login(cast.member("nina"))
    return client


def post(client: Client, course: Any, page: str, **said: Any) -> Any:
    token = guard.token(course.patient)
    return client.post(f"/assessment/{course.code}/{page}", {guard.FIELD: token, **said})


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_empty_for_clinicians_and_for_nobody_else(course: Any, nina: Client, page: str) -> None:
    address = f"/assessment/{course.code}/{page}"
    outsider, patient, desk = Client(), Client(), Client()
    outsider.force_login(cast.olga())
    patient.force_login(cast.petra().user)
    desk.force_login(cast.member("fern"))

    assert nina.get(address).status_code == 200
    assert [one.get(address).status_code for one in (outsider, patient, desk)] == [404, 403, 403]


def test_every_page_opens_when_everything_is_there(course: Any, nina: Client) -> None:
    standing.everything_settled(course)

    for page in PAGES:
        assert nina.get(f"/assessment/{course.code}/{page}").status_code == 200, page


OTHERS = {
    "allergies/": ("medication", "trial", "measurement", "referral", "historyitem"),
    "treatments/": ("medication", "allergy", "measurement", "referral", "historyitem"),
    "letters/": ("medication", "allergy", "measurement", "trial", "historyitem"),
}


@pytest.mark.parametrize("page", OTHERS)
def test_a_page_asks_for_its_own_section_and_for_the_protocol_once(course: Any, nina: Client, page: str) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert nina.get(f"/assessment/{course.code}/{page}").status_code == 200

    said = " ".join(one["sql"] for one in asked)
    assert [table for table in OTHERS[page] if f'FROM "assessment_{table}"' in said] == []
    assert said.count('FROM "policy_adoption"') == 1


def test_without_a_protocol_the_pages_say_what_to_do() -> None:
    cast.mesa()
    course, client = builders.course_of(cast.petra()), Client()
    client.force_login(cast.member("nina"))

    for page in ("conditions/", "verdict/", ""):
        assert client.get(f"/assessment/{course.code}/{page}").status_code == 200


def test_answers_are_kept_once_and_unchanged_ones_are_not_written_again(course: Any, nina: Client) -> None:
    said = {
        "said_by": "patient",
        "answer_unilateral": "yes",
        "answer_pulsating": "unknown",
        "detail_unilateral": "left",
    }
    post(nina, course, "history/headache/", **said)
    post(nina, course, "history/headache/", **said)

    assert {(row.item, row.answer, row.detail) for row in HistoryItem.objects.all()} == {
        ("unilateral", "yes", "left"),
        ("pulsating", "unknown", ""),
    }


def test_asked_again_today_dates_every_condition_anew(course: Any, nina: Client) -> None:
    said = {"said_by": "patient", "answer_pregnancy": "no"}
    post(nina, course, "conditions/", **said)
    post(nina, course, "conditions/", **said, again="on")

    assert HistoryItem.objects.filter(item="pregnancy").count() == 2


def test_a_warning_sign_settled_by_a_letter_no_longer_blocks(course: Any, nina: Client) -> None:
    standing.everything_settled(course)
    post(nina, course, "warning-signs/", said_by="patient", answer_positional="yes")
    now = queries.warning_signs(course, queries.history_of(course.patient))
    assert [raised.flag.id for raised in now.open] == ["positional"]

    post(nina, course, "warning-signs/", said_by="letter", answer_positional="yes", detail_positional="MRI clear")
    assert queries.warning_signs(course, queries.history_of(course.patient)).open == ()


def test_the_list_of_medicines_says_what_was_not_checked(course: Any, nina: Client) -> None:
    post(nina, course, "medicines/", typed="topiramate 50 mg", kind="medicine")
    post(nina, course, "medicines/", typed="Grandmother's drops", kind="supplement")
    page = nina.get(f"/assessment/{course.code}/medicines/").content.decode()

    assert {row.ingredient_id for row in Medication.objects.all()} == {"topiramate", ""}
    assert page.count("not checked") == 1


def test_a_stopped_medicine_leaves_the_list_and_stays_readable(course: Any, nina: Client) -> None:
    post(nina, course, "medicines/", typed="topiramate", kind="medicine")
    row = Medication.objects.get()
    post(nina, course, f"medicines/{row.code}/stop/")

    assert queries.medications_of(course.patient, date(2026, 11, 21)) == [] or Medication.standing().get().until
    assert Medication.objects.count() == 2


def test_no_known_allergies_is_a_statement_and_gives_way_to_an_allergy(course: Any, nina: Client) -> None:
    assert queries.medicine_facts(course.patient, {}, standing.TODAY).allergies is None
    post(nina, course, "allergies/none/")
    assert queries.medicine_facts(course.patient, {}, standing.TODAY).allergies == ()
    post(nina, course, "allergies/", substance="Latex", severity="severe")
    assert queries.medicine_facts(course.patient, {}, standing.TODAY).allergies == ("Latex",)

    post(nina, course, "allergies/none/")
    assert [row.substance for row in Allergy.standing()] == ["Latex"]


def test_the_class_of_a_treatment_comes_from_the_catalogue_or_is_asked_for(course: Any, nina: Client) -> None:
    post(nina, course, "treatments/", typed="topiramate", role="preventive", effect="none")
    unknown = post(nina, course, "treatments/", typed="Dr Miracle's pills", role="preventive", effect="none")

    assert [row.medicine_class for row in Trial.objects.all()] == ["antiepileptic"]
    assert unknown.status_code == 422
    assert "Choose it from the list" in unknown.content.decode()


def test_a_short_trial_does_not_count_and_an_intolerable_one_does(course: Any) -> None:
    when = {"course": course, "by": None, "at": AT_TEN}
    short = {"reached_target_dose": True, "weeks_at_target": 5, "why_stopped": "no_effect"}
    actions.add_trial(typed="topiramate", role="preventive", effect="none", more=short, **when)
    sick = {"why_stopped": "side_effects"}
    actions.add_trial(typed="amitriptyline", role="preventive", effect="unknown", more=sick, **when)
    lines = ledger.ledger_of(course.patient, standing.TODAY)

    assert {line.judged.adequacy for line in lines if line.judged} == {Adequacy.TOO_SHORT, Adequacy.NOT_NEEDED}
    assert ledger.failed_classes(lines, "preventive") == 1
    assert ledger.failed_classes(lines, "acute") is None


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        (
            "treatments/",
            {
                "typed": "topiramate",
                "role": "preventive",
                "effect": "none",
                "started_on": "2026-02-01",
                "stopped_on": "2026-01-01",
            },
        ),
        ("treatments/", {"typed": "topiramate", "role": "preventive", "effect": "wonderful"}),
        ("medicines/", {"typed": "", "kind": "medicine"}),
        ("allergies/", {"substance": ""}),
        ("letters/", {"to_specialty": "neurology", "seen_on": "2099-01-01"}),
        ("results/", {"kind": "tsh", "value": "-1", "on": "2026-11-01"}),
        ("results/", {"kind": "tsh", "value": "1,5", "on": "2026-11-01"}),
        ("results/", {"kind": "tsh", "value": "900", "on": "2026-11-01"}),
        ("results/", {"kind": "ecg", "value": "7", "on": "2026-11-01"}),
        ("results/", {"kind": "ecg", "text": "fine", "on": "2099-11-01"}),
        ("results/", {"kind": "ecg", "on": "2026-11-01"}),
        ("results/pressure/", {"pressure": "71/128"}),
        ("results/pressure/", {"pressure": "128"}),
        ("results/weight/", {"weight": "70"}),
        ("results/weight/", {"weight": "70,5", "unit": "kg"}),
        ("results/weight/", {"weight": "70", "unit": "stone"}),
        ("questionnaire/phq9/", {}),
        ("questionnaire/phq9/", {"item_1": "7"}),
        ("conditions/", {"said_by": "patient", "answer_pregnancy": "perhaps"}),
        ("history/headache/", {"said_by": "the cat", "answer_unilateral": "yes"}),
    ],
)
def test_what_does_not_read_is_refused_and_leaves_nothing(
    course: Any, nina: Client, page: str, wrong: dict[str, str]
) -> None:
    told = post(nina, course, page, **wrong)

    assert told.status_code == 422
    for model in (Trial, Medication, Allergy, Referral, Measurement, HistoryItem):
        assert not model.objects.exists(), model


def test_another_patients_form_is_refused(course: Any, nina: Client) -> None:
    said = {guard.FIELD: guard.token(cast.quentin()), "substance": "Latex"}

    assert nina.post(f"/assessment/{course.code}/allergies/", said).status_code == 409
    assert not Allergy.objects.exists()


def test_a_row_of_another_patient_is_not_found(course: Any, nina: Client) -> None:
    other = builders.course_of(cast.quentin())
    his = actions.add_allergy(course=other, substance="Latex", by=None, at=AT_TEN)

    assert post(nina, course, f"allergies/{his.code}/strike/").status_code == 404


def test_the_neurologist_counts_only_with_letter_and_other_causes_excluded(course: Any) -> None:
    when = {"course": course, "by": None, "at": AT_TEN, "to_specialty": "neurology", "seen_on": date(2026, 9, 1)}
    actions.record_referral(**when)
    actions.record_referral(letter_on_file=True, **when)
    assert queries.neurologist_seen_on(course) is None

    actions.record_referral(letter_on_file=True, secondary_causes_excluded=True, **when)
    assert queries.neurologist_seen_on(course) == date(2026, 9, 1)


@pytest.mark.parametrize(
    ("systolic", "diastolic", "outcome"),
    [(128, 79, "allowed"), (145, 80, "warned"), (170, 80, "open"), (85, 50, "open")],
)
def test_the_measured_pressure_counts_beside_the_history(
    course: Any, systolic: int, diastolic: int, outcome: str
) -> None:
    standing.everything_settled(course)
    actions.record_measurement(
        course=course, kind="bp", value=systolic, value2=diastolic, unit="mmHg", by=None, at=AT_TEN
    )
    facts = queries.facts_of(course, AT_TEN)
    verdict = queries.verdict_of(course, facts, standing.protocol_of(course), AT_TEN)

    assert next(one.outcome for one in verdict.reasons if one.gate == "blood_pressure_measured") == outcome


def test_a_wrong_pressure_is_struck_with_a_reason_and_the_verdict_follows(course: Any, nina: Client) -> None:
    when = {"course": course, "kind": "bp", "unit": "mmHg", "by": cast.member("nina")}
    actions.record_measurement(**when, value=Decimal(128), value2=Decimal(71), at=AT_TEN - timedelta(hours=2))
    wrong = actions.record_measurement(**when, value=Decimal(190), value2=Decimal(118), at=AT_TEN - timedelta(hours=1))

    def pressure() -> str:
        facts, protocol = queries.facts_of(course, AT_TEN), standing.protocol_of(course)
        reasons = queries.verdict_of(course, facts, protocol, AT_TEN).reasons
        return next(one.sentence for one in reasons if one.gate == "blood_pressure_measured")

    assert "190/118" in pressure()
    assert f"results/{wrong.code}/strike/" in nina.get(f"/assessment/{course.code}/results/").content.decode()
    assert post(nina, course, f"results/{wrong.code}/strike/", why=" ").status_code == 422
    assert "190/118" in pressure()

    assert post(nina, course, f"results/{wrong.code}/strike/", why="read off the wrong arm cuff").status_code == 302
    assert "128/71" in pressure()
    page = nina.get(f"/assessment/{course.code}/results/").content.decode()
    assert "<s>190/118 mmHg</s>" in page
    assert "read off the wrong arm cuff" in page
    assert post(nina, course, f"results/{wrong.code}/strike/", why="again").status_code == 404


def test_a_struck_weight_is_not_what_the_next_one_or_an_order_is_held_against(course: Any, nina: Client) -> None:
    when = {"course": course, "kind": "weight", "unit": "kg", "by": cast.member("nina")}
    actions.record_measurement(**when, value=Decimal(70), at=AT_TEN - timedelta(hours=2))
    wrong = actions.record_measurement(**when, value=Decimal(154), at=AT_TEN - timedelta(hours=1))

    assert post(nina, course, f"results/{wrong.code}/strike/", why="pounds").status_code == 302

    last = queries.last_weight(course.patient)
    assert last is not None
    assert last.value == 70
    assert plan.last_weight(course.patient, AT_TEN) == last


def test_a_questionnaire_that_was_given_by_mistake_is_struck_and_the_one_before_counts(
    course: Any, nina: Client
) -> None:
    asked = {"course": course, "scale_id": "phq9", "by": None}
    first = actions.record_scale(**asked, parts=[1] * 8 + [0], at=AT_TEN - timedelta(hours=2))
    wrong = actions.record_scale(**asked, parts=[3] * 8 + [0], at=AT_TEN - timedelta(hours=1))
    strike = f"results/{wrong.code}/strike/"

    assert strike in nina.get(f"/assessment/{course.code}/results/").content.decode()
    assert post(nina, course, strike, why=" ").status_code == 422
    assert post(nina, course, strike, why="filled in for her sister").status_code == 302

    assert queries.measurements_of(course.patient, "phq9") == [first]
    page = nina.get(f"/assessment/{course.code}/results/").content.decode()
    assert "PHQ9: <s>24 points" in page
    assert "filled in for her sister" in page
    assert "24" not in nina.get(f"/assessment/{course.code}/questionnaire/phq9/").content.decode().partition("<form")[0]


@pytest.mark.hazard("H-40")
def test_an_answer_that_waits_for_a_person_holds_the_questionnaire_until_somebody_acted(
    course: Any, nina: Client
) -> None:
    row = actions.record_scale(course=course, scale_id="phq9", parts=[1] * 9, by=None, at=AT_TEN)
    strike = f"results/{row.code}/strike/"

    refused = post(nina, course, strike, why="tapped by a child")

    assert refused.status_code == 422
    assert "A person must act first" in refused.content.decode()
    assert Measurement.standing().filter(pk=row.pk).exists()
    assert self_harm(course)
    actions.close_item(item=queries.open_items(course)[0], done="Spoke with her", by=cast.member("dario"), at=AT_TEN)
    assert self_harm(course)
    assert post(nina, course, strike, why="tapped by a child").status_code == 302
    assert not self_harm(course)


def self_harm(course: Any) -> bool:
    return "suicidal_thoughts_now" in queries.facts_of(course, AT_TEN + timedelta(hours=1)).conditions


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_questionnaire_on_file_and_a_struck_one_look_right_in_every_theme(
    open_page: Any, sign_in: Any, course: Any
) -> None:
    asked = {"course": course, "scale_id": "phq9", "by": None, "parts": [3] * 8 + [0]}
    actions.record_scale(**asked, at=AT_TEN - timedelta(hours=2))
    wrong = actions.record_scale(**asked, at=AT_TEN - timedelta(hours=1))
    actions.strike_measurement(
        course=course, measurement=wrong, why="for her sister", by=cast.member("nina"), at=AT_TEN
    )
    page = open_page()
    sign_in(page, cast.member("nina"))

    page.goto(f"/assessment/{course.code}/results/")

    assert faults_of(page) == []
