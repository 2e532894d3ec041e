"""Orders of a protocol that does not dose on the measured weight alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from clearhead.clinic.assessment import actions as assessment
from clearhead.clinic.infusion.models import GateAnswer
from clearhead.clinic.infusion.queries.state import dosing_weight
from clearhead.clinic.people import guard
from clearhead.clinic.plan import drafts, judging, queries
from clearhead.medicine.protocols.loader import shipped
from tests import builders, cast
from tests.cast import AT_TEN

pytestmark = pytest.mark.django_db
FACTS = judging.OrderFacts(
    adopted=True, withdrawn=False, prescriber=True, decision="suitable", decision_on_protocol="inpatient-titration"
)


def draft(**changed):
    known = {"weight_kg": Decimal(110), "weight_measured_at": AT_TEN, "height_cm": Decimal(165), "sex": "female"}
    return drafts.starting_draft(shipped("inpatient-titration"), **{**known, **changed})


def against(one) -> dict[str, str]:
    verdict = judging.judge(one, shipped("inpatient-titration"), FACTS, at=AT_TEN + timedelta(hours=1))
    return {reason.gate: reason.sentence for reason in verdict.blocking}


def test_a_ward_order_doses_on_the_adjusted_weight_and_can_be_signed():
    """165 cm, female, 110 kg: ideal 56.9, adjusted 78.1 kg."""
    one = draft()

    assert against(one) == {}
    assert one.max_session_mg == Decimal("78.1") * 45
    assert against(replace(one, max_session_mg=Decimal(4950))) != {}, "45 mg/kg of the measured 110 kg is too much"


@pytest.mark.hazard("H-02")
@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"sex": ""}, "Sex recorded at birth is missing"),
        ({"height_cm": None}, "Height is missing"),
        ({"height_cm": Decimal("1.65")}, "outside 152.4 to 230 cm"),
    ],
)
def test_nothing_is_signed_while_a_part_of_the_weight_is_unknown(changed, sentence):
    assert sentence in against(draft(**changed))["weight_scalar"]


def test_the_bed_doses_on_todays_weight_with_the_orders_height_and_sex():
    petra = cast.petra()
    order = builders.order(
        petra, protocol_version=builders.protocol_version("inpatient-titration"), weight_kg=Decimal(110),
        height_cm=Decimal(165), sex="female",
    )  # fmt: skip
    visit = builders.session(petra, signed=order)
    GateAnswer.objects.create(
        session=visit, gate="weight_today", value={"ok": True, "kg": "100"}, happened_at=AT_TEN, recorded_at=AT_TEN
    )

    assert queries.dosing_weight_kg(order) == Decimal("78.1")
    assert dosing_weight(visit, shipped("inpatient-titration")) == Decimal("74.1")


def test_a_height_is_dated_echoed_and_refused_when_nobody_is_so_tall(client):
    course = builders.course_of(cast.petra())
    client.force_login(cast.member("nina"))
    page, token = f"/assessment/{course.code}/results/height/", {guard.FIELD: guard.token(course.patient)}

    wrong = client.post(page, {"height": "65", "unit": "cm", **token})
    right = client.post(page, {"height": "65", "unit": "in", **token})

    assert (wrong.status_code, right.status_code) == (422, 302)
    assert "65.0 cm is outside 120 to 230 cm" in wrong.content.decode()
    kept = queries.last_height(course.patient, AT_TEN + timedelta(days=3650))
    assert (kept.value, kept.text, kept.entered_unit) == (Decimal("165.100"), "165.1 cm = 5 ft 5 in", "in")


def test_an_order_takes_height_and_sex_over_from_the_file():
    course, nina = builders.course_of(cast.petra()), cast.member("nina")
    assessment.record_measurement(course=course, kind="height", value=Decimal(170), unit="cm", by=nina, at=AT_TEN)

    known = queries.measured(course.patient, AT_TEN)
    assert (known["height_cm"], known["height_measured_at"], known["sex"]) == (Decimal(170), AT_TEN, "female")
