"""Preparation: escort, answers, and medicine lines that are drafts until signed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clearhead.clinic.assessment.models import Medication
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.plan import actions, queries
from clearhead.clinic.plan.models import MedicineLine, PreparationAnswer
from tests.cast import AT_TEN, LONG_AGO, PIN, member, petra
from tests.clinic.plan import house

pytestmark = pytest.mark.django_db


@pytest.fixture
def session():
    house.suitable()
    order = house.signed()
    house.agreed(order)
    return actions.book_series(order=order, by=member("fern"), at=AT_TEN)[0]


def takes(typed, ingredient=""):
    return Medication.objects.create(
        patient=petra(),
        typed=typed,
        ingredient_id=ingredient,
        kind="medicine",
        happened_at=LONG_AGO,
        recorded_at=LONG_AGO,
    )


def test_the_sheet_stands_in_clock_times_of_the_site(session):
    start = session.booking.starts_at

    by_kind = {item.kind: item for item in queries.sheet_of(session, AT_TEN).items}

    assert by_kind["last_light_meal"].at == start - timedelta(hours=6)
    assert by_kind["last_clear_drink"].at == start - timedelta(hours=2)
    local = start.astimezone(session.site.tz) - timedelta(hours=2)
    assert local.strftime("%H:%M") in by_kind["last_clear_drink"].sentence


def test_a_medicine_line_is_a_draft_until_a_prescriber_signs_it(session):
    takes("Lisinopril 10 mg", "lisinopril")
    drafted = queries.sheet_of(session, AT_TEN)
    assert [item.signed for item in drafted.medicines] == [False]
    assert "medicine_lines_signed" in {reason.gate for reason in drafted.verdict.blocking}
    assert "ask us" in queries.sheet_of(session, AT_TEN, for_patient=True).medicines[0].sentence

    lines = {"Lisinopril 10 mg": "Take it as usual with a sip of water."}
    with pytest.raises(SignatureRefused):
        actions.sign_medicine_lines(course=session.course, lines=lines, secret="0000", by=member("dario"), at=AT_TEN)
    assert not MedicineLine.objects.exists()
    actions.sign_medicine_lines(course=session.course, lines=lines, secret=PIN, by=member("dario"), at=AT_TEN)

    signed = queries.sheet_of(session, AT_TEN)
    assert signed.medicines[0].signed
    assert "sip of water" in signed.medicines[0].sentence
    assert "medicine_lines_signed" not in {reason.gate for reason in signed.verdict.blocking}


def test_a_medicine_nobody_recognised_says_ask_us(session):
    takes("Grandmother's drops")

    assert "ask us" in queries.sheet_of(session, AT_TEN).medicines[0].sentence


def test_another_escort_has_to_be_reached_anew(session):
    named = {"session": session, "may_be_told": False, "by": None, "at": AT_TEN}
    actions.name_escort(name="Ben", phone="555 1", **named)
    actions.escort_reached(session=session, reached_at=AT_TEN, by=member("fern"), at=AT_TEN)
    assert queries.escort_of(session).reached_at == AT_TEN

    actions.name_escort(name="Cara", phone="555 2", **named)

    assert queries.escort_of(session).name == "Cara"
    assert queries.escort_of(session).reached_at is None


def test_a_later_answer_replaces_the_earlier_one(session):
    for value in ("yes", "no"):
        actions.answer_preparation(session=session, item="coming", value=value, via="link", by=None, at=AT_TEN)

    assert [row.value for row in PreparationAnswer.standing().filter(session=session)] == ["no"]
    assert PreparationAnswer.objects.count() == 2
