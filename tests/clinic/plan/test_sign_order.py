"""The prescriber's order: what may be signed, what may not, and what the signature stands for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from clearhead.clinic.assessment.models import Allergy, Measurement
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.plan import actions, drafts, queries
from clearhead.clinic.plan.models import Order, Session
from clearhead.clinic.policy import actions as policy
from clearhead.clinic.policy.queries import NoProtocol, protocol_of
from tests import builders
from tests.cast import AT_TEN, LONG_AGO, PIN, member, mesa, petra
from tests.clinic.plan import house

pytestmark = pytest.mark.django_db


def refused(**changed):
    """The gates that refuse this draft; no order was saved."""
    with pytest.raises(actions.OrderRefused) as refusal:
        house.signed(**changed)
    assert not Order.objects.exists()
    return {reason.gate for reason in refusal.value.verdict.blocking}


@pytest.mark.parametrize(
    "protocol", ["stepped-series", "short-total-dose", "neurology-gated", "tried-several", "prescriber-range"]
)
def test_the_protocols_own_plan_can_be_signed_in_its_own_dose_mode(protocol):
    house.suitable(protocol=protocol, protocol_version=builders.protocol_version(protocol))

    order = house.signed()

    assert order.dose_mode == protocol_of(order.protocol_version).dose.mode
    assert queries.is_intact(Order.objects.get(pk=order.pk))
    assert order.signature.signer == member("dario")
    assert queries.dose_mode_of(order) == protocol_of(order.protocol_version).dose


def test_no_order_without_a_decision():
    house.furnished()
    builders.adopt(mesa())

    assert refused() == {"decision_current"}


def test_no_order_on_an_expired_decision_or_an_unfavourable_one():
    house.suitable(expires_on=(AT_TEN - timedelta(days=1)).date())
    assert refused() == {"decision_current"}

    builders.decision(petra(), outcome="not_yet", at=AT_TEN - timedelta(days=1))
    assert refused() == {"decision_suitable"}


def test_no_order_under_a_protocol_that_is_only_selected():
    house.furnished()
    builders.decision(petra())
    policy.select(site=mesa(), version=builders.protocol_version(), by=None, at=LONG_AGO)

    assert refused() == {"protocol_adopted"}


def test_no_order_where_no_protocol_runs():
    builders.decision(petra())

    with pytest.raises(NoProtocol):
        house.draft()


def test_no_order_under_a_version_withdrawn_for_safety():
    house.suitable()
    version = builders.protocol_version()
    draft = house.draft()
    policy.withdraw(site=mesa(), version=version, for_safety=True, reason="x", secret=PIN, by=member("maya"), at=AT_TEN)
    policy.select(site=mesa(), version=version, by=None, at=AT_TEN)

    with pytest.raises(actions.OrderRefused) as refusal:
        actions.sign_order(course=house.course(), draft=draft, secret=PIN, by=member("dario"), at=AT_TEN)

    assert {"version_standing", "protocol_adopted"} <= {reason.gate for reason in refusal.value.verdict.blocking}


@pytest.mark.parametrize("who", ["nina", "maya", "farid", "fern"])
def test_only_a_prescriber_signs(who):
    course = house.suitable()

    with pytest.raises(actions.OrderRefused, match="Only a prescriber"):
        actions.sign_order(course=course, draft=house.draft(), secret=PIN, by=member(who), at=AT_TEN)

    assert not Order.objects.exists()


def test_a_wrong_pin_signs_nothing():
    course = house.suitable()

    with pytest.raises(SignatureRefused):
        actions.sign_order(course=course, draft=house.draft(), secret="9999", by=member("dario"), at=AT_TEN)

    assert not Order.objects.exists()


def test_an_old_weight_has_to_be_measured_again():
    house.suitable()

    assert refused(weight_measured_at=AT_TEN - timedelta(hours=25)) == {"weight_max_age"}
    assert refused(weight_measured_at=AT_TEN + timedelta(hours=1)) == {"weight_not_ahead"}


def test_a_dose_over_a_hard_cap_is_refused_whatever_reason_is_written():
    house.suitable()
    dose = dict(house.draft().dose) | {"highest_rate_mg_per_kg_h": Decimal("0.9")}

    assert "hard_rate" in refused(dose=dose, reasons={"all": "she tolerates it well"})


def test_what_differs_from_the_protocol_asks_for_a_reason_and_keeps_it():
    house.suitable()
    dose = dict(house.draft().dose) | {"start_rate_mg_per_kg_h": Decimal("0.03")}

    assert refused(dose=dose) == {"start_rate"}
    order = house.signed(dose=dose, reasons={"start_rate": "very light sedation at low doses"})

    assert [(one["gate"], one["reason"]) for one in order.deviations] == [
        ("start_rate", "very light sedation at low doses")
    ]


def test_limits_of_the_order_may_be_stricter_but_never_wider():
    house.suitable()

    assert "max_session_mg" in refused(max_session_mg=Decimal("500"))
    assert "session_total" in refused(max_session_mg=Decimal("40"))


def test_the_caps_of_a_year_count_what_was_given_before():
    house.suitable()

    assert {"year_sessions", "year_total", "course_total"} <= refused(sessions=40, reasons={"all": "long series"})


def test_a_drug_on_the_allergy_list_cannot_be_ordered():
    house.suitable()
    Allergy.objects.create(patient=petra(), substance="Ondansetron", happened_at=LONG_AGO, recorded_at=LONG_AGO)

    assert refused() == {"allergy"}
    without = tuple(one for one in house.draft().prn_orders if not one.startswith("ondansetron"))
    assert house.signed(prn_orders=without).prn_orders


@pytest.mark.parametrize("substance", ["Zofran", "5-HT3 blockers", "antiemetics"])
def test_a_brand_or_a_family_on_the_allergy_list_cannot_be_ordered(substance):
    house.suitable()
    Allergy.objects.create(patient=petra(), substance=substance, happened_at=LONG_AGO, recorded_at=LONG_AGO)

    assert refused() == {"allergy"}


def test_nothing_is_ordered_for_who_became_allergic_to_ketamine_after_the_decision():
    house.suitable()
    Allergy.objects.create(patient=petra(), substance="Ketalar", happened_at=LONG_AGO, recorded_at=LONG_AGO)

    assert refused() == {"ketamine_allergy"}


def test_standing_orders_are_written_out_in_full_for_this_patient():
    house.suitable()

    first = house.signed().prn_orders[0]

    assert {"dose", "unit", "route", "max_total", "who_gives", "recheck_min"} <= set(first)


def test_a_second_order_beside_an_unfinished_one_is_refused():
    house.suitable()
    house.signed()

    with pytest.raises(actions.OrderRefused, match="not finished"):
        house.signed()


def test_a_material_change_is_a_new_order_that_takes_over_the_booked_sessions():
    house.suitable()
    old = house.signed()
    house.agreed(old)
    booked = actions.book_series(order=old, by=member("fern"), at=AT_TEN)

    longer = replace(house.draft(), infusion_minutes=270)
    new = actions.sign_order(course=old.course, draft=longer, secret=PIN, by=member("dario"), at=AT_TEN, corrects=old)

    assert queries.current_order(old.course) == new
    assert not queries.is_current(old)
    assert new.sha256 != old.sha256
    moved = list(queries.sessions_of(new))
    assert [one.pk for one in moved] == [one.pk for one in booked]
    assert (moved[0].booking.ends_at - booked[0].booking.ends_at) == timedelta(minutes=30)


def test_fewer_sessions_cancel_the_last_ones_and_free_their_chairs():
    house.suitable()
    old = house.signed()
    house.agreed(old)
    actions.book_series(order=old, by=member("fern"), at=AT_TEN)

    new = actions.sign_order(
        course=old.course, draft=house.draft(sessions=2), secret=PIN, by=member("dario"), at=AT_TEN, corrects=old
    )

    assert [one.number for one in queries.sessions_of(new)] == [1, 2]
    gone = Session.objects.get(number=3)
    assert gone.cancelled_at == AT_TEN
    assert gone.booking.status == "cancelled"
    assert not gone.booking.occupancies.filter(released_at__isnull=True).exists()


def test_the_weight_that_is_dosed_on_stops_at_the_protocols_cap():
    house.suitable()

    order = house.signed(weight="140")

    assert order.weight_kg == 140
    assert queries.dosing_weight_kg(order) == protocol_of(order.protocol_version).weight.cap_kg
    assert order.max_session_mg <= protocol_of(order.protocol_version).caps.session_mg


def test_the_estimate_is_written_down_with_the_order():
    house.suitable()

    estimate = house.signed().estimate

    assert Decimal(estimate["total"]) == Decimal(estimate["per_session"]) * estimate["sessions"]


def test_a_number_reads_the_same_before_and_after_the_database():
    assert drafts.plain_decimal(Decimal("70.00")) == drafts.plain_decimal("70") == "70"


@pytest.mark.hazard("H-02")
def test_pounds_typed_as_the_weight_of_an_order_are_doubted_until_weighed_again():
    house.suitable()
    last = {"value": 74, "unit": "kg", "happened_at": AT_TEN - timedelta(days=9), "recorded_at": AT_TEN}
    Measurement.objects.create(patient=petra(), kind="weight", **last)

    assert refused(weight="163") == {"weight_doubt"}
    assert refused(weight="163", reasons={"all": "tolerates it well"}) == {"weight_doubt"}
    assert refused(weight="60") == {"weight_doubt"}

    order = house.signed(weight="163", reasons={"weight_doubt": "Weighed again: it is right"})
    assert [(one["gate"], one["reason"]) for one in order.deviations] == [
        ("weight_doubt", "Weighed again: it is right")
    ]
    assert "A number in lb may have been entered as kg" in order.deviations[0]["sentence"]


@pytest.mark.hazard("H-02")
def test_the_first_weight_of_an_order_is_held_against_what_adults_weigh():
    house.suitable()

    assert refused(weight="32") == {"weight_doubt"}
    assert refused(weight="70", height_cm=Decimal(230)) == {"weight_doubt"}
