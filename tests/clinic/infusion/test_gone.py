"""A flag about something that never happened closes with it: it was taken back."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearhead.clinic.infusion import actions
from clearhead.clinic.infusion.models import Flag
from clearhead.clinic.infusion.queries.board import for_prescriber
from clearhead.clinic.infusion.queries.flags import open_lines
from tests.cast import AT_TEN, member, mesa
from tests.clinic.infusion.room import fresh, licensed, looked, minutes, running

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-14")]
NOW = AT_TEN + minutes(30)


def test_the_flag_of_a_rate_at_the_wrong_chair_goes_with_the_rate() -> None:
    session, nina = running(), member("nina")
    row = actions.change_rate(session=session, value=Decimal(60), unit="mL/h", by=nina, at=NOW, intended=False)
    breach = Flag.objects.get(rule__startswith="breach:", level="high")

    actions.strike(row=row, reason="wrong chair", by=nina, at=NOW + minutes(0.5))

    assert [line.flag.rule for line in open_lines(session)] == ["struck_dose"]
    assert [ack.done for ack in breach.acks.all()] == ["The entry was taken back."]
    looked(session, NOW)
    assert breach in for_prescriber(mesa())  # who reads there that it was taken back
    assert actions.change_rate(
        session=session, value=Decimal("10.5"), unit="mL/h", by=nina, at=NOW + minutes(1),
        ask=fresh(session, reason="the setting of a moment ago was another chair's"),
    ).pk  # fmt: skip


def test_the_flag_of_a_drug_goes_with_the_drug_and_no_other_flag_does() -> None:
    session, nina = running(), licensed("nina", "sedation")
    given = {"session": session, "order_id": "midazolam_distress", "unit": "mg", "by": nina, "confirmed": True}
    row = actions.give(**given, dose=Decimal(5), at=NOW, intended=False)
    other = actions.give(**given, dose=Decimal(6), at=NOW + minutes(20), intended=False)

    actions.strike(row=row, reason="never given", by=nina, at=NOW + minutes(21))

    assert {line.flag.value for line in open_lines(session)} == {str(other.code)}


def test_a_flag_that_somebody_had_called_over_is_not_closed_twice() -> None:
    session, nina = running(), licensed("nina", "sedation")
    row = actions.give(
        session=session, order_id="midazolam_distress", dose=Decimal(5), unit="mg", by=nina, at=NOW, intended=False
    )
    flag = Flag.objects.get(value=str(row.code))
    actions.acknowledge(session=session, flag=flag, done="looked", cleared=True, by=nina, at=NOW)

    actions.strike(row=row, reason="never given", by=nina, at=NOW + minutes(1))

    assert [ack.done for ack in flag.acks.all()] == ["looked"]
