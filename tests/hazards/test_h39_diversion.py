"""H-39: diversion of the controlled drug. What is wasted is seen by a second person who shows an own secret."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from clearhead.clinic.audit.models import Event
from clearhead.clinic.infusion import actions
from clearhead.clinic.infusion.actions import Secret
from clearhead.clinic.infusion.models import DrugClosure
from clearhead.clinic.people.models import Site
from tests import cast
from tests.cast import AT_TEN, PIN, member
from tests.clinic.infusion.room import minutes, running

pytestmark = [pytest.mark.hazard("H-39"), pytest.mark.django_db]
WASTE, LEFT = Decimal("231"), Decimal("12")


@pytest.fixture
def ended():
    session, nina = running(), member("nina")
    actions.end(session=session, by=nina, at=AT_TEN + minutes(60))
    actions.pump_seen_stopped(session=session, by=nina, at=AT_TEN + minutes(61), pump_ml=Decimal("7"))
    return session


def closed(session, **said):
    given = {"wasted_mg": WASTE, "left_mg": LEFT, "witness": member("omar"), "witness_secret": Secret(PIN), **said}
    return actions.close_drug(session=session, by=member("nina"), at=AT_TEN + minutes(62), **given)


def test_waste_with_a_witness_is_kept_with_both_names_and_cannot_be_changed(ended):
    row = closed(ended)

    assert (row.recorded_by, row.witness) == (member("nina"), member("omar"))
    assert row.drawn_mg - row.given_mg - row.left_mg - row.wasted_mg == row.difference_mg
    assert Event.objects.filter(verb="drug closed").count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        DrugClosure.objects.filter(pk=row.pk).update(wasted_mg=0)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"witness": None}, "seen by a second person"),
        ({"witness": "nina"}, "own waste"),
        ({"witness": "fern"}, "no clinician or pharmacist"),
        ({"witness": "olga"}, "no clinician or pharmacist"),
        ({"witness": "petra"}, "no patient does"),
        ({"witness_secret": None}, "does not match"),
        ({"witness_secret": Secret("0000")}, "does not match"),
    ],
)
def test_without_another_person_of_the_site_and_their_secret_nothing_is_closed(ended, said, why):
    people = {"olga": cast.olga, "petra": lambda: cast.petra().user}
    name = said.get("witness")
    if name:
        said = {**said, "witness": people.get(name, lambda: member(name))()}

    with pytest.raises(actions.ChairRefused, match=why):
        closed(ended, **said)

    assert not DrugClosure.objects.exists()


def test_what_does_not_add_up_needs_its_reason_even_with_a_witness(ended):
    with pytest.raises(actions.ChairRefused, match=r"50\.0 mg are not accounted for"):
        closed(ended, wasted_mg=WASTE - 50)


def test_a_single_handed_site_writes_a_reason_instead_of_a_witness(ended):
    Site.objects.filter(slug="mesa").update(single_handed=True)
    ended.site.refresh_from_db()

    with pytest.raises(actions.ChairRefused, match="Write the reason"):
        closed(ended, witness=None, witness_secret=None)
    assert closed(ended, witness=None, witness_secret=None, reason="alone in the clinic").reason
