"""The pump: what may be intended, what has happened, what never needs to be asked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearhead.clinic.infusion import actions
from clearhead.clinic.infusion.models import Bolus, Check, Flag, Infusion, RateChange
from clearhead.clinic.infusion.queries.doses import account_of, dose_rows, doses_of
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.said import words
from tests.cast import AT_TEN, PIN, member
from tests.clinic.infusion.room import fresh, looked, minutes, running, second

pytestmark = pytest.mark.django_db


def gates(refusal: pytest.ExceptionInfo) -> set[str]:
    return {reason.gate for reason in refusal.value.verdict.blocking}


def test_a_step_up_is_charted_with_what_the_pump_shows() -> None:
    session, later = running(), AT_TEN + minutes(25)
    looked(session, later)

    row = actions.change_rate(
        session=session, value=Decimal("0.15"), unit="mg/kg/h", by=member("nina"), at=later, ask=fresh(session)
    )

    assert row.pump_ml_per_h == Decimal("10.5")
    assert (row.entered_value, row.entered_unit, row.intended, row.breach) == (Decimal("0.15"), "mg/kg/h", True, "")
    assert Infusion.objects.get().last_fact == 1


def test_a_step_before_its_interval_is_refused_and_leaves_no_row() -> None:
    session = running()
    looked(session, AT_TEN + minutes(10))

    with pytest.raises(actions.RateRefused) as refusal:
        actions.change_rate(
            session=session, value=Decimal("10.5"), unit="mL/h", by=member("nina"), at=AT_TEN + minutes(12),
            ask=fresh(session),
        )  # fmt: skip

    assert gates(refusal) == {"step_interval"}
    assert RateChange.objects.count() == 1


def test_the_same_step_that_has_happened_is_saved_flagged_and_brought_to_the_prescriber() -> None:
    session = running()

    row = actions.change_rate(
        session=session, value=Decimal("10.5"), unit="mL/h", by=member("nina"), at=AT_TEN + minutes(12), intended=False
    )

    assert "step_interval" in row.breach
    assert "step_interval" not in words(row, protocol_of(row.session)), "the nurse reads its sentence"
    flag = Flag.objects.get()
    assert (flag.level, flag.for_prescriber, flag.rule) == ("high", True, "breach:step_interval")


def test_a_rate_far_above_every_limit_is_told_by_its_hard_limit_and_not_by_the_range_of_the_pump() -> None:
    session = running()

    row = actions.change_rate(
        session=session, value=Decimal(280), unit="mL/h", by=member("nina"), at=AT_TEN + minutes(30), intended=False
    )

    assert {"hard_rate", "session_total", "pump_range"} <= {reason["gate"] for reason in row.verdict["reasons"]}
    flag = Flag.objects.get(rule__startswith="breach:")
    assert (flag.rule, flag.level) == ("breach:hard_rate", "high")
    assert "280 mg/h is above the hard limit: at most 0.5 mg/kg/h (35 mg/h here)." in flag.sentence
    also = flag.sentence.partition("Also not as planned: ")[2]
    assert "Total" in also
    assert also.endswith("Pump.")


def test_a_time_set_back_says_that_it_has_happened() -> None:
    session = running()
    looked(session, AT_TEN + minutes(25))

    row = actions.change_rate(
        session=session, value=Decimal("10.5"), unit="mL/h", by=member("nina"), at=AT_TEN + minutes(30),
        happened_at=AT_TEN + minutes(26), ask=fresh(session),
    )  # fmt: skip

    assert (row.intended, row.happened_at, row.recorded_at) == (False, AT_TEN + minutes(26), AT_TEN + minutes(30))
    assert not Flag.objects.exists()


def test_a_decrease_needs_no_fresh_screen_no_reason_no_second_person() -> None:
    session = running()

    row = actions.change_rate(
        session=session, value=Decimal("3.5"), unit="mL/h", by=member("nina"), at=AT_TEN + minutes(3),
        ask=actions.Ask(seen="0-0-0"),
    )  # fmt: skip

    assert row.pump_ml_per_h == Decimal("3.5")


def test_an_increase_from_a_stale_screen_is_asked_again() -> None:
    session = running()
    old = fresh(session)
    actions.change_rate(
        session=session, value=Decimal("3.5"), unit="mL/h", by=member("omar"), at=AT_TEN + minutes(5), ask=old
    )

    with pytest.raises(actions.RateRefused) as refusal:
        actions.change_rate(
            session=session, value=Decimal("7"), unit="mL/h", by=member("nina"), at=AT_TEN + minutes(26), ask=old
        )

    assert "stale" in gates(refusal)


@pytest.mark.parametrize(("read", "rules"), [("14", set()), ("41", {"second_reading"})])
def test_a_second_person_counts_as_well_when_the_time_was_set_back(read: str, rules: set[str]) -> None:
    session, at = running(), AT_TEN + minutes(30)
    said = fresh(session, confirmed=frozenset({"off_the_order", "step_size"}), second=second(read))

    row = actions.change_rate(
        session=session, value=Decimal("14"), unit="mL/h", by=member("nina"), at=at, happened_at=at - minutes(3),
        ask=said,
    )  # fmt: skip

    assert row.second_person == (None if rules else member("omar"))
    assert Check.objects.count() == (0 if rules else 1)
    found = set(Flag.objects.values_list("rule", flat=True))
    assert rules <= found
    assert "breach:second_check" not in found


def test_a_bolus_charted_afterwards_keeps_its_second_person() -> None:
    session, at = running(), AT_TEN + minutes(30)

    row = actions.bolus(
        session=session, mg=Decimal(5), by=member("nina"), at=at, happened_at=at - minutes(3),
        ask=fresh(session, second=second("7"), confirmed=frozenset({"bolus=5"})),
    )  # fmt: skip

    assert row.second_person == member("omar")


def test_an_increase_above_the_threshold_needs_a_second_person_who_reads_the_same() -> None:
    session = running()
    ask = {
        "session": session,
        "value": Decimal("14"),
        "unit": "mL/h",
        "by": member("dario"),
        "at": AT_TEN + minutes(25),
    }
    confirmed = frozenset({"off_the_order", "times_ten"})

    with pytest.raises(actions.RateRefused) as alone:
        actions.change_rate(**ask, ask=fresh(session, confirmed=confirmed))
    with pytest.raises(actions.ChairRefused) as differs:
        actions.change_rate(**ask, ask=fresh(session, confirmed=confirmed, second=second("41")))
    row = actions.change_rate(**ask, ask=fresh(session, confirmed=confirmed, second=second("14")))

    assert gates(alone) == {"second_check"}
    assert "mL/h" in str(differs.value)
    assert "14" not in str(differs.value)
    assert row.second_person == member("omar")
    assert Check.objects.get().checker == member("omar")


@pytest.mark.parametrize(
    ("checker", "pin", "word"), [("dario", PIN, "themselves"), ("omar", "9999", "PIN"), ("fern", PIN, "no clinician")]
)
def test_nobody_checks_themselves_or_with_a_wrong_pin_or_without_a_licence(checker: str, pin: str, word: str) -> None:
    session = running()

    with pytest.raises(actions.ChairRefused) as refusal:
        actions.change_rate(
            session=session, value=Decimal("14"), unit="mL/h", by=member("dario"), at=AT_TEN + minutes(25),
            ask=fresh(session, confirmed=frozenset({"off_the_order"}), second=second("14", checker=checker, pin=pin)),
        )  # fmt: skip

    assert word in str(refusal.value)
    assert not Check.objects.exists()


def test_pause_and_resume_are_explicit_and_give_nothing_between() -> None:
    session = running()
    nina = member("nina")
    actions.pause(session=session, by=nina, at=AT_TEN + minutes(30))
    actions.resume(session=session, by=nina, at=AT_TEN + minutes(40), ask=fresh(session))

    given = account_of(session, AT_TEN + minutes(70))

    assert given.charted_mg == 7
    assert given.paused_min == 10
    assert doses_of(session, AT_TEN + minutes(70)).total_mg == pytest.approx(7)


def test_after_an_end_nothing_is_intended_any_more_but_what_runs_is_recorded() -> None:
    session, nina = running(), member("nina")
    actions.end(session=session, by=nina, at=AT_TEN + minutes(60))

    with pytest.raises(actions.RateRefused) as refusal:
        actions.resume(session=session, by=nina, at=AT_TEN + minutes(61), ask=fresh(session))
    ended = Infusion.objects.get().ended_at
    actions.resume(session=session, by=nina, at=AT_TEN + minutes(62), intended=False)

    assert "stopped" in gates(refusal)
    assert ended == AT_TEN + minutes(60)
    assert Infusion.objects.get().ended_at is None
    assert Flag.objects.filter(rule="breach:stopped", for_prescriber=True).exists()


def test_a_bolus_is_refused_where_the_protocol_allows_none_and_saved_where_it_happened() -> None:
    session, dario = running(), member("dario")

    with pytest.raises(actions.RateRefused) as refusal:
        actions.bolus(session=session, mg=Decimal("10"), by=dario, at=AT_TEN + minutes(10), ask=fresh(session))
    given = {"mg": Decimal("10"), "by": dario, "at": AT_TEN + minutes(10), "intended": False}
    with pytest.raises(actions.ChairRefused, match=r"10 mg \(0.14 mg/kg\) at once: this protocol gives no bolus"):
        actions.bolus(session=session, **given)
    assert not Bolus.objects.exists()
    row = actions.bolus(session=session, **given, ask=actions.Ask(confirmed=frozenset({"bolus=10"})))

    assert "single_bolus" in gates(refusal)
    assert "single_bolus" in row.breach
    assert account_of(session, AT_TEN + minutes(10)).bolus_mg == 10


def test_the_marks_of_a_screen_change_with_every_dose_row() -> None:
    session = running()
    before = dose_rows(session).mark
    actions.flush(session=session, ml=Decimal("10"), by=member("nina"), at=AT_TEN + minutes(5), intended=False)

    assert dose_rows(session).mark != before


def test_an_outsider_may_do_nothing_and_a_time_in_the_future_is_refused() -> None:
    session = running()

    with pytest.raises(actions.RateRefused) as refusal:
        actions.change_rate(
            session=session, value=Decimal("10.5"), unit="mL/h", by=member("fern"), at=AT_TEN + minutes(25),
            ask=fresh(session),
        )  # fmt: skip
    with pytest.raises(actions.ChairRefused) as future:
        actions.pause(session=session, by=member("nina"), at=AT_TEN, happened_at=AT_TEN + minutes(6))

    assert "act_permitted" in gates(refusal)
    assert "future" in str(future.value)


def test_the_rate_that_runs_already_is_no_increase() -> None:
    session = running()

    row = actions.change_rate(session=session, value=Decimal(7), unit="mL/h", by=member("nina"), at=AT_TEN + minutes(4))

    assert (row.pump_ml_per_h, row.breach) == (Decimal(7), "")
