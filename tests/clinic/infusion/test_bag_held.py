"""A new bag is held back as more drug is: by consent taken back, an allergy to it, and the limits by both weights."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from clearhead.clinic.assessment import actions as assessment
from clearhead.clinic.consent import actions as consent
from clearhead.clinic.consent.queries import current_consent
from clearhead.clinic.infusion import actions
from clearhead.clinic.infusion.models import Flag, RateChange
from clearhead.clinic.infusion.queries.flags import open_lines
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.infusion import morning
from tests.clinic.infusion.room import fresh, hang, minutes, running, second
from tests.clinic.infusion.test_reweighed import weigh

pytestmark = pytest.mark.django_db
NOW = AT_TEN + minutes(30)


def consent_taken_back(session: Session) -> None:
    signed = current_consent(session.order, AT_TEN)
    assert signed is not None
    consent.withdraw(consent=signed, reason="no", via="phone", by=None, at=AT_TEN + minutes(25))


def allergic(session: Session) -> None:
    assessment.add_allergy(
        course=session.course, substance="Ketalar", reaction="rash", severity="severe", by=member("nina"),
        at=AT_TEN + minutes(25),
    )  # fmt: skip


def lighter(session: Session) -> None:
    weigh(session, "40", 25)


HOLDS = [
    pytest.param(
        consent_taken_back, "The patient withdrew consent", "consent_withdrawn", marks=pytest.mark.hazard("H-18")
    ),
    pytest.param(
        allergic, "An allergy to ketamine is recorded: “Ketalar”", "ketamine_allergy", marks=pytest.mark.hazard("H-17")
    ),
    pytest.param(lighter, "By 40 kg, weighed since the start", "hard_rate", marks=pytest.mark.hazard("H-02")),
]


def bag_of(session: Session, **said: object) -> RateChange:
    ask = fresh(session, second=second("28"))
    row: RateChange = actions.change_bag(
        session=session, bag=hang(session, NOW), by=member("nina"), at=NOW, ask=ask, **said
    )
    return row


@pytest.mark.parametrize(("happens", "words", "gate"), HOLDS)
def test_it_is_not_hung_now_and_less_is_still_set(happens: Callable[[Session], None], words: str, gate: str) -> None:
    session, nina = running(ml_per_h="28", session=morning.booked()), member("nina")
    happens(session)

    with pytest.raises(actions.RateRefused, match=words) as refusal:
        bag_of(session)

    assert gate in [reason.gate for reason in refusal.value.verdict.blocking]
    assert not RateChange.objects.filter(kind="bag_change").exists()
    actions.change_rate(session=session, value=Decimal("24.5"), unit="mg/h", by=nina, at=NOW, ask=fresh(session))
    actions.pause(session=session, by=nina, at=NOW + minutes(1))
    actions.end(session=session, by=nina, at=NOW + minutes(2))


@pytest.mark.parametrize(("happens", "words", "gate"), HOLDS)
def test_one_that_hangs_already_is_charted_and_told(happens: Callable[[Session], None], words: str, gate: str) -> None:
    session = running(ml_per_h="28", session=morning.booked())
    happens(session)

    row = bag_of(session, intended=False)

    assert f"{gate}: {words}" in row.breach
    assert Flag.objects.filter(rule__startswith="breach:", level="high", for_prescriber=True).exists()


@pytest.mark.parametrize(("happens", "words", "gate"), HOLDS[:2])
def test_nor_in_a_pause(happens: Callable[[Session], None], words: str, gate: str) -> None:
    session = running(ml_per_h="28", session=morning.booked())
    actions.pause(session=session, by=member("nina"), at=AT_TEN + minutes(20))
    happens(session)

    with pytest.raises(actions.RateRefused, match=words):
        bag_of(session)
    row = bag_of(session, intended=False)

    assert gate in row.breach


def test_a_rate_within_the_limits_by_both_weights_gets_its_bag() -> None:
    session = running(ml_per_h="7")
    weigh(session, "52", 25)
    assert open_lines(session)

    row = actions.change_bag(
        session=session, bag=hang(session, NOW), by=member("nina"), at=NOW, ask=fresh(session, second=second("7"))
    )

    assert row.pump_ml_per_h == 7
