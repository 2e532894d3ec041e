"""Consent: read, asked, answered, signed for one order, pinned to it, and taken back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from clearhead.clinic.consent import actions, queries, rendering
from clearhead.clinic.consent.models import Consent
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.models import Photo
from clearhead.clinic.plan import actions as plan
from clearhead.clinic.plan import queries as plans
from clearhead.clinic.plan.models import Session
from clearhead.clinic.schedule.models import Booking
from clearhead.medicine.evidence.wording import forbidden_wording
from clearhead.medicine.protocols import loader
from tests import builders
from tests.cast import AT_TEN, PIN, member, mesa, petra
from tests.clinic.plan import house
from tests.pictures import jpeg

pytestmark = pytest.mark.django_db
BORN = date(1984, 3, 14)
TAUGHT = dict.fromkeys(queries.TEACH_BACK, "I can say stop at any time; I may fall")


@pytest.fixture
def order():
    house.suitable()
    return house.signed()


def sign(order, at=AT_TEN, **changed):
    return actions.sign(
        **{
            "order": order,
            "typed_name": "Petra Lindqvist",
            "birth_date": BORN,
            "teach_back": TAUGHT,
            "choices": dict.fromkeys(queries.choices_asked(order), False),
            "read_sha256": queries.reading_of(order).sha256,
            "via": "link",
            "by": None,
            "at": at,
            **changed,
        }
    )


def refused(order, **changed):
    with pytest.raises(actions.ConsentRefused) as refusal:
        sign(order, **changed)
    assert not Consent.objects.exists()
    assert not Session.objects.exists()
    return {reason.gate for reason in refusal.value.verdict.blocking}


def test_the_text_says_what_this_order_says(order):
    text = queries.reading_of(order).parts[0][1]

    for words in (
        "not for migraine",
        "Ondansetron",
        "4 hours",
        f"{order.sessions}, {order.spacing}",
        "24 hours",
        "911",
        "USD",
    ):
        assert words in text
    assert "{" not in text


@pytest.mark.parametrize("protocol", loader.shipped_ids())
def test_the_texts_keep_the_wording_rules_for_every_shipped_protocol(protocol):
    house.suitable()
    order = house.signed()
    order.protocol_version, order.dose = builders.protocol_version(protocol), {}
    order.infusion_minutes = loader.shipped(protocol).dose.duration.plan_min
    order.height_cm, order.sex = Decimal(168), "female"

    reading = queries.reading_of(order)

    assert {words.text_id for words, _ in reading.parts} == {text.id for text in loader.shipped(protocol).consent.texts}
    for _words, text in reading.parts:
        assert forbidden_wording(text) == []


def test_signing_pins_the_order_and_books_the_agreed_series(order):
    starts = house.agreed(order)

    consent = sign(order)

    assert consent.order_sha256 == order.sha256
    assert consent.rendered_sha256 == rendering.sha256_of_text(consent.rendered)
    assert queries.current_consent(order, AT_TEN) == consent
    assert queries.current_consent(order.course, AT_TEN) == consent
    assert [one.booking.starts_at for one in plans.sessions_of(order)] == starts


def test_when_a_start_was_taken_meanwhile_the_consent_stands_and_nothing_is_booked(order):
    starts = house.agreed(order)
    from clearhead.clinic.schedule.models import Occupancy
    from clearhead.clinic.schedule.taking import patient_resource

    other = Booking.objects.create(
        site=mesa(), service=builders.service(mesa()), patient=petra(), starts_at=starts[1],
        ends_at=starts[1] + timedelta(hours=1), status="booked", created_at=AT_TEN,
    )  # fmt: skip
    taken = Occupancy.objects.create(
        booking=other, resource=patient_resource(petra()), phase="x", starts_at=starts[1], ends_at=other.ends_at
    )

    sign(order)

    assert queries.current_consent(order, AT_TEN) is not None
    assert not Session.objects.exists()
    taken.released_at = AT_TEN
    taken.save()
    assert len(actions.book_agreed(order=order, by=member("fern"), at=AT_TEN)) == order.sessions


def test_nothing_is_booked_without_consent(order):
    house.agreed(order)

    with pytest.raises(actions.ConsentRefused, match="has not consented"):
        actions.book_agreed(order=order, by=member("fern"), at=AT_TEN)

    assert not Booking.objects.exists()


def test_everything_asked_has_to_be_answered(order):
    assert "typed_name" in refused(order, typed_name="Petra")
    assert "birth_date" in refused(order, birth_date=date(1984, 3, 15))
    assert {"teach_back_stop"} == refused(order, teach_back=TAUGHT | {"stop": " "})
    assert {"choice_registry"} == refused(order, choices=dict.fromkeys(list(queries.choices_asked(order))[1:], True))
    assert {"text_as_read"} == refused(order, read_sha256="0" * 64)


def test_nobody_signs_over_an_open_question(order):
    asked = actions.ask(course=order.course, question="Does it hurt?", by=None, at=AT_TEN)
    assert refused(order) == {"questions_answered"}

    actions.answer(question=asked, answer="The needle does, a little.", by=member("nina"), at=AT_TEN)
    assert sign(order)
    assert [one.answer for one in queries.questions_of(order.course)] == ["The needle does, a little."]


def test_the_interpreter_is_named_where_one_is_needed(order):
    patient = order.course.patient
    patient.needs_interpreter = True
    patient.save()

    assert refused(order) == {"interpreter"}
    assert sign(order, interpreter="Ana Ruiz").interpreter == "Ana Ruiz"


def test_a_minor_signs_with_somebody(order):
    patient = order.course.patient
    patient.birth_date = date(2012, 1, 1)
    patient.save()

    assert refused(order, birth_date=date(2012, 1, 1)) == {"co_signature"}


def test_a_material_change_of_the_order_ends_the_consent_without_any_write(order):
    consent = sign(order)

    new = plan.sign_order(
        course=order.course,
        draft=replace(house.draft(), infusion_minutes=200),
        secret=PIN,
        by=member("dario"),
        at=AT_TEN + timedelta(minutes=5),
        corrects=order,
    )

    later = AT_TEN + timedelta(minutes=6)
    assert queries.current_consent(order, later) is None
    assert queries.current_consent(order.course, later) is None
    assert Consent.standing().filter(pk=consent.pk).exists()
    assert sign(new, at=later) == queries.current_consent(order.course, later)


def test_consent_is_asked_again_after_the_days_of_the_protocol(order):
    sign(order)
    days = plans.protocol_of(order).consent.reconsent_days

    assert queries.current_consent(order, AT_TEN + timedelta(days=days)) is not None
    assert queries.current_consent(order, AT_TEN + timedelta(days=days, minutes=1)) is None


def test_a_new_wording_asks_again(order, monkeypatch):
    sign(order)
    monkeypatch.setattr(
        queries,
        "wording_of",
        lambda text_id, language: replace(rendering.wording_of(text_id, language), version="another"),
    )

    assert queries.current_consent(order, AT_TEN) is None


def test_withdrawal_cancels_what_is_booked_and_frees_the_chairs(order):
    house.agreed(order)
    consent = sign(order)
    sessions = list(plans.sessions_of(order))

    actions.withdraw(consent=consent, reason="", via="link", by=None, at=AT_TEN + timedelta(hours=1))

    assert queries.current_consent(order, AT_TEN + timedelta(hours=2)) is None
    assert not plans.sessions_of(order).exists()
    for session in sessions:
        booking = Booking.objects.get(pk=session.booking.pk)
        assert booking.status == "cancelled"
        assert not booking.occupancies.filter(released_at__isnull=True).exists()


def test_withdrawal_while_a_session_is_under_way_calls_for_a_stop(order, monkeypatch):
    house.agreed(order)
    consent = sign(order)
    heard = []
    monkeypatch.setattr(actions, "react", lambda fact, **said: heard.append((fact, said["session"])))
    first = plans.sessions_of(order)[0]

    during = first.booking.starts_at + timedelta(hours=1)
    actions.withdraw(consent=consent, reason="enough", via="tablet", by=member("nina"), at=during)

    assert heard == [("consent withdrawn while running", first)]
    assert [one.pk for one in plans.sessions_of(order)] == [first.pk]


def test_withdrawing_twice_is_withdrawing(order):
    consent = sign(order)

    first = actions.withdraw(consent=consent, reason="", via="link", by=None, at=AT_TEN)
    again = actions.withdraw(consent=consent, reason="", via="link", by=None, at=AT_TEN)

    assert again == first


def test_who_withdrew_may_sign_again(order):
    actions.withdraw(consent=sign(order), reason="", via="link", by=None, at=AT_TEN)

    again = sign(order, at=AT_TEN + timedelta(minutes=1))

    assert queries.current_consent(order, AT_TEN + timedelta(minutes=2)) == again


def test_withdrawal_also_cancels_sessions_that_went_over_to_a_changed_order(order):
    house.agreed(order)
    consent = sign(order)
    new = plan.sign_order(
        course=order.course,
        draft=replace(house.draft(), infusion_minutes=200),
        secret=PIN,
        by=member("dario"),
        at=AT_TEN,
        corrects=order,
    )
    assert plans.sessions_of(new).count() == order.sessions

    actions.withdraw(consent=consent, reason="", via="link", by=None, at=AT_TEN)

    assert not plans.sessions_of(new).exists()


def test_a_no_to_the_photograph_takes_a_kept_one_out_of_the_record(order):
    people.keep_photo(patient=petra(), site=mesa(), data=jpeg(200, 300), by=member("fern"), at=AT_TEN)

    sign(order, choices={**dict.fromkeys(queries.choices_asked(order), False), "photo": True})
    assert Photo.objects.count() == 1

    sign(order, at=AT_TEN + timedelta(minutes=5))
    assert not Photo.objects.exists()
