"""Hazards of the chair that need its facts: token, dose, time, repeats, stop."""

from __future__ import annotations

import json
import random
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Event, Flag, Infusion, RateChange, Symptom
from clearhead.clinic.people import doors, guard
from tests.cast import AT_TEN, member, quentin
from tests.clinic.infusion.room import fresh, looked, minutes, protocol_with, running, second, visit

pytestmark = pytest.mark.django_db
CALM = {"sys": 126, "dia": 78, "hr": 74, "rr": 14, "spo2": 98, "sedation": 0}


def client(name: str = "nina") -> Client:
    signed_in = Client()
    signed_in.force_login(member(name))
    return signed_in


# ---- H-01, H-43: whose chair -----------------------------------------------------------------------------------------


@pytest.mark.hazard("H-01")
@pytest.mark.parametrize("page", ["rate/", "observe/", "symptom/", "drug/", "pause/", "end/", "bag/", "start/"])
def test_h01_a_form_opened_for_another_patient_writes_nothing(page: str) -> None:
    session = running(at=timezone.now() - minutes(10))
    nina = client()
    facts = Infusion.objects.get().last_fact

    for token in (guard.token(quentin()), guard.token(None), "forged", ""):
        assert nina.post(f"/infusion/{session.code}/{page}", {guard.FIELD: token}).status_code == 409

    assert Infusion.objects.get().last_fact == facts


@pytest.mark.hazard("H-01")
def test_h01_a_queue_written_for_another_patient_is_refused_but_its_stop_is_not() -> None:
    session = running(at=timezone.now() - minutes(10))
    when = timezone.now().isoformat()
    entries = [
        {"client_id": str(uuid.uuid4()), "kind": kind, "happened_at": when, "fields": {"text": "x"}}
        for kind in ("stop", "note")
    ]
    door, token = f"/infusion/{session.code}/entries/", guard.token(quentin())

    both = client().post(door, json.dumps({"entries": entries, guard.FIELD: token}), content_type="application/json")
    alone = client().post(
        door, json.dumps({"entries": entries[:1], guard.FIELD: token}), content_type="application/json"
    )

    assert (both.status_code, alone.status_code) == (409, 200)
    assert list(Event.objects.values_list("kind", flat=True)) == ["stop"]


@pytest.mark.hazard("H-01")
def test_h01_the_token_of_one_chair_opens_no_other() -> None:
    here = running()
    tablet = Client()
    tablet.cookies[doors.CHAIR_COOKIE] = doors.chair_token(uuid.uuid4(), "tablet-2")

    assert tablet.post(f"/infusion/{here.code}/stop/").status_code == 403
    assert not Event.objects.exists()


@pytest.mark.hazard("H-43")
def test_h43_an_unattended_tablet_writes_nothing_but_stop_help_and_emergency() -> None:
    session = running(at=timezone.now() - minutes(10))
    tablet = Client()
    tablet.cookies[doors.CHAIR_COOKIE] = doors.chair_token(session.code, "tablet-2")
    said = {guard.FIELD: guard.token(session.patient)}

    for page in ("rate/", "observe/", "symptom/", "drug/", "pause/", "note/", "take/"):
        assert tablet.post(f"/infusion/{session.code}/{page}", said).status_code in {302, 403}
    codes = [tablet.post(f"/infusion/{session.code}/{page}").status_code for page in ("help/", "emergency/", "stop/")]

    assert codes == [303] * 3
    assert Event.objects.filter(recorded_by=None).count() == 3


# ---- H-03, H-05, H-06: the number ------------------------------------------------------------------------------------


@pytest.mark.hazard("H-03")
@pytest.mark.parametrize(("factor", "kind"), [(10, "more"), (100, "more"), (Decimal("0.1"), "less")])
def test_h03_a_slip_of_the_decimal_point_is_refused_or_asked_about(factor: Any, kind: str) -> None:
    session = running()
    slipped = Decimal("10.5") * factor

    with pytest.raises(actions.RateRefused):
        actions.change_rate(
            session=session, value=slipped, unit="mg/h", by=member("dario"), at=AT_TEN + minutes(25),
            ask=fresh(session, second=second(f"{slipped:f}")),
        )  # fmt: skip

    assert RateChange.objects.count() == 1


@pytest.mark.hazard("H-05")
@pytest.mark.parametrize(("typed", "unit"), [("10.5", "mL/h"), ("5.2", "mg/h")])
def test_h05_a_number_of_another_unit_is_stopped_and_explained(typed: str, unit: str) -> None:
    twice_as_strong = protocol_with(("mg_per_ml = 1, bag_ml = 250", "mg_per_ml = 2, bag_ml = 250"))
    session = running(ml_per_h="3.5", mg_per_ml="2", protocol_version=twice_as_strong)

    with pytest.raises(actions.RateRefused, match="Is the unit right"):
        actions.change_rate(
            session=session, value=Decimal(typed), unit=unit, by=member("dario"), at=AT_TEN + minutes(25),
            ask=fresh(session),
        )  # fmt: skip

    assert RateChange.objects.count() == 1


@pytest.mark.hazard("H-06")
def test_h06_only_a_strength_of_the_list_can_be_prepared() -> None:
    session = visit()
    for place in (-1, 1, 2, 99):
        with pytest.raises(actions.ChairRefused, match="list"):
            actions.prepare_bag(session=session, strength=place, lot="K", by=member("nina"), at=AT_TEN)


# ---- H-07: the missed stop -------------------------------------------------------------------------------------------


@pytest.mark.hazard("H-07")
def test_h07_a_missed_end_rises_from_low_to_high_at_the_stated_minutes() -> None:
    session = running()
    end = AT_TEN + minutes(240)

    def level(after: float) -> list[str]:
        late = queries.chair(session, end + minutes(after)).late
        return [one.level for one in late if one.what == "planned_end"]

    assert level(-1) == []
    assert [level(after) for after in (0, 4.9, 5, 9.9, 10, 60)] == [
        ["low"], ["low"], ["medium"], ["medium"], ["high"], ["high"],
    ]  # fmt: skip


@pytest.mark.hazard("H-07")
def test_h07_a_pump_nobody_stopped_reaches_its_cap_and_says_so() -> None:
    session = running(ml_per_h="35")

    view = queries.chair(session, AT_TEN + minutes(240))

    assert view.given.mg == Decimal(140)
    assert [one.level for one in view.late if one.what == "cap"] == ["high"]


# ---- H-08, H-22, H-25, H-26: once, and kept --------------------------------------------------------------------------


@pytest.mark.hazard("H-08")
@pytest.mark.hazard("H-25")
def test_h08_h25_every_write_sent_five_times_is_one_row_and_other_content_is_a_conflict() -> None:
    from clearhead.clinic.audit.actions import Conflict

    session, nina = running(), member("nina")
    at = AT_TEN + minutes(12)
    named = actions.Ask(confirmed=frozenset({"bolus=5"}))
    calls: list[tuple[Any, dict[str, Any], dict[str, Any]]] = [
        (actions.bolus, {"mg": Decimal(5), "intended": False, "ask": named}, {"mg": Decimal(6)}),
        (actions.symptom, {"code": "nausea", "grade": 1}, {"grade": 2}),
        (actions.observe, {"values": CALM}, {"values": {**CALM, "hr": 80}}),
        (actions.note, {"kind": "toilet"}, {"kind": "comfort"}),
        (actions.read_pump, {"pump_ml": Decimal("1.4")}, {"pump_ml": Decimal("1.5")}),
        (actions.pause, {"reason": "toilet"}, {"reason": "other"}),
    ]
    for act, said, other in calls:
        once = uuid.uuid4()
        rows = {act(session=session, by=nina, at=at, client_id=once, **said).pk for _ in range(5)}
        assert len(rows) == 1
        with pytest.raises(Conflict):
            act(session=session, by=nina, at=at, client_id=once, **{**said, **other})


@pytest.mark.hazard("H-22")
@pytest.mark.hazard("H-26")
def test_h22_h26_facts_are_added_and_the_database_refuses_to_change_them() -> None:
    session = running()
    row = actions.symptom(session=session, code="nausea", grade=1, by=member("nina"), at=AT_TEN + minutes(5))

    for change in (lambda: Symptom.objects.filter(pk=row.pk).update(grade=3), lambda: row.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()

    assert Symptom.objects.get().grade == 1


@pytest.mark.hazard("H-26")
def test_h26_two_nurses_on_two_screens_do_not_overwrite_each_other() -> None:
    session = running()
    both_saw = fresh(session)
    at = AT_TEN + minutes(25)
    looked(session, at - minutes(1))
    actions.change_rate(session=session, value=Decimal("10.5"), unit="mL/h", by=member("nina"), at=at, ask=both_saw)

    with pytest.raises(actions.RateRefused, match="since this page was opened"):
        actions.change_rate(
            session=session, value=Decimal("14"), unit="mL/h", by=member("omar"), at=at + minutes(21), ask=both_saw
        )


# ---- H-11, H-12, H-14, H-15: values ----------------------------------------------------------------------------------


@pytest.mark.hazard("H-11")
def test_h11_a_third_identical_set_is_asked_about_and_kept_when_confirmed() -> None:
    session = running()
    said = {"session": session, "values": CALM, "by": member("nina")}
    for minute in (5, 10):
        actions.observe(**said, at=AT_TEN + minutes(minute))

    with pytest.raises(actions.ChairRefused, match="Third identical set"):
        actions.observe(**said, at=AT_TEN + minutes(15))
    row = actions.observe(**said, at=AT_TEN + minutes(15), confirmed=frozenset({"identical"}))

    assert row.confirmed == ["identical"]


@pytest.mark.hazard("H-12")
@pytest.mark.parametrize("ahead", [timedelta(minutes=6), timedelta(hours=1), timedelta(days=1)])
def test_h12_what_is_dated_into_the_future_is_refused_and_from_a_queue_is_put_right(ahead: timedelta) -> None:
    session, nina, at = running(), member("nina"), AT_TEN + minutes(10)
    acts = [
        lambda **said: actions.observe(values=CALM, **said),
        lambda **said: actions.symptom(code="nausea", grade=1, **said),
        lambda **said: actions.pause(**said),
        lambda **said: actions.bolus(mg=Decimal(5), intended=False, **said),
    ]

    for act in acts:
        with pytest.raises(actions.ChairRefused, match="future"):
            act(session=session, by=nina, at=at, happened_at=at + ahead)
    entry = {
        "client_id": str(uuid.uuid4()), "kind": "note", "fields": {"text": "x"},
        "happened_at": (at + ahead).isoformat(),
    }  # fmt: skip
    actions.take_in(session=session, entries=[entry], sender=actions.Sender(nina), at=at, device_now=at + ahead)

    assert Event.objects.get(kind="note").happened_at == at
    assert Flag.objects.get().rule == "clock:"


@pytest.mark.hazard("H-14")
@pytest.mark.parametrize(
    ("name", "last_fine", "first_flagged"),
    [("sys", 159, 160), ("sys", 95, 94), ("dia", 99, 100), ("spo2", 92, 91), ("rr", 10, 9), ("hr", 139, 140)],
)
def test_h14_a_flag_is_raised_at_the_server_exactly_at_the_limit(name: str, last_fine: int, first_flagged: int) -> None:
    session = running()
    said = {"session": session, "by": member("nina")}

    actions.observe(**said, values={**CALM, name: last_fine}, at=AT_TEN + minutes(5))
    quiet = Flag.objects.count()
    actions.observe(**said, values={**CALM, name: first_flagged}, at=AT_TEN + minutes(10))

    assert quiet == 0
    assert Flag.objects.count() == 1


@pytest.mark.hazard("H-15")
def test_h15_a_value_that_wavers_around_its_limit_is_one_flag() -> None:
    session = running()
    for number, systolic in enumerate([162, 158, 161, 159, 163, 157, 160, 158]):
        values = {**CALM, "sys": systolic, "hr": 70 + number}
        actions.observe(session=session, values=values, by=member("nina"), at=AT_TEN + minutes(5 * number + 5))

    assert Flag.standing().count() == 1


# ---- H-27, H-28: time and dose ---------------------------------------------------------------------------------------


@pytest.mark.hazard("H-27")
@pytest.mark.parametrize("night", ["2026-03-08", "2026-11-01"])
def test_h27_the_dose_of_a_night_with_a_clock_change_is_exact(night: str) -> None:
    begun = datetime.fromisoformat(f"{night}T00:30").replace(tzinfo=ZoneInfo("America/New_York"))
    session = running(at=begun)

    ended = begun.astimezone(ZoneInfo("UTC")) + timedelta(hours=4)
    actions.end(session=session, by=member("nina"), at=ended)

    assert queries.account_of(session, ended + minutes(30)).charted_mg == 28


@pytest.mark.hazard("H-28")
def test_h28_rows_in_any_order_give_the_same_exact_account() -> None:
    session, dice = running(), random.Random(28)
    queue = [
        {
            "client_id": str(uuid.uuid4()), "kind": "rate", "device": "t",
            "happened_at": (AT_TEN + minutes(minute)).isoformat(),
            "fields": {"value": str(Decimal(minute % 9 + 1) / 2), "unit": "mL/h"},
        }
        for minute in range(7, 200, 13)
    ]  # fmt: skip
    dice.shuffle(queue)
    for entry in queue:
        actions.take_in(
            session=session, entries=[entry], sender=actions.Sender(member("nina")), at=AT_TEN + minutes(210)
        )

    steps = [(0, Fraction(7))] + [(m, Fraction(m % 9 + 1, 2)) for m in range(7, 200, 13)]
    by_hand = sum(
        (rate * (until - since) / 60 for (since, rate), (until, _r) in zip(steps, [*steps[1:], (210, 0)], strict=True)),
        Fraction(0),
    )
    assert queries.account_of(session, AT_TEN + minutes(210)).charted_mg == by_hand
