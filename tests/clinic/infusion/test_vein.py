"""A vein that is sore or swollen in a set is the symptom of one tap: same flag, one episode."""

from __future__ import annotations

from typing import Any

import pytest

from clearhead.clinic.infusion import actions, queries
from clearhead.clinic.infusion.models import Flag, Observation, Symptom
from clearhead.clinic.plan.models import Session
from tests.cast import AT_TEN, member
from tests.clinic.infusion.room import minutes, running

pytestmark = [pytest.mark.django_db, pytest.mark.hazard("H-14")]
CALM: dict[str, Any] = {"sys": 124, "dia": 76, "rr": 14, "spo2": 98, "sedation": 0}
FULL = {"pain": 3, "nausea": 0, "dissociation": 0}


def seen(session: Session, vein: str, at_min: int) -> Observation:
    values = {**CALM, **FULL, "hr": 70 + at_min, "iv_site": vein}
    return actions.observe(session=session, values=values, kind="full", by=member("nina"), at=AT_TEN + minutes(at_min))


def test_a_swollen_vein_in_a_set_raises_the_flag_of_the_symptom() -> None:
    by_set, nina = running(), member("nina")
    seen(by_set, "swollen", 5)
    flag = Flag.objects.get()

    actions.symptom(session=by_set, code="iv_site_pain", grade=2, by=nina, at=AT_TEN + minutes(6))

    assert Flag.objects.count() == 1, "one episode"
    assert (flag.rule, flag.level, flag.sentence) == ("symptom:iv_site_pain", "high", "Vein hurts or swells: swollen.")


def test_a_sore_vein_is_an_open_symptom_and_a_clear_one_ends_it() -> None:
    session = running()
    seen(session, "sore", 5)
    seen(session, "sore", 8)
    assert [(one.symptom, one.grade) for one in queries.open_symptoms(session)] == [("iv_site_pain", 1)]
    assert Symptom.objects.count() == 1

    seen(session, "swollen", 11)
    seen(session, "clear", 15)

    assert not queries.open_symptoms(session)
    assert not queries.open_flags(session)


def test_skin_that_changed_is_not_made_milder_by_a_set() -> None:
    session = running()
    actions.symptom(session=session, code="iv_site_pain", grade=3, by=member("nina"), at=AT_TEN + minutes(5))

    seen(session, "swollen", 8)

    assert [one.grade for one in queries.open_symptoms(session)] == [3]


def test_a_set_taken_back_takes_its_vein_and_the_flag_with_it() -> None:
    session = running()
    row = seen(session, "swollen", 5)

    actions.strike(row=row, reason="another patient", by=member("nina"), at=AT_TEN + minutes(6))

    assert not queries.open_symptoms(session)
    assert not queries.open_flags(session)
