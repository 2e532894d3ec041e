"""Taking an entry back: both rows stay, the total follows, the flag ends."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Flag, FlagAck, Infusion, Observation, RateChange
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import CALM, fresh, minutes, running, taken_back

pytestmark = pytest.mark.django_db
HIGH = {"sys": 165, "dia": 78, "hr": 74, "rr": 14, "spo2": 98, "sedation": 0}


def test_a_set_of_another_patient_is_taken_back_and_its_flag_ends() -> None:
    session, nina = running(), member("nina")
    row = actions.observe(session=session, values=HIGH, by=nina, at=AT_TEN + minutes(5))

    actions.strike(row=row, reason="read off the wrong monitor", by=nina, at=AT_TEN + minutes(6))

    assert Observation.objects.filter(phase="infusion").count() == 2
    assert not [one for one in queries.chair(session, AT_TEN + minutes(7)).observations if one.phase == "infusion"]
    assert FlagAck.objects.get(flag=Flag.objects.get()).done == "The value was corrected."


def test_a_dose_taken_back_moves_the_total_and_is_told_to_the_prescriber() -> None:
    session, nina = running(), member("nina")
    more = {"value": Decimal(10), "unit": "mg/h", "intended": False}
    row = actions.change_rate(session=session, by=nina, at=AT_TEN + minutes(30), **more)

    actions.strike(row=row, reason="typed at the wrong chair", by=nina, at=AT_TEN + minutes(31))

    assert queries.account_of(session, AT_TEN + minutes(60)).charted_mg == 7
    flag = Flag.objects.get(rule="struck_dose")
    assert flag.for_prescriber
    assert flag in queries.for_prescriber(session.site)


@pytest.mark.hazard("H-50")
@pytest.mark.parametrize("stopped", ["stop", "end"])
def test_the_end_of_an_infusion_is_not_taken_back(stopped: str) -> None:
    session, nina = running(), member("nina")
    getattr(actions, stopped)(session=session, by=nina, at=AT_TEN + minutes(30))
    row = RateChange.objects.get(kind="end")

    with pytest.raises(actions.ChairRefused, match="stays on the record"):
        actions.strike(row=row, reason="pressed at the wrong chair", by=nina, at=AT_TEN + minutes(31))

    assert queries.standing(session, AT_TEN + minutes(32)).state == "stopped"
    assert Infusion.objects.get().ended_at == AT_TEN + minutes(30)
    assert not [line for line in queries.record_of(session) if line.row == row and line.may_strike]


@pytest.mark.hazard("H-50")
@pytest.mark.parametrize("kind", ["pause", "change"])
def test_a_pause_or_a_decrease_is_not_taken_back_around_the_gate(kind: str) -> None:
    session, nina = running(), member("nina")
    if kind == "pause":
        row = actions.pause(session=session, by=nina, at=AT_TEN + minutes(10))
    else:
        less = {"value": Decimal("3.5"), "unit": "mg/h", "ask": fresh(session)}
        row = actions.change_rate(session=session, by=nina, at=AT_TEN + minutes(10), **less)

    with pytest.raises(actions.ChairRefused, match="run, or run faster"):
        actions.strike(row=row, reason="a mistake", by=nina, at=AT_TEN + minutes(12))

    assert RateChange.objects.count() == 2


@pytest.mark.parametrize("kind", ["pause", "change"])
def test_a_slip_at_a_running_pump_is_undone_at_once_and_a_pause_never(kind: str) -> None:
    session, nina = running(), member("nina")
    less = {"value": Decimal("3.5"), "unit": "mg/h", "ask": fresh(session)}
    said = {"session": session, "by": nina, "at": AT_TEN + minutes(10)}
    row = actions.pause(**said) if kind == "pause" else actions.change_rate(**said, **less)

    if kind == "pause":
        with pytest.raises(actions.ChairRefused, match="Resume it"):
            actions.strike(row=row, reason="slip", by=nina, at=AT_TEN + minutes(10.2))
    else:
        actions.strike(row=row, reason="slip", by=nina, at=AT_TEN + minutes(10.2))

    assert queries.chair(session, AT_TEN + minutes(11)).rate.mg_per_h == (0 if kind == "pause" else 7)


def test_a_pause_that_is_over_is_taken_back() -> None:
    session, nina = running(), member("nina")
    row = actions.pause(session=session, by=nina, at=AT_TEN + minutes(10))
    actions.resume(session=session, by=nina, at=AT_TEN + minutes(20), intended=False)

    taken_back(row, "it never stood still", AT_TEN + minutes(21))

    assert queries.account_of(session, AT_TEN + minutes(60)).charted_mg == 7


def test_the_only_setting_is_taken_back_after_the_end() -> None:
    session, nina = running(), member("nina")
    start = RateChange.objects.get()

    with pytest.raises(actions.ChairRefused, match="End the infusion"):
        actions.strike(row=start, reason="another patient", by=nina, at=AT_TEN + minutes(1))
    actions.stop(session=session, by=nina, at=AT_TEN + minutes(2))
    taken_back(start, "another patient", AT_TEN + minutes(3))

    assert queries.account_of(session, AT_TEN + minutes(60)).charted_mg == 0
    assert queries.standing(session, AT_TEN + minutes(60)).state == "stopped"


def test_a_grade_tapped_by_mistake_takes_its_flag_with_it() -> None:
    session, nina = running(), member("nina")
    actions.symptom(session=session, code="chest_pain", grade=1, by=nina, at=AT_TEN + minutes(10))
    row = actions.symptom(session=session, code="nausea", grade=3, by=nina, at=AT_TEN + minutes(30))

    actions.strike(row=row, reason="wrong line", by=nina, at=AT_TEN + minutes(31))

    assert [flag.rule for flag in queries.open_flags(session)] == ["symptom:chest_pain"]
    assert FlagAck.objects.get().done == "The entry was taken back."


def test_an_over_tapped_by_mistake_leaves_the_symptom_flagged() -> None:
    session, nina = running(), member("nina")
    actions.symptom(session=session, code="chest_pain", grade=3, by=nina, at=AT_TEN + minutes(30))
    over = actions.symptom(session=session, code="chest_pain", grade=0, by=nina, at=AT_TEN + minutes(32))

    actions.strike(row=over, reason="wrong line", by=nina, at=AT_TEN + minutes(33))

    flag = queries.open_flags(session)[0]
    assert (flag.level, flag.happened_at) == ("high", AT_TEN + minutes(30))


def test_a_flag_that_a_person_called_over_is_not_raised_again_by_an_older_grade() -> None:
    session, nina = running(), member("nina")
    actions.symptom(session=session, code="chest_pain", grade=3, by=nina, at=AT_TEN + minutes(30))
    flag = queries.open_flags(session)[0]
    actions.acknowledge(session=session, flag=flag, done="seen", cleared=True, by=nina, at=AT_TEN + minutes(32))

    earlier = {"at": AT_TEN + minutes(40), "happened_at": AT_TEN + minutes(20)}
    actions.symptom(session=session, code="chest_pain", grade=2, by=nina, **earlier)
    seen = queries.open_flags(session)
    actions.symptom(session=session, code="chest_pain", grade=3, by=nina, at=AT_TEN + minutes(50))

    assert not seen
    assert [one.happened_at for one in queries.open_flags(session)] == [AT_TEN + minutes(50)]


def test_a_stop_stays_and_nothing_is_taken_back_twice_or_without_a_reason() -> None:
    session, nina = running(), member("nina")
    stop = actions.stop(session=session, by=nina, at=AT_TEN + minutes(30))
    start = RateChange.objects.get(kind="start")

    for row, reason in ((stop, "a mistake"), (start, " ")):
        with pytest.raises(actions.ChairRefused):
            actions.strike(row=row, reason=reason, by=nina, at=AT_TEN + minutes(31))
    taken_back(start, "wrong time", AT_TEN + minutes(31))
    with pytest.raises(actions.ChairRefused, match="corrected already"):
        actions.strike(row=start, reason="again", by=nina, at=AT_TEN + minutes(32))


def test_every_line_of_the_record_says_who_when_and_what() -> None:
    session, nina = running(), member("nina")
    row = actions.observe(session=session, values=HIGH, by=nina, at=AT_TEN + minutes(5))
    actions.strike(row=row, reason="wrong monitor", by=nina, at=AT_TEN + minutes(6))

    lines = queries.record_of(session)

    assert [line.happened_at for line in lines] == sorted(line.happened_at for line in lines)
    assert sum(1 for line in lines if line.corrected and line.kind == "set") == 2
    assert all(line.words for line in lines)


def test_without_resting_sets_the_limits_against_them_are_said_to_stand_still_and_a_step_up_asks() -> None:
    session, nina = running(), member("nina")
    first, second = Observation.objects.filter(phase="baseline")

    actions.strike(row=first, reason="another patient", by=nina, at=AT_TEN + minutes(3))
    assert not Flag.objects.exists()
    actions.strike(row=second, reason="another patient", by=nina, at=AT_TEN + minutes(3))

    flag = Flag.objects.get()
    assert (flag.rule, flag.level) == ("no_baseline", "medium")
    assert "No resting baseline for: " in flag.sentence
    actions.observe(session=session, values={**HIGH, "sys": 122}, by=nina, at=AT_TEN + minutes(20))
    with pytest.raises(actions.ChairRefused, match="1 flag is still open here"):
        actions.change_rate(
            session=session, value=Decimal("10.5"), unit="mL/h", by=nina, at=AT_TEN + minutes(25), ask=fresh(session)
        )


@pytest.mark.parametrize("long", [False, True])
def test_why_an_entry_was_taken_back_stays_beside_it_on_the_record_and_on_paper(long: bool) -> None:
    session, nina = running(), member("nina")
    why = "cuff on the wrong arm" + " and far too small" * (40 if long else 0)
    values = {**CALM, "hr": 91}
    row = actions.observe(session=session, values=values, by=nina, at=AT_TEN + minutes(10))

    over = actions.strike(row=row, reason=why, by=nina, at=AT_TEN + minutes(11))

    lines = {line.row.code: line for line in queries.record_of(session)}
    assert lines[over.code].why == f"Taken back: {why}"
    assert lines[row.code].why == ""
    client = Client()
    client.force_login(nina)
    for path in ("record/", "print/"):
        assert why in client.get(f"/infusion/{session.code}/{path}").content.decode()
    transfer = client.get(f"/infusion/{session.code}/transfer/").content.decode()
    assert "Taken back" not in transfer, "what is taken back does not matter to the crew"
