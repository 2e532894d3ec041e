"""Go or no-go, the bag, the start: no way to a running pump around a gate."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from clearhead.clinic.consent import actions as consent
from clearhead.clinic.consent.queries import current_consent
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Bag, Check, Event, Flag, GoNoGo, Infusion, RateChange
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.people.models import Site
from tests.cast import AT_TEN, PIN, member
from tests.clinic.infusion import morning
from tests.clinic.infusion.room import minutes, second

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready():
    return morning.prepared(morning.booked())


def test_a_prepared_morning_goes_starts_and_runs(ready) -> None:
    signed = morning.go(ready)

    infusion = morning.start(ready, AT_TEN + minutes(5))

    row = RateChange.objects.get()
    assert signed.valid_until == AT_TEN + minutes(15)
    assert (infusion.weight_kg, row.pump_ml_per_h, row.second_person) == (Decimal("70.0"), Decimal("7"), member("omar"))
    assert queries.standing(ready, AT_TEN + minutes(6)).state == "running"
    assert Check.objects.count() == 2


@pytest.mark.parametrize(
    "gate",
    ["weight_today", "iv_access", "bag_checked", "fasting", "escort_reached", "prescriber_present", "readiness_check",
     "baseline_sets", "two_identifiers", "willing_today", "day_rescreen", "exam_done", "monitors_on"],
)  # fmt: skip
def test_without_one_gate_there_is_no_go(gate: str) -> None:
    session = morning.booked()
    if gate == "weight_today":  # the bag's checker compares the weight, so neither is there
        with pytest.raises(actions.ChairRefused, match="Weigh the patient first"):
            morning.prepared(session, without=gate)
    else:
        morning.prepared(session, without=gate)

    with pytest.raises(actions.StartRefused) as refusal:
        morning.go(session)

    assert gate in {reason.gate for reason in refusal.value.verdict.blocking}
    assert not GoNoGo.objects.exists()


def test_without_a_signed_go_or_with_an_old_one_nothing_starts(ready) -> None:
    with pytest.raises(actions.StartRefused, match="No signed go"):
        morning.start(ready)
    morning.go(ready)
    with pytest.raises(actions.StartRefused, match="too old"):
        morning.start(ready, AT_TEN + minutes(16))

    assert not Infusion.objects.exists()


def test_the_go_is_judged_again_inside_the_start(ready) -> None:
    morning.go(ready)
    actions.answer_gate(
        session=ready, gate="willing_today", value={"ok": False}, by=member("nina"), at=AT_TEN + minutes(1)
    )

    with pytest.raises(actions.StartRefused) as refusal:
        morning.start(ready, AT_TEN + minutes(2))

    assert "willing_today" in {reason.gate for reason in refusal.value.verdict.blocking}


def test_a_no_go_needs_a_reason_and_nothing_else() -> None:
    session = morning.booked()
    ask = {"session": session, "go": False, "secret": actions.Secret(PIN), "by": member("nina"), "at": AT_TEN}

    with pytest.raises(actions.StartRefused, match="says why"):
        actions.sign_go(**ask)
    row = actions.sign_go(**ask, reason="fever")

    assert (row.go, row.reason) == (False, "fever")


def test_a_wrong_secret_signs_nothing(ready) -> None:
    with pytest.raises(SignatureRefused):
        actions.sign_go(session=ready, go=True, secret=actions.Secret("0000"), by=member("nina"), at=AT_TEN)

    assert not GoNoGo.objects.exists()


def test_consent_taken_back_before_the_start_closes_the_gate(ready) -> None:
    morning.go(ready)
    consent.withdraw(consent=current_consent(ready.order, AT_TEN), reason="", via="desk", by=member("nina"), at=AT_TEN)

    with pytest.raises(actions.StartRefused) as refusal:
        morning.start(ready, AT_TEN + minutes(1))

    assert "consent_current" in {reason.gate for reason in refusal.value.verdict.blocking}


def test_consent_taken_back_while_it_runs_is_a_request_to_stop(ready) -> None:
    morning.go(ready)
    morning.start(ready)
    held = current_consent(ready.order, AT_TEN)
    consent.withdraw(consent=held, reason="", via="tablet", by=member("nina"), at=AT_TEN + minutes(40))

    assert Event.objects.filter(kind="consent_withdrawn").count() == 1
    assert Flag.objects.get(rule="consent_withdrawn").level == "high"
    view = queries.chair(ready, AT_TEN + minutes(41))
    assert view.stop.blocking[0].gate == "consent_withdrawn"
    assert view.running, "recording a withdrawal does not stop a pump; a person does"


@pytest.mark.parametrize(
    ("value", "unit", "gate"),
    [
        ("154", "kg", "weight_unit"),
        ("32", "kg", "weight_unit"),
        ("80", "kg", "weight_change"),
        ("176", "lb", "weight_change"),
    ],
)
def test_a_doubtful_weight_is_asked_about_and_can_be_confirmed(value: str, unit: str, gate: str) -> None:
    session = morning.booked()
    said = {"session": session, "value": Decimal(value), "unit": unit, "by": member("nina"), "at": AT_TEN}

    with pytest.raises(actions.ChairRefused) as refusal:
        actions.weigh(**said)
    actions.weigh(**said, confirmed=frozenset({gate}))

    assert [reason.gate for reason in refusal.value.verdict.blocking] == [gate]


def test_pounds_are_chosen_and_both_units_are_kept() -> None:
    session = morning.booked()

    row = actions.weigh(session=session, value=Decimal("154.3"), unit="lb", by=member("nina"), at=AT_TEN)

    assert row.value == {"ok": True, "kg": "70.0", "entered": "154.3", "unit": "lb"}


def test_a_bag_without_a_checker_is_prepared_only_where_the_site_works_single_handed() -> None:
    session = morning.booked()
    actions.weigh(session=session, value=Decimal("70"), unit="kg", by=member("nina"), at=AT_TEN)
    bag = {"session": session, "strength": 0, "lot": "K-1", "by": member("nina"), "at": AT_TEN}

    with pytest.raises(actions.ChairRefused, match="second person"):
        actions.prepare_bag(**bag, waited_s=600)
    Site.objects.filter(pk=session.site_id).update(single_handed=True)
    session.site.refresh_from_db()
    with pytest.raises(actions.ChairRefused, match="30 s left"):
        actions.prepare_bag(**bag, waited_s=30)
    row = actions.prepare_bag(**bag, waited_s=60)

    assert (row.single_handed, row.checked_by) == (True, None)


def test_an_expired_lot_and_a_wrong_reading_make_no_bag() -> None:
    session = morning.booked()
    actions.weigh(session=session, value=Decimal("70"), unit="kg", by=member("nina"), at=AT_TEN)
    bag = {"session": session, "strength": 0, "lot": "K-1", "by": member("nina"), "at": AT_TEN}

    with pytest.raises(actions.ChairRefused, match="expired"):
        actions.prepare_bag(**bag, expires_on=AT_TEN.date() - timedelta(days=1), second=second("7"))
    with pytest.raises(actions.ChairRefused, match="weight, mg/mL"):
        actions.prepare_bag(**bag, second=second("7", kg="71", mg_per_ml="10"))

    assert not Bag.objects.exists()


def test_a_red_rescreen_is_cleared_by_a_prescriber_only() -> None:
    session = morning.booked()
    said = {"session": session, "gate": "day_rescreen", "at": AT_TEN}
    actions.answer_gate(**said, value={"ok": False, "red": ["fever"]}, by=member("nina"))

    with pytest.raises(actions.ChairRefused, match="Only a prescriber"):
        actions.answer_gate(**said, value={"ok": True}, by=member("nina"))
    row = actions.answer_gate(**said, value={"ok": True}, by=member("dario"), note="37.2 on recheck")

    assert row.value == {"ok": True}


def test_one_infusion_per_patient_runs_at_a_time(ready) -> None:
    morning.go(ready)
    morning.start(ready)

    with pytest.raises(actions.ChairRefused, match="started already"):
        morning.start(ready, AT_TEN + minutes(1))

    assert Infusion.objects.count() == 1
