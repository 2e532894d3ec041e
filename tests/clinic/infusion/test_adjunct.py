"""Drugs beside the infusion: only from signed orders, one confirm face, their cap, their spacing, their re-check."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from clearhead.clinic.assessment.models import Allergy
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Adjunct, Flag
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
