"""Drugs beside the infusion: only from signed orders, one confirm face, their cap, their spacing, their re-check."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from clearhead.clinic.assessment.models import Allergy
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Adjunct, Event, Flag
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import licensed, minutes, running

pytestmark = pytest.mark.django_db


@pytest.fixture
def session() -> Any:
    made = running()
    Allergy.objects.create(patient=made.patient, none_known=True, happened_at=AT_TEN, recorded_at=AT_TEN)
    return made


def given(session: Any, order: str = "ondansetron_nausea", dose: str = "4", minute: float = 10, **said: Any) -> Adjunct:
    by = said.pop("by", None) or member("nina")
    return actions.give(
        session=session, order_id=order, dose=Decimal(dose), unit="mg", by=by, at=AT_TEN + minutes(minute), **said
    )


def gates(refusal: Any) -> set[str]:
    return {reason.gate for reason in refusal.value.verdict.blocking}


def test_a_signed_order_is_given_and_its_effect_is_asked_by_itself(session: Any) -> None:
    row = given(session)

    before = queries.chair(session, AT_TEN + minutes(31))
    actions.effect(session=session, adjunct=row, effect="better", by=member("nina"), at=AT_TEN + minutes(31))
    after = queries.chair(session, AT_TEN + minutes(32))

    assert row.recheck_at == AT_TEN + minutes(30)
    assert [late.what for late in before.late if late.what == "recheck"] == ["recheck"]
    assert after.rechecks == ()


def test_spacing_cap_and_single_dose_hold_for_an_intention(session: Any) -> None:
    given(session)

    with pytest.raises(actions.AdjunctRefused) as soon:
        given(session, minute=60)
    with pytest.raises(actions.AdjunctRefused) as large:
        given(session, dose="8", minute=260)
    given(session, minute=255)
    with pytest.raises(actions.AdjunctRefused) as total:
        given(session, minute=600)

    assert "min_gap" in gates(soon)
    assert "single_dose" in gates(large)
    assert "session_total" in gates(total)
    assert Adjunct.objects.count() == 2


def test_a_sedative_needs_a_licence_and_its_face_read_and_raises_monitoring(session: Any) -> None:
    nurse = licensed("omar", "sedation")

    with pytest.raises(actions.AdjunctRefused) as unlicensed:
        given(session, "midazolam_distress", "1", confirmed=True)
    with pytest.raises(actions.AdjunctRefused) as unread:
        given(session, "midazolam_distress", "1", by=nurse)
    row = given(session, "midazolam_distress", "1", by=nurse, confirmed=True)

    assert "act_permitted" in gates(unlicensed)
    assert gates(unread) == {"confirm_face"}
    assert row.raises_monitoring
    due = queries.chair(session, AT_TEN + minutes(11)).due
    assert "capnography" in due.monitors


def test_unknown_allergies_are_not_none_and_a_known_one_refuses() -> None:
    session = running()

    with pytest.raises(actions.AdjunctRefused) as unknown:
        given(session)
    Allergy.objects.create(patient=session.patient, substance="Ondansetron", happened_at=AT_TEN, recorded_at=AT_TEN)
    with pytest.raises(actions.AdjunctRefused) as known:
        given(session)

    assert "allergies_known" in gates(unknown)
    assert "allergy" in gates(known)


def test_what_was_given_outside_its_order_is_saved_and_brought_to_the_prescriber(session: Any) -> None:
    row = given(session, "a_drug_nobody_ordered", "5", intended=False)

    assert "order_known" in row.breach
    assert (Flag.objects.get().level, Flag.objects.get().for_prescriber) == ("high", True)


def test_an_order_that_is_not_signed_for_this_patient_is_refused() -> None:
    session = running(prn_orders=[])
    Allergy.objects.create(patient=session.patient, none_known=True, happened_at=AT_TEN, recorded_at=AT_TEN)

    with pytest.raises(actions.AdjunctRefused) as refusal:
        given(session)

    assert "order_signed" in gates(refusal)
    assert queries.chair(session, AT_TEN + minutes(5)).orders == ()


def test_the_face_reads_out_dose_cap_last_given_and_allergies(session: Any) -> None:
    given(session)

    face = next(
        face for face in queries.chair(session, AT_TEN + minutes(20), by=member("nina")).orders
        if face.order.id == "ondansetron_nausea"
    )  # fmt: skip

    assert (face.given_total, face.last_at, face.allergies) == (Decimal(4), AT_TEN + minutes(10), ())
    assert face.not_before == AT_TEN + minutes(250)


# ---- at signs where the drug could harm

SINKING = {"hr": 62, "spo2": 86, "sys": 82, "dia": 50, "rr": 7, "sedation": -4}


def sinking(session: Any, minute: float = 8, **signs: int) -> None:
    actions.symptom(session=session, code="anxiety", grade=2, by=member("nina"), at=AT_TEN + minutes(minute))
    actions.observe(
        session=session, values={**(signs or SINKING)}, by=member("nina"), at=AT_TEN + minutes(minute), kind="core",
        intended=False,
    )  # fmt: skip


def settle(session: Any, minute: float = 9) -> None:
    for flag in queries.open_flags(session):
        actions.acknowledge(
            session=session, flag=flag, done="oxygen, legs up, roused", by=member("nina"), at=AT_TEN + minutes(minute)
        )


@pytest.mark.hazard("H-14")
@pytest.mark.parametrize("order", ["midazolam_distress", "labetalol_pressure"])
@pytest.mark.parametrize("answered", [False, True])
def test_no_sedative_and_no_pressure_medicine_into_a_sinking_patient(session: Any, order: str, answered: bool) -> None:
    dose, nurse = {"midazolam_distress": "1", "labetalol_pressure": "5"}[order], licensed("omar", "sedation")
    sinking(session)
    if answered:
        settle(session)

    with pytest.raises(actions.AdjunctRefused, match="have a prescriber agree at the chair") as refusal:
        given(session, order, dose, by=nurse, confirmed=True)

    uncalled = {"trigger_present"} if order == "labetalol_pressure" else set()
    assert gates(refusal) == {"held_by_signs", *uncalled}
    assert not Adjunct.objects.exists()
    face = next(one for one in queries.chair(session, AT_TEN + minutes(10), by=nurse).orders if one.order.id == order)
    assert {reason.gate for reason in face.against} == {"held_by_signs", *uncalled}


@pytest.mark.hazard("H-14")
def test_any_other_high_flag_is_answered_before_a_sedative(session: Any) -> None:
    nurse = licensed("omar", "sedation")
    actions.symptom(session=session, code="chest_pain", grade=1, by=nurse, at=AT_TEN + minutes(8))

    with pytest.raises(actions.AdjunctRefused, match="Not answered yet") as refusal:
        given(session, "midazolam_distress", "1", by=nurse, confirmed=True)
    settle(session)
    given(session, "midazolam_distress", "1", by=nurse, confirmed=True)

    assert gates(refusal) == {"held_by_flag"}


@pytest.mark.hazard("H-14")
def test_panic_and_high_pressure_never_hold_up_what_they_call_for(session: Any) -> None:
    nurse = licensed("omar", "sedation")
    actions.symptom(session=session, code="anxiety", grade=3, by=nurse, at=AT_TEN + minutes(8))
    actions.observe(
        session=session, values={**SINKING, "sys": 205, "dia": 121, "spo2": 97, "rr": 18, "sedation": 0, "hr": 88},
        by=nurse, at=AT_TEN + minutes(8), intended=False,
    )  # fmt: skip

    given(session, "labetalol_pressure", "5", by=nurse, confirmed=True)
    settle(session, 10)
    given(session, "midazolam_distress", "1", by=nurse, confirmed=True, minute=11)

    assert Adjunct.objects.count() == 2


def test_low_pressure_does_not_call_for_a_pressure_medicine(session: Any) -> None:
    sinking(session)

    faces = queries.chair(session, AT_TEN + minutes(10), by=member("dario")).orders
    verdict = next(one for one in faces if one.order.id == "labetalol_pressure").verdict

    assert "trigger_present" in {reason.gate for reason in verdict.reasons}


@pytest.mark.hazard("H-14")
def test_an_antiemetic_is_given_whatever_the_signs_say(session: Any) -> None:
    sinking(session)
    actions.call_help(session=session, by=member("nina"), at=AT_TEN + minutes(9))

    assert given(session).breach == ""


@pytest.mark.hazard("H-14")
def test_a_prescriber_at_the_chair_decides_once_and_it_stands_on_the_record(session: Any) -> None:
    nurse = licensed("omar", "sedation")
    sinking(session)
    actions.note(session=session, kind="prescriber_agrees", by=member("dario"), at=AT_TEN + minutes(9))

    row = given(session, "midazolam_distress", "1", by=nurse, confirmed=True)
    with pytest.raises(actions.AdjunctRefused):
        given(session, "midazolam_distress", "1", by=nurse, confirmed=True, minute=21)

    note = Event.objects.get(kind="note")
    assert note.detail == {"given_over_flags": True, "drug": str(row.code)}
    assert "A prescriber agrees to give it." in note.text
    assert not Flag.objects.filter(rule__startswith="breach:").exists()


@pytest.mark.hazard("H-14")
def test_a_prescriber_reads_on_the_face_what_stands_against_it(session: Any) -> None:
    sinking(session)

    orders = queries.chair(session, AT_TEN + minutes(10), by=member("dario")).orders
    face = next(one for one in orders if one.order.id == "midazolam_distress")

    assert face.verdict.permits
    assert [reason.gate for reason in face.against] == ["held_by_signs"]
    assert "Sedation -4" in face.against[0].sentence


@pytest.mark.hazard("H-14")
@pytest.mark.parametrize(("order", "dose"), [("midazolam_distress", "1"), ("labetalol_pressure", "5")])
def test_what_was_given_into_a_sinking_patient_is_saved_and_brought_to_the_prescriber(
    session: Any, order: str, dose: str
) -> None:
    sinking(session)

    row = given(session, order, dose, by=licensed("omar", "sedation"), confirmed=True, intended=False)

    flag = Flag.objects.get(rule="breach:held_by_signs")
    assert "held_by_signs" in row.breach
    assert (flag.level, flag.for_prescriber) == ("high", True)
    assert flag in queries.for_prescriber(session.site)
