"""STOP, help, the emergency's lines, and the pump seen stopped."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.actions import Secret
from clearhead.clinic.infusion.models import Event, Flag, Infusion, PumpReading, RateChange
from clearhead.clinic.plan.models import SessionSummary
from tests.cast import AT_TEN, PIN, member
from tests.clinic.infusion.queue import entry, send
from tests.clinic.infusion.room import fresh, minutes, running, visit

pytestmark = pytest.mark.django_db
LATER = AT_TEN + minutes(30)


@pytest.mark.parametrize("state", ["preparing", "running", "paused", "stopped", "closed"])
def test_stop_is_taken_in_every_state(state: str) -> None:
    session, nina = (visit() if state == "preparing" else running()), member("nina")
    if state == "paused":
        actions.pause(session=session, by=nina, at=AT_TEN + minutes(10))
    if state in {"stopped", "closed"}:
        actions.end(session=session, by=nina, at=AT_TEN + minutes(10))
    if state == "closed":
        actions.pump_seen_stopped(session=session, by=nina, at=AT_TEN + minutes(11), pump_ml=Decimal("1.2"))
        actions.close_drug(
            session=session,
            wasted_mg=Decimal("236.8"),
            left_mg=Decimal("12"),
            by=nina,
            at=AT_TEN + minutes(12),
            witness=member("omar"),
            witness_secret=Secret(PIN),
        )
        actions.close(session=session, by=nina, at=AT_TEN + minutes(13))

    row = actions.stop(session=session, by=nina, at=LATER)

    assert row.kind == "stop"
    ends = RateChange.objects.filter(kind="end").count()
    assert ends == (0 if state == "preparing" else 1)


@pytest.mark.hazard("H-51")
def test_what_was_seen_before_a_stop_says_nothing_about_the_pump_after_it() -> None:
    session, nina = running(), member("nina")
    actions.end(session=session, by=nina, at=LATER)
    actions.pump_seen_stopped(session=session, by=nina, at=LATER + minutes(1), pump_ml=Decimal("3.5"))
    assert queries.standing(session, LATER + minutes(2)).pump_confirmed

    actions.stop(session=session, by=nina, at=LATER + minutes(3))  # it was found running again
    again = queries.standing(session, LATER + minutes(4))
    assert (again.pump_confirmed, again.pump_read) == (False, False)

    actions.pump_seen_stopped(session=session, by=nina, at=LATER + minutes(5), pump_ml=Decimal("4"))
    assert queries.standing(session, LATER + minutes(6)).pump_confirmed


def test_an_end_charted_after_a_stop_asks_for_no_new_look() -> None:
    session, nina = running(), member("nina")
    actions.stop(session=session, by=nina, at=LATER)
    actions.pump_seen_stopped(session=session, by=nina, at=LATER + minutes(1), pump_ml=Decimal("3.5"))

    actions.end(session=session, by=nina, at=LATER + minutes(2))

    assert queries.standing(session, LATER + minutes(3)).pump_confirmed


def test_the_same_id_with_other_content_is_kept_under_a_new_one() -> None:
    session, same = running(), uuid.uuid4()

    first = actions.stop(session=session, by=member("nina"), at=LATER, client_id=same)
    again = actions.stop(session=session, by=member("nina"), at=LATER, client_id=same)
    other = actions.stop(session=session, by=member("omar"), at=LATER, reason="pale", client_id=same)

    assert first == again
    assert other.detail == {"conflicting_id": str(same)}
    assert Event.objects.filter(kind="stop").count() == 2


def test_a_stop_that_arrives_late_ends_the_dose_when_it_happened() -> None:
    session, nina = running(), member("nina")
    actions.end(session=session, by=nina, at=AT_TEN + minutes(50))

    actions.stop(session=session, by=nina, at=AT_TEN + minutes(55), happened_at=AT_TEN + minutes(30))
    actions.stop(session=session, by=None, at=AT_TEN + minutes(56), happened_at=AT_TEN - minutes(600))

    assert queries.account_of(session, AT_TEN + minutes(60)).charted_mg * 2 == 7
    assert Event.objects.filter(kind="stop").latest("pk").happened_at == AT_TEN + minutes(56)


@pytest.mark.hazard("H-51")
def test_a_pump_seen_stopped_while_the_record_says_running_gives_nothing_from_then_on() -> None:
    session, nina = running(), member("nina")

    actions.pump_seen_stopped(session=session, by=nina, at=LATER, pump_ml=Decimal("3.5"))
    actions.pump_seen_stopped(session=session, by=nina, at=LATER + minutes(1))

    assert queries.standing(session, LATER + minutes(2)).state == "paused"
    assert queries.account_of(session, LATER + minutes(60)).charted_mg * 2 == 7
    row = RateChange.objects.get(kind="pause")
    assert (row.intended, row.happened_at) == (False, LATER)


@pytest.mark.hazard("H-03")
def test_ml_ten_times_the_charted_ones_are_asked_about_and_the_sighting_is_kept() -> None:
    session, nina = running(), member("nina")
    actions.stop(session=session, by=nina, at=LATER)
    ask = "3.5 mL expected by the chart; 35 mL: is that right?"

    row = actions.pump_seen_stopped(session=session, by=nina, at=LATER + minutes(1), pump_ml=Decimal("35"))
    stands = queries.standing(session, LATER + minutes(2))
    with pytest.raises(actions.ChairRefused, match="is that right"):
        actions.read_pump(session=session, pump_ml=Decimal("35"), by=nina, at=LATER + minutes(2))

    assert row.detail == {"pump_ml": "35", "asked": ask}
    assert (stands.pump_confirmed, stands.pump_read, PumpReading.objects.count()) == (True, False, 0)
    assert Flag.objects.get().sentence == f"{ask} Read the pump again."
    ticked = frozenset({"pump_ml=35"})
    actions.read_pump(session=session, pump_ml=Decimal("35"), by=nina, at=LATER + minutes(3), confirmed=ticked)
    assert queries.standing(session, LATER + minutes(4)).pump_read


def test_the_page_leads_from_odd_ml_to_the_reading_and_asks_there() -> None:
    session = running(timezone.now() - minutes(30))
    client = Client()
    client.force_login(member("nina"))

    seen = client.post(f"/infusion/{session.code}/stopped/", {"pump_ml": "35"})
    page = client.get(seen["Location"]).content.decode()

    assert seen["Location"].endswith("/reading/?pump_ml=35.00")
    assert "is that right?" in page
    assert 'value="35.00"' in page


def test_after_a_stop_the_pump_is_not_confirmed_until_somebody_saw_it() -> None:
    session, nina = running(), member("nina")
    actions.stop(session=session, by=nina, at=LATER)

    before = queries.chair(session, LATER + minutes(1))
    actions.pump_seen_stopped(session=session, by=nina, at=LATER + minutes(2), pump_ml=Decimal("3.5"))
    after = queries.chair(session, LATER + minutes(3))

    assert not before.standing.pump_confirmed
    assert [(late.what, late.level) for late in before.late if late.what == "pump"] == [("pump", "high")]
    assert after.standing.pump_confirmed
    assert PumpReading.objects.get().charted_ml == Decimal("3.50")
    assert Infusion.objects.get().ended_at == LATER


def test_help_is_a_high_flag_whoever_calls() -> None:
    session = running()

    actions.call_help(session=session, by=member("fern"), at=LATER)

    assert (Flag.objects.get().level, Flag.objects.get().rule) == ("high", "help")


def test_emergency_lines_need_nothing_and_refuse_nothing() -> None:
    session = running()

    for what in ("unresponsive", "", "a word nobody foresaw"):
        actions.emergency(session=session, what=what, by=None, at=LATER, happened_at=LATER + minutes(600))

    rows = Event.objects.filter(kind="emergency")
    assert [row.detail["what"] for row in rows] == ["unresponsive", "other", "a word nobody foresaw"]
    assert {row.happened_at for row in rows} == {LATER}


def test_a_session_closes_only_when_the_pump_was_seen_and_the_drug_is_accounted_for() -> None:
    session, nina = running(), member("nina")
    actions.end(session=session, by=nina, at=AT_TEN + minutes(60))

    with pytest.raises(actions.ChairRefused) as open_things:
        actions.close(session=session, by=nina, at=AT_TEN + minutes(61))
    actions.pump_seen_stopped(session=session, by=nina, at=AT_TEN + minutes(61), pump_ml=Decimal("7"))
    with pytest.raises(actions.ChairRefused, match=r"100\.0 mg are not accounted for"):
        actions.close_drug(
            session=session,
            wasted_mg=Decimal("131"),
            left_mg=Decimal("12"),
            by=nina,
            at=AT_TEN + minutes(62),
            witness=member("omar"),
            witness_secret=Secret(PIN),
        )
    actions.close_drug(
        session=session,
        wasted_mg=Decimal("231"),
        left_mg=Decimal("12"),
        by=nina,
        at=AT_TEN + minutes(62),
        witness=member("omar"),
        witness_secret=Secret(PIN),
    )
    actions.close(session=session, by=nina, at=AT_TEN + minutes(63))

    assert {r.gate for r in open_things.value.verdict.blocking} == {"pump_seen_stopped", "drug_closure"}
    summary = SessionSummary.objects.get()
    assert (summary.given_mg, summary.infusion_minutes) == (Decimal("7.0000"), 60)


def test_a_large_difference_between_pump_and_chart_is_flagged_and_withdraws_the_forecast() -> None:
    session, nina = running(), member("nina")

    actions.read_pump(session=session, pump_ml=Decimal("12"), by=nina, at=AT_TEN + minutes(60))

    assert Flag.objects.get().rule == "reconcile"
    assert "disagree" in queries.forecast_of(session, AT_TEN + minutes(61)).withdrawn_because


def test_taking_a_chair_over_means_reading_what_is_open() -> None:
    session, omar = running(), member("omar")
    actions.take_over(session=session, by=member("nina"), at=AT_TEN)
    actions.symptom(session=session, code="nausea", grade=2, by=member("nina"), at=AT_TEN + minutes(5))

    with pytest.raises(actions.ChairRefused, match="Nausea, grade 2: bothers, still open"):
        actions.take_over(session=session, by=omar, at=LATER)
    items = queries.hand_over(session, LATER).open_items
    row = actions.take_over(session=session, by=omar, at=LATER, read_items=items)

    assert (row.nurse, row.handed_over_by) == (omar, member("nina"))
    assert queries.responsible(session).nurse == omar


def test_the_hand_over_and_the_transfer_sheet_say_symptoms_drugs_and_sets_in_words() -> None:
    session, nina = running(), member("nina")
    actions.symptom(session=session, code="nausea", grade=2, by=nina, at=AT_TEN + minutes(5))
    asleep = {"sedation": "asleep_not_woken"}
    actions.observe(
        session=session, values={"hr": 70, "spo2": 98, "sys": 128, "dia": 71, "rr": 11}, why_not=asleep,
        by=nina, at=AT_TEN + minutes(6),
    )  # fmt: skip
    actions.emergency(session=session, what="call_911", by=nina, at=AT_TEN + minutes(7))
    nurse = Client()
    nurse.force_login(member("omar"))

    for page in ("take", "transfer"):
        text = nurse.get(f"/infusion/{session.code}/{page}/").content.decode()
        assert "Nausea, grade 2: bothers" in text
        assert "sedation asleep, not woken, breaths counted" in text
        assert "asleep_not_woken" not in text
        assert "A core set is overdue" in text
    assert "911 called" in text
    assert "By the chart the pump still runs: look at it." in text


def test_only_a_prescriber_agrees_to_a_step_and_the_word_serves_one_step() -> None:
    session = running()
    with pytest.raises(actions.ChairRefused, match="Only a prescriber"):
        actions.note(session=session, kind="prescriber_agrees", by=member("nina"), at=AT_TEN + minutes(8))
    actions.note(session=session, kind="prescriber_agrees", by=member("dario"), at=AT_TEN + minutes(8))

    row = actions.change_rate(
        session=session, value=Decimal("10.5"), unit="mL/h", by=member("nina"), at=AT_TEN + minutes(9),
        ask=fresh(session),
    )  # fmt: skip
    with pytest.raises(actions.RateRefused, match="next step comes after 20 min"):
        actions.change_rate(
            session=session, value=Decimal("14"), unit="mL/h", by=member("nina"), at=AT_TEN + minutes(10),
            ask=fresh(session),
        )  # fmt: skip

    assert row.pump_ml_per_h == Decimal("10.5")


def test_an_end_charted_twice_leaves_the_time_at_which_the_drug_stopped() -> None:
    session = running()
    actions.end(session=session, by=member("nina"), at=AT_TEN + minutes(40))

    actions.end(session=session, by=member("omar"), at=AT_TEN + minutes(55))

    session.infusion.refresh_from_db()
    assert session.infusion.ended_at == AT_TEN + minutes(40)


@pytest.mark.parametrize("typed", ["12,5", "many", "5000"])
def test_ml_that_cannot_be_read_are_left_out_and_that_is_said(client: Client, typed: str) -> None:
    session, nina = running(), member("nina")
    actions.stop(session=session, by=nina, at=LATER)
    client.force_login(nina)
    page = f"/infusion/{session.code}/stopped/"

    told = client.post(page, {"pump_ml": typed}, headers={"Accept": "application/json"}).json()
    plain = client.post(page, {"pump_ml": typed}, follow=True)

    assert told["saved"] is True
    assert f"“{typed}” mL cannot be read and was not kept" in told["unread"]
    assert "cannot be read and was not kept" in plain.content.decode()
    assert PumpReading.objects.count() == 0
    assert "unread" not in client.post(page, {"pump_ml": ""}, headers={"Accept": "application/json"}).json()


def test_a_stop_that_arrives_after_a_later_resume_says_that_the_pump_was_set_to_run_again() -> None:
    session = running()
    send(session, [entry("pause", 5), entry("resume", 15)], "omar")

    send(session, [entry("stop", 10, reason="pale")])
    send(session, [entry("stop", 11, reason="again")])

    flag, zone = Flag.objects.get(rule="runs_after_stop"), session.site.tz
    again, stop = (f"{(AT_TEN + minutes(at)).astimezone(zone):%H:%M}" for at in (15, 10))
    assert (flag.level, flag.for_prescriber, flag.happened_at) == ("high", True, AT_TEN + minutes(15))
    assert flag.sentence == f"The pump was set to run again at {again}, after this STOP of {stop}: look at the pump."


@pytest.mark.parametrize("queue", [[("pause", 5)], [("pause", 5), ("resume", 8)], [("pause", 15)], []])
def test_a_late_stop_with_nothing_that_runs_after_it_is_no_conflict(queue: list[tuple[str, float]]) -> None:
    session = running()
    send(session, [entry(kind, at) for kind, at in queue], "omar")

    send(session, [entry("stop", 10)])

    assert not Flag.objects.filter(rule="runs_after_stop").exists()


@pytest.mark.parametrize(
    ("kind", "page", "fields"),
    [
        ("stop", "stop", {"reason": "pale"}),
        ("help", "help", {}),
        ("emergency", "emergency", {"what": "drug", "text": "naloxone 0.4 mg"}),
        ("pump_seen_stopped", "stopped", {"pump_ml": "4"}),
    ],
)
def test_what_the_tablets_copy_has_charted_is_not_doubled_by_the_form_that_comes_after_it(
    client: Client, kind: str, page: str, fields: dict[str, str]
) -> None:
    session, nina, same = running(timezone.now() - minutes(30)), member("nina"), uuid.uuid4()
    now = timezone.now()
    entry = {"client_id": str(same), "kind": kind, "happened_at": now.isoformat(), "fields": fields}
    [copy] = actions.take_in(session=session, entries=[entry], sender=actions.Sender(nina), at=now)
    client.force_login(nina)

    told = client.post(
        f"/infusion/{session.code}/{page}/", {**fields, "client_id": str(same)}, headers={"Accept": "application/json"}
    )

    assert (copy.status, told.json()["fact"]) == ("saved", copy.fact)
    assert Event.objects.filter(session=session, kind=kind).count() == 1
    assert Flag.objects.filter(session=session, rule="help").count() == (kind == "help")


def test_other_ml_under_the_same_id_are_kept(client: Client) -> None:
    session, nina, same = running(timezone.now() - minutes(30)), member("nina"), uuid.uuid4()
    now = timezone.now()
    entry = {"client_id": str(same), "kind": "pump_seen_stopped", "happened_at": now.isoformat()}
    actions.take_in(
        session=session, entries=[{**entry, "fields": {"pump_ml": "4"}}], sender=actions.Sender(nina), at=now
    )
    client.force_login(nina)

    client.post(f"/infusion/{session.code}/stopped/", {"pump_ml": "3.5", "client_id": str(same)})

    told = Event.objects.filter(session=session, kind="pump_seen_stopped").order_by("pk")
    assert [row.detail["pump_ml"] for row in told] == ["4", "3.50"]
