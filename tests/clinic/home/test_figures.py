"""What the owner reads about the chairs: single-handed checks are counted, sets on time are a share."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from clearhead.clinic.home import figures
from clearhead.clinic.infusion import queries
from clearhead.clinic.infusion.models import Bag, Bolus, RateChange
from tests.cast import AT_TEN, member, mesa
from tests.clinic.infusion import room
from tests.clinic.infusion.room import minutes
from tests.clinic.recovery import ward

pytestmark = pytest.mark.django_db


def figure(name: str, days: int = 0) -> tuple[str, str]:
    found = next(one for one in figures.figures(mesa(), AT_TEN + timedelta(days=days, minutes=60)) if one.name == name)
    return found.value, found.of


def test_bags_rates_and_boluses_checked_alone_are_counted_among_all_second_checks():
    session = room.running()  # a bag and a start, each checked by Omar
    bag = session.bags.get()
    more = {"bag": bag, "entered_value": 9, "entered_unit": "mL/h", "pump_ml_per_h": 9, "intended": True}
    ward.fact(RateChange, session, AT_TEN + minutes(5), kind="change", single_handed=True, **more)
    ward.fact(RateChange, session, AT_TEN + minutes(6), kind="change", **more)
    ward.fact(Bolus, session, AT_TEN + minutes(7), bag=bag, mg=Decimal(5), intended=True, single_handed=True)
    Bag.objects.create(
        **{name: getattr(bag, name) for name in ("session", "drug_form", "mg", "ml", "mg_per_ml", "diluent", "lot")},
        prepared_by=member("nina"), single_handed=True, happened_at=AT_TEN, recorded_at=AT_TEN,
        recorded_by=member("nina"),
    )  # fmt: skip

    name = "Second checks done single-handed"
    assert figure(name) == ("3", "of 5 second checks; 3 in the last 30 days")
    assert figure(name, days=40) == ("3", "of 5 second checks; 0 in the last 30 days")


def test_a_set_the_desk_is_told_of_counts_as_late_before_anybody_takes_it():
    session = room.running()

    views = {late: queries.chair(session, AT_TEN + minutes(5 + late)).timeliness for late in (0, 4, 5, 12)}
    shares = {late: (one.on_time, one.due) for late, one in views.items()}

    assert shares == {0: (0, 0), 4: (0, 0), 5: (0, 1), 12: (0, 2)}, "at 5 and at 10; the one at 15 may still come"
