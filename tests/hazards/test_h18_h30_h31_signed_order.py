"""Orders without limits, consent that does not hold, an escort not reached, records altered, signatures forged."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.urls import reverse

from clearhead.clinic.audit.guards import lifted
from clearhead.clinic.consent import actions as consents
from clearhead.clinic.consent import queries as consent_queries
from clearhead.clinic.consent.models import Consent
from clearhead.clinic.people import doors, guard
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.people.models import Signature
from clearhead.clinic.plan import actions, queries
from clearhead.clinic.plan.models import Order, Session
from clearhead.clinic.schedule.models import Booking
from tests.cast import AT_TEN, PIN, member, olga, petra
from tests.clinic.plan import house

pytestmark = pytest.mark.django_db
BORN = date(1984, 3, 14)


@pytest.fixture
def order():
    house.suitable()
    return house.signed()


def consent_to(order, at=AT_TEN, **changed):
    said = {
        "typed_name": "Petra Lindqvist",
        "birth_date": BORN,
        "teach_back": dict.fromkeys(consent_queries.TEACH_BACK, "I may stop at any time"),
        "choices": dict.fromkeys(consent_queries.choices_asked(order), False),
        "read_sha256": consent_queries.reading_of(order).sha256,
    }
    return consents.sign(order=order, via="link", by=None, at=at, **(said | changed))


@pytest.mark.hazard("H-04")
@pytest.mark.parametrize("limit", ["max_rate_mg_per_kg_h", "max_session_mg", "max_session_mg_per_kg"])
@pytest.mark.parametrize("nothing", [None, Decimal(0)])
def test_an_order_with_a_limit_missing_cannot_be_signed(limit, nothing):
    house.suitable()

    with pytest.raises(actions.OrderRefused, match="without limits cannot be signed"):
        house.signed(**{limit: nothing})

    assert not Order.objects.exists()
    assert not Signature.objects.filter(meaning="infusion order").exists()


@pytest.mark.hazard("H-04")
def test_an_order_with_an_empty_dose_number_cannot_be_signed():
    house.suitable()
    dose = dict(house.draft().dose) | {"start_rate_mg_per_kg_h": Decimal(0)}

    with pytest.raises(actions.OrderRefused, match="No number: start_rate_mg_per_kg_h"):
        house.signed(dose=dose, reasons={"all": "start later"})


@pytest.mark.hazard("H-04")
def test_the_database_itself_keeps_no_order_without_limits(order):
    row = Order.objects.get(pk=order.pk)
    row.pk, row.id, row.code, row.max_session_mg = None, None, "6f0a0c0e-0000-4000-8000-000000000001", Decimal(0)
    row.signature = Signature.objects.create(
        signer=member("dario"), site=row.site, meaning="x", subject_code="x", sha256="0" * 64, reauth_at=AT_TEN,
        signed_at=AT_TEN,
    )  # fmt: skip

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.hazard("H-18")
def test_there_is_no_consent_when_it_was_skipped_is_too_old_was_withdrawn_or_is_for_another_order(order):
    assert consent_queries.current_consent(order, AT_TEN) is None

    consent = consent_to(order)
    days = queries.protocol_of(order).consent.reconsent_days
    assert consent_queries.current_consent(order, AT_TEN) == consent
    assert consent_queries.current_consent(order, AT_TEN + timedelta(days=days + 1)) is None

    changed = actions.sign_order(
        course=order.course,
        draft=replace(house.draft(), infusion_minutes=200),
        secret=PIN,
        by=member("dario"),
        at=AT_TEN,
        corrects=order,
    )
    assert consent_queries.current_consent(order, AT_TEN) is None
    assert consent_queries.current_consent(changed, AT_TEN) is None

    again = consent_to(changed)
    consents.withdraw(consent=again, reason="", via="link", by=None, at=AT_TEN)
    assert consent_queries.current_consent(changed, AT_TEN) is None


@pytest.mark.hazard("H-18")
def test_without_consent_no_session_can_be_booked_by_anyone(order):
    house.agreed(order)

    for who in ("fern", "nina", "dario", "maya"):
        with pytest.raises(consents.ConsentRefused):
            consents.book_agreed(order=order, by=member(who), at=AT_TEN)

    assert not Session.objects.exists()
    assert not Booking.objects.exists()


@pytest.mark.hazard("H-19")
def test_the_preparation_is_not_ready_before_an_adult_is_named_and_a_new_name_is_not_yet_reached(order):
    house.agreed(order)
    consent_to(order)
    session = queries.sessions_of(order)[0]
    assert "escort_named" in {reason.gate for reason in queries.sheet_of(session, AT_TEN).verdict.blocking}

    said = {"session": session, "may_be_told": True, "by": None, "at": AT_TEN}
    actions.name_escort(name="Ben", phone="555 1", **said)
    actions.escort_reached(session=session, reached_at=AT_TEN, by=member("fern"), at=AT_TEN)
    actions.name_escort(name="Cara", phone="555 2", **said)

    assert "escort_named" not in {reason.gate for reason in queries.sheet_of(session, AT_TEN).verdict.blocking}
    assert queries.escort_of(session).reached_at is None


@pytest.mark.hazard("H-30")
@pytest.mark.parametrize("column", ["max_session_mg", "infusion_minutes", "sessions", "weight_kg"])
def test_a_signed_order_cannot_be_changed_and_a_change_behind_the_database_is_seen(order, column):
    with pytest.raises(DatabaseError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(**{column: 200})
    assert queries.is_intact(Order.objects.get(pk=order.pk))

    with lifted(connection):
        Order.objects.filter(pk=order.pk).update(**{column: 200})

    altered = Order.objects.get(pk=order.pk)
    assert not queries.is_intact(altered)
    with pytest.raises(consents.ConsentRefused, match="does not read as it was signed"):
        consent_to(altered)


@pytest.mark.hazard("H-30")
def test_a_consent_whose_text_was_altered_no_longer_counts(order):
    consent = consent_to(order)

    with lifted(connection):
        Consent.objects.filter(pk=consent.pk).update(rendered=consent.rendered.replace("140 mg", "900 mg"))

    assert consent_queries.current_consent(order, AT_TEN) is None


@pytest.mark.hazard("H-31")
def test_nobody_signs_an_order_with_another_persons_secret_or_from_outside(order):
    fresh = Order.objects.count()
    draft = replace(house.draft(), infusion_minutes=200)
    said = {"course": order.course, "draft": draft, "at": AT_TEN, "corrects": order}

    with pytest.raises(SignatureRefused):
        actions.sign_order(by=member("dario"), secret="1357", **said)
    with pytest.raises(actions.OrderRefused, match="Only a prescriber of this site"):
        actions.sign_order(by=olga(), secret=PIN, **said)

    assert Order.objects.count() == fresh


@pytest.mark.hazard("H-31")
def test_a_patient_cannot_reach_a_staff_signature_by_request(client, order):
    client.force_login(petra().user)
    token = {guard.FIELD: guard.token(petra())}

    for name, row in (("plan-order", order.course), ("plan-medicines", order.course), ("consent-tablet", order)):
        assert client.post(reverse(name, args=[row.code]), token).status_code == 403

    assert Order.objects.count() == 1


@pytest.mark.hazard("H-31")
def test_whoever_holds_the_link_but_is_not_the_patient_cannot_sign(client, order):
    _link, token = doors.make_link(
        purpose="consent",
        subject_code=order.code,
        patient=petra(),
        site=order.site,
        at=AT_TEN,
        lasts=timedelta(days=4000),
    )
    page = reverse("consent-link", args=[token])
    said = {f"teach_{item}": "I may stop" for item in consent_queries.TEACH_BACK}
    said |= {f"choice_{name}": "no" for name in consent_queries.choices_asked(order)}
    said |= {"which": "sign", "read_sha256": consent_queries.reading_of(order).sha256}

    stranger = client.post(page, {**said, "typed_name": "Petra Lindqvist", "birth_date": "1990-01-01"})
    assert stranger.status_code == 422
    assert not Consent.objects.exists()

    herself = client.post(page, {**said, "typed_name": "petra  lindqvist", "birth_date": "1984-03-14"})
    assert herself.status_code == 303
    assert Consent.objects.get().recorded_by is None


@pytest.mark.hazard("H-31")
def test_a_captured_signing_request_sent_again_signs_nothing_new(client, order):
    from uuid import uuid4

    ids = uuid4()
    first = consent_to(order, client_id=ids)

    assert consent_to(order, client_id=ids) == first
    assert Consent.objects.count() == 1
