"""Hazards met while the facts for a decision are gathered."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from clearhead.clinic.assessment import actions, queries, weights
from clearhead.clinic.assessment.models import Measurement, OpenItem
from clearhead.clinic.people import guard
from tests import cast
from tests.cast import AT_TEN
from tests.clinic.assessment import standing

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Any:
    return standing.everything_settled(standing.course_at_mesa())


@pytest.fixture
def nina() -> Client:
    client = Client()
    client.force_login(cast.member("nina"))
    return client


def weigh(client: Client, course: Any, **said: str) -> Any:
    token = guard.token(course.patient)
    return client.post(f"/assessment/{course.code}/results/weight/", {guard.FIELD: token, **said})


def against(course: Any, at: Any = AT_TEN) -> set[str]:
    facts = queries.facts_of(course, at)
    verdict = queries.verdict_of(course, facts, standing.protocol_of(course, at), at)
    return {reason.gate for reason in verdict.reasons if reason.outcome != "allowed"}


@pytest.mark.hazard("H-02")
@pytest.mark.parametrize("last", range(40, 181, 20))
def test_a_slip_between_kg_and_lb_is_named_both_ways(last: int) -> None:
    as_kg = weights.read_weight((Decimal(last) / weights.KG_PER_LB).quantize(Decimal("0.1")), "kg")
    as_lb = weights.read_weight(Decimal(last), "lb")

    assert any(
        "lb may have been entered as kg" in one or "outside" in one for one in weights.doubts(as_kg, Decimal(last))
    )
    assert any(
        "kg may have been entered as lb" in one or "outside" in one for one in weights.doubts(as_lb, Decimal(last))
    )


@pytest.mark.hazard("H-02")
def test_a_slip_is_refused_until_it_is_weighed_again_and_confirmed(course: Any, nina: Client) -> None:
    before = Measurement.objects.filter(kind="weight").count()
    slip = weigh(nina, course, weight="154", unit="kg")
    assert slip.status_code == 422
    assert "A number in lb may have been entered as kg" in slip.content.decode()
    assert Measurement.objects.filter(kind="weight").count() == before

    assert weigh(nina, course, weight="154", unit="kg", confirmed="on").status_code == 302


@pytest.mark.hazard("H-02")
def test_a_change_over_ten_percent_is_confirmed_and_an_impossible_weight_never(course: Any, nina: Client) -> None:
    assert weigh(nina, course, weight="78", unit="kg").status_code == 422
    assert weigh(nina, course, weight="76", unit="kg").status_code == 302
    assert weigh(nina, course, weight="700", unit="kg", confirmed="on").status_code == 422


@pytest.mark.hazard("H-02")
def test_a_first_weight_that_no_adult_has_is_asked_about_and_so_is_the_height_that_does_not_go_with_it(
    nina: Client,
) -> None:
    course = standing.course_at_mesa()
    odd = weigh(nina, course, weight="70", unit="lb")
    assert odd.status_code == 422
    assert "rare for an adult" in odd.content.decode()
    assert queries.last_weight(course.patient) is None
    assert weigh(nina, course, weight="70", unit="lb", confirmed="on").status_code == 302

    page, body = f"/assessment/{course.code}/results/height/", {guard.FIELD: guard.token(course.patient)}
    tall = nina.post(page, {**body, "height": "175", "unit": "cm"})
    assert tall.status_code == 422
    assert "body mass index of 10.4" in tall.content.decode()
    assert queries.last_height(course.patient) is None
    assert nina.post(page, {**body, "height": "175", "unit": "cm", "confirmed": "on"}).status_code == 302


@pytest.mark.hazard("H-02")
def test_a_first_weight_is_held_against_the_height_on_file(nina: Client) -> None:
    course = standing.course_at_mesa()
    actions.record_measurement(course=course, kind="height", value=Decimal(165), unit="cm", by=None, at=AT_TEN)

    assert weigh(nina, course, weight="154", unit="kg").status_code == 422
    assert weigh(nina, course, weight="70", unit="kg").status_code == 302


@pytest.mark.hazard("H-02")
def test_both_units_are_echoed_and_kg_is_stored(course: Any, nina: Client) -> None:
    weigh(nina, course, weight="154.3", unit="lb")
    row = queries.last_weight(course.patient)

    assert row is not None
    assert (row.value, row.entered_unit, row.text) == (Decimal("69.99"), "lb", "70.0 kg = 154.3 lb")


@pytest.mark.hazard("H-17")
def test_a_medicine_that_matches_nothing_is_named_in_the_verdict(course: Any) -> None:
    actions.add_medication(course=course, typed="Grandmother's drops", kind="supplement", by=None, at=AT_TEN)

    assert "medicine_not_checked" in against(course)


@pytest.mark.hazard("H-17")
def test_a_medicine_that_must_not_meet_ketamine_is_found_by_its_brand(course: Any) -> None:
    assert "interaction_xanthine" not in against(course)
    actions.add_medication(course=course, typed="Theophylline 300 mg", kind="medicine", by=None, at=AT_TEN)

    assert "interaction_xanthine" in against(course)


@pytest.mark.hazard("H-17")
def test_allergies_nobody_asked_about_are_not_none() -> None:
    course = standing.course_at_mesa()

    assert {"allergies_known", "medicines_confirmed"} <= against(course)


@pytest.mark.hazard("H-20")
@pytest.mark.parametrize("code", ["pregnancy", "uncontrolled_hypertension", "active_psychosis", "active_substance_use"])
@pytest.mark.parametrize("answer", ["active", "unknown"])
def test_yes_and_not_known_stand_against_treatment(course: Any, code: str, answer: str) -> None:
    actions.record_answers(course=course, answers={code: (answer, "", None)}, said_by="patient", by=None, at=AT_TEN)

    assert code in against(course)


@pytest.mark.hazard("H-20")
def test_a_question_that_is_asked_again_and_again_expires(course: Any) -> None:
    rule = next(
        rule for rule in standing.protocol_of(course).assessment.contraindications if rule.code == "pregnancy_unknown"
    )
    assert rule.expires_days is not None

    assert "pregnancy_unknown" not in against(course, AT_TEN + timedelta(days=rule.expires_days))
    assert "pregnancy_unknown" in against(course, AT_TEN + timedelta(days=rule.expires_days + 1))


def mood(course: Any, ninth: int | None, client_id: uuid.UUID | None = None, **more: Any) -> Measurement:
    parts = [1] * 8 + [ninth]
    said = {"course": course, "scale_id": "phq9", "parts": parts, "by": None, "at": AT_TEN, "client_id": client_id}
    return actions.record_scale(**{**said, **more})


@pytest.mark.hazard("H-40")
@pytest.mark.parametrize("ninth", [0, 1, 2, 3])
def test_item_nine_makes_exactly_one_task_also_when_sent_twice(course: Any, ninth: int) -> None:
    once = uuid.uuid4()
    mood(course, ninth, once)
    mood(course, ninth, once)

    assert OpenItem.objects.count() == (1 if ninth else 0)


@pytest.mark.hazard("H-40")
def test_a_half_filled_form_raises_it_too(course: Any) -> None:
    row = mood(course, 1, parts=[None] * 8 + [1])

    assert row.value is None
    assert len(queries.open_items(course)) == 1


@pytest.mark.hazard("H-40")
def test_looking_does_not_close_it_and_words_do(course: Any, nina: Client) -> None:
    mood(course, 2)
    item = queries.open_items(course)[0]
    for page in ("", f"open/{item.code}/done/", "verdict/", "results/"):
        assert "self-harm" in nina.get(f"/assessment/{course.code}/{page}").content.decode(), page
    with pytest.raises(actions.AssessmentRefused):
        actions.close_item(item=item, done=" ", by=cast.member("dario"), at=AT_TEN)
    assert len(queries.open_items(course)) == 1

    actions.close_item(item=item, done="Called, seen today by Dr Vance.", by=cast.member("dario"), at=AT_TEN)
    assert queries.open_items(course) == []


@pytest.mark.hazard("H-40")
def test_it_stands_against_a_decision_until_somebody_asked_again(course: Any) -> None:
    mood(course, 1)

    assert {"open_item", "suicidal_thoughts_now"} <= against(course, AT_TEN + timedelta(minutes=1))
