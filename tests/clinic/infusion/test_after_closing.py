"""What is corrected after a session was closed moves everything that counts it: caps, reviews, the drug account."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import DrugClosure, Flag, RateChange
from clearhead.clinic.infusion.queries.doses import earlier
from clearhead.clinic.plan.models import Session, SessionSummary
from clearhead.clinic.review.queries import exposure
from tests import builders
from tests.cast import AT_TEN, PIN, member, petra
from tests.clinic.infusion.room import fresh, minutes, running, taken_back

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-09")]
CLOSED = AT_TEN + minutes(80)


def closed() -> Session:
    """An hour at 7 mg/h, of which the last half at 14, closed twenty minutes later."""
    session, nina = running(), member("nina")
    actions.change_rate(
        session=session, value=Decimal(14), unit="mL/h", by=nina, at=AT_TEN + minutes(30), intended=False,
        ask=fresh(session),
    )  # fmt: skip
    actions.end(session=session, by=nina, at=AT_TEN + minutes(60))
    actions.pump_seen_stopped(session=session, by=nina, at=AT_TEN + minutes(61))
    actions.finish(
        session=session, left_mg=Decimal(0), wasted_mg=Decimal("239.5"), by=nina, at=CLOSED, witness=member("omar"),
        witness_secret=actions.Secret(PIN), reason="read again",
    )  # fmt: skip
    return session


def counted(session: Session) -> Any:
    return SessionSummary.standing().get(session=session)


def take_back(session: Session) -> None:
    row = RateChange.objects.get(session=session, kind="change")
    taken_back(row, "another chair", CLOSED + minutes(5))


def test_a_setting_taken_back_renews_the_summary_and_both_stay_readable() -> None:
    session = closed()
    before = counted(session)

    take_back(session)

    after = counted(session)
    assert (before.given_mg, after.given_mg) == (Decimal("10.5"), Decimal(7))
    assert (after.corrects, after.happened_at, after.end_reason) == (before, before.happened_at, before.end_reason)
    assert after.given_mg_per_kg == Decimal("0.1")
    assert exposure(session.patient, CLOSED + minutes(6))[1] == Decimal("0.1")


@pytest.mark.parametrize("entry", ["rate", "bolus"])
def test_what_is_charted_after_closing_counts_in_the_caps_of_the_next_session(entry: str) -> None:
    session, nina, at = closed(), member("nina"), CLOSED + minutes(5)
    said = {"session": session, "by": nina, "at": at, "happened_at": AT_TEN + minutes(45), "intended": False}
    if entry == "rate":
        actions.change_rate(
            **said, value=Decimal(28), unit="mL/h", ask=fresh(session, confirmed=frozenset({"later_setting"}))
        )
    else:
        actions.bolus(**said, mg=Decimal("3.5"), ask=fresh(session, confirmed=frozenset({"bolus=3.5"})))

    assert counted(session).given_mg == Decimal(14)
    following = builders.session(petra(), number=2, signed=session.order)
    later = earlier(following, AT_TEN + minutes(60 * 24 * 3))
    assert later.mg_year == 14


def test_what_changes_no_dose_leaves_the_summary_alone() -> None:
    session = closed()
    row = actions.note(session=session, kind="note", text="asked for a blanket", by=member("nina"), at=CLOSED)

    actions.strike(row=row, reason="another chair", by=member("nina"), at=CLOSED + minutes(5))

    assert SessionSummary.objects.filter(session=session).count() == 1
    assert not Flag.objects.filter(rule="drug_changed").exists()


def test_the_drug_account_that_was_signed_says_that_it_was_changed() -> None:
    session = closed()
    signed = DrugClosure.objects.get()

    take_back(session)

    line = next(line for line in queries.record_of(session) if line.row == signed)
    assert line.words.endswith("CHANGED AFTER CLOSING: given 7 mg by the chart as it stands")
    assert "given 10.5 mg" in line.words
    flag = Flag.objects.get(rule="drug_changed")
    assert flag in queries.for_prescriber(session.site)
    assert "7 mg given by the chart as it stands, 10.5 mg when it was signed" in flag.sentence
