"""A sedative and a pressure medicine read the newest signs before the start and in recovery too, flag or no flag."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from clearhead.clinic.assessment.models import Allergy
from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Adjunct, Flag
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.infusion import morning
from tests.clinic.infusion.room import CALM, licensed, minutes, visit
from tests.clinic.recovery import ward

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-14")]
RECOVERY, BEFORE = ward.ENDED + minutes(20), AT_TEN - minutes(20)
DOSES = {"midazolam_distress": Decimal(1), "labetalol_pressure": Decimal(5)}


def known(session: Session) -> Session:
    Allergy.objects.create(patient=session.patient, none_known=True, happened_at=AT_TEN, recorded_at=AT_TEN)
    return session


def recovery() -> tuple[Session, Any]:
    return known(ward.ended()), RECOVERY


def before_the_start() -> tuple[Session, Any]:
    return known(visit()), BEFORE


def seen(session: Session, at: Any, **changed: Any) -> None:
    actions.observe(session=session, values={**CALM, **changed}, by=member("nina"), at=at - minutes(2), intended=False)


def give(session: Session, order: str, at: Any, **said: Any) -> Adjunct:
    nurse = licensed("nina", "sedation")
    return actions.give(
        session=session, order_id=order, dose=DOSES[order], unit="mg", by=nurse, at=at, confirmed=True, **said
    )


@pytest.mark.parametrize("phase", [recovery, before_the_start])
@pytest.mark.parametrize(
    ("order", "sign"),
    [
        ("midazolam_distress", {"sedation": -5}),
        ("midazolam_distress", {"spo2": 84}),
        ("midazolam_distress", {"rr": 9}),
        ("midazolam_distress", {"sys": 84, "dia": 50}),
        ("labetalol_pressure", {"hr": 30}),
        ("labetalol_pressure", {"sys": 84, "dia": 50}),
    ],
)
def test_it_waits_at_signs_that_it_would_worsen(phase: Any, order: str, sign: dict[str, int]) -> None:
    session, at = phase()
    seen(session, at, **sign)
    for flag in queries.open_flags(session):
        actions.acknowledge(session=session, flag=flag, done="looked", cleared=True, by=member("nina"), at=at)

    with pytest.raises(actions.AdjunctRefused, match="Treat that first"):
        give(session, order, at)
    assert not Adjunct.objects.exists()

    give(session, order, at, intended=False)
    assert Flag.objects.filter(rule="breach:held_by_signs", for_prescriber=True).exists()


@pytest.mark.parametrize("phase", [recovery, before_the_start])
def test_a_sedative_waits_for_a_set_that_can_be_read(phase: Any) -> None:
    session, at = phase()

    with pytest.raises(actions.AdjunctRefused, match="Take a set first"):
        give(session, "midazolam_distress", at)
    unread = dict.fromkeys(("hr", "spo2", "bp", "rr", "sedation"), "not_obtainable")
    actions.observe(session=session, values={}, why_not=unread, by=member("nina"), at=at)
    with pytest.raises(actions.AdjunctRefused, match="Take a set first"):
        give(session, "midazolam_distress", at)

    actions.note(session=session, kind="prescriber_agrees", by=member("dario"), at=at)
    assert "A prescriber agrees" in str(give(session, "midazolam_distress", at).session.events.latest("pk").text)


def test_it_is_given_at_calm_signs_in_recovery() -> None:
    session, at = recovery()
    seen(session, at)

    assert give(session, "midazolam_distress", at).breach == ""


@pytest.mark.parametrize(
    ("sign", "level"),
    [
        ({"sedation": -5}, "high"),
        ({"sedation": -2}, "medium"),
        ({"hr": 30}, "high"),
        ({"hr": 180}, "high"),
        ({"rr": 9}, "medium"),
        ({"rr": 32}, "high"),
        ({"spo2": 91}, "medium"),
        ({"sys": 94}, "medium"),
        ({"sedation": 4}, "high"),
    ],
)
def test_recovery_raises_its_own_flags(sign: dict[str, int], level: str) -> None:
    session, at = recovery()
    seen(session, at, **sign)

    assert [flag.level for flag in queries.open_flags(session) if flag.rule.startswith("limit:")] == [level]


@pytest.mark.parametrize(
    "sign",
    [{"spo2": 82}, {"rr": 5}, {"rr": 33}, {"hr": 32}, {"hr": 170}, {"sedation": -4}, {"sedation": 4},
     {"temp_c": Decimal("40.1")}],
)  # fmt: skip
def test_dangerous_resting_signs_forbid_the_go_as_a_pressure_does(sign: dict[str, Any]) -> None:
    session = morning.prepared(morning.booked(), without="baseline_sets")
    for ago in (12, 5):
        values = {**CALM, "hr": CALM["hr"] + ago % 3, **sign}
        actions.observe(session=session, values=values, by=member("nina"), at=AT_TEN - minutes(ago), intended=False)

    with pytest.raises(actions.StartRefused) as refusal:
        morning.go(session)

    assert any("outside this site's limits (no_start)" in one.sentence for one in refusal.value.verdict.blocking)
