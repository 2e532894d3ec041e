"""H-36: a forecast from wrong inputs. Each input that is not whole withdraws it, with its reason."""

from __future__ import annotations

from decimal import Decimal

import pytest

from clearhead.clinic.infusion import actions
from clearhead.clinic.infusion.models import Flag, Infusion
from clearhead.clinic.infusion.queries.forecast import forecast_of
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import minutes, running, visit

pytestmark = [pytest.mark.hazard("H-36"), pytest.mark.django_db]
NOW = AT_TEN + minutes(30)


def flagged(rule: str):
    def make(session):
        Flag.objects.create(
            session=session, rule=rule, level="medium", sentence="x", happened_at=AT_TEN, recorded_at=AT_TEN
        )

    return make


def stopped_unseen(session):
    actions.stop(session=session, by=member("nina"), at=AT_TEN + minutes(20))


def weighs(kg: str):
    def make(session):
        Infusion.objects.filter(session=session).update(weight_kg=Decimal(kg))

    return make


def born(year: int):
    def make(session):
        session.patient.birth_date = session.patient.birth_date.replace(year=year)
        session.patient.save()

    return make


def test_with_whole_inputs_there_is_one_and_it_names_its_model():
    found = forecast_of(running(), NOW)

    assert found.band is not None
    assert found.withdrawn_because == ""


def test_before_anything_was_given_there_is_none():
    assert forecast_of(visit(), NOW).withdrawn_because == "Nothing has been given yet."


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (stopped_unseen, "the pump was not seen stopped"),
        (flagged("reconcile"), "the charted rates disagree"),
        (flagged("set_aside"), "written offline"),
        (weighs("20"), "weight"),
        (weighs("290"), "weight"),
        (born(2019), "age"),
    ],
)
def test_an_input_that_is_not_whole_withdraws_it(spoil, why):
    session = running()
    spoil(session)

    found = forecast_of(type(session).objects.get(pk=session.pk), NOW)

    assert found.bands == ()
    assert why in found.withdrawn_because
