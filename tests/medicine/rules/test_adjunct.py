"""As-needed doses: only from signed orders, in dose, spacing and cap."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from clearhead.medicine.rules import guards
from clearhead.medicine.rules.adjunct import AdjunctFacts, DoseGiven, consequences, judge, not_before, order_of
from clearhead.medicine.rules.looked import Read
from tests.medicine.rules.given import RESTING, TEN, after, gates, protocol

ONDANSETRON = order_of("ondansetron_nausea", protocol())
MIDAZOLAM = order_of("midazolam_distress", protocol())


def facts(order=ONDANSETRON, **known):
    ordinary = {
        "order_id": order.id,
        "dose": order.dose,
        "unit": order.unit,
        "role": "sedation_nurse",
        "signed_orders": frozenset({order.id}),
        "allergies": (),
        "triggers": frozenset(order.triggers),
        "confirmed": True,
        "seen": guards.Seen(signs={sign: Read(TEN, value) for sign, value in RESTING.items()}),
    } | known
    return AdjunctFacts(**ordinary)


def said(at=TEN, **known):
    return gates(judge(facts(**known), protocol(), at=at))


def test_a_signed_order_in_its_dose_may_be_given():
    assert said() == {}
    assert said(order=MIDAZOLAM) == {}


@pytest.mark.parametrize(
    ("known", "gate", "outcome"),
    [
        ({"order_id": "something"}, "order_known", "refused"),
        ({"signed_orders": frozenset()}, "order_signed", "refused"),
        ({"role": "desk"}, "act_permitted", "refused"),
        ({"order": MIDAZOLAM, "role": "nurse"}, "act_permitted", "refused"),
        ({"allergies": ("Ondansetron: long QT",)}, "allergy", "refused"),
        ({"allergies": None}, "allergies_known", "open"),
        ({"dose": Decimal("4.1")}, "single_dose", "refused"),
        ({"dose": Decimal(0)}, "single_dose", "refused"),
        ({"unit": "mL"}, "unit_fits", "refused"),
        ({"order": MIDAZOLAM, "confirmed": False}, "confirm_face", "open"),
        ({"triggers": frozenset()}, "trigger_present", "warned"),
    ],
)
def test_each_ground_answers_by_its_own_name(known, gate, outcome):
    assert said(**known)[gate] == outcome


def test_spacing_is_exact_to_the_minute():
    earlier = (DoseGiven(TEN, Decimal(4), "mg"),)

    assert not_before(ONDANSETRON, earlier) == after(240)
    assert said(at=after(239), given=earlier) == {"min_gap": "refused"}
    assert said(at=after(240), given=earlier) == {}


def test_the_session_cap_counts_every_earlier_dose():
    earlier = (DoseGiven(after(-600), Decimal(4), "mg"), DoseGiven(after(-300), Decimal(4), "mg"))

    assert said(given=earlier) == {"session_total": "refused"}
    assert said(given=(replace(earlier[0], unit="mL"),)) == {"session_total": "open"}


def test_a_given_sedative_brings_its_recheck_closer_looks_and_longer_recovery():
    follows = consequences(MIDAZOLAM, given_at=TEN)

    assert follows.sedative
    assert follows.recheck_at == after(MIDAZOLAM.recheck_min)
    assert (follows.observe_every_min, follows.added_recovery_min) == (
        MIDAZOLAM.added_observation_every_min,
        MIDAZOLAM.added_recovery_min,
    )
    assert follows.added_recovery_min > 0
