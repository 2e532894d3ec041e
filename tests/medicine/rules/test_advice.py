"""Whatever the screen calls allowed is permitted when it is entered."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from clearhead.medicine.protocols.dose import Stepped
from clearhead.medicine.protocols.loader import shipped_ids
from clearhead.medicine.rules.advice import advised
from clearhead.medicine.rules.dose import Bag, RateChange, account
from clearhead.medicine.rules.rate import Intention, RateFacts, judge
from clearhead.medicine.rules.titration import Score, TitrationFacts, next_step
from tests.medicine.rules.given import TEN, after, protocol

STEPPED = [name for name in shipped_ids() if isinstance(protocol(name).dose, Stepped)]
PAIN = (Score(after(1), Decimal(7)),)
EARLIER = st.one_of(st.just(Decimal(0)), st.decimals("0", "400", places=1))
SELDOM = st.sampled_from([False, False, False, False, True])


@st.composite
def chairs(draw: st.DrawFn) -> tuple[str, RateFacts, TitrationFacts, float]:
    """A running chair: any weight, rate, bag, hour and past; what the two rules are told agrees."""
    name = draw(st.sampled_from(STEPPED))
    of = protocol(name)
    kg = draw(st.decimals("40", "140", places=1))
    strength = draw(st.sampled_from([one.mg_per_ml for one in of.fluids.concentrations if one.use == "infusion"]))
    steps = draw(st.integers(0, 8))
    assert isinstance(of.dose, Stepped)
    wanted = of.dose.start_rate.mg_per_h(kg) + steps * of.dose.step_up.mg_per_h(kg)
    pump = of.fluids.pump.step_ml_per_h
    ml_per_h = wanted / strength // pump * pump
    minute, left = draw(st.integers(2, 240)), draw(st.integers(-20, 200))
    bag = Bag("bag 1", strength, Decimal(500))
    so_far = account([RateChange(TEN, "start", ml_per_h, "bag 1")], [bag], until=after(minute))
    earlier = {name: draw(EARLIER) for name in ("earlier_mg_24h", "earlier_mg_course", "earlier_mg_year")}
    hour = after(minute).time()
    facts = RateFacts(
        Intention("change", Decimal(0), "mg/h"), "nurse", kg, strength, so_far, after(minute + left), started_at=TEN,
        local_time=hour, last_change_at=TEN, version_withdrawn=draw(SELDOM), earlier_sessions_year=0, **earlier,
    )  # fmt: skip
    room = Fraction(of.caps.session_cap_mg(kg)) - so_far.counted_mg
    told = TitrationFacts(so_far.mg_per_h, kg, TEN, PAIN, local_time=hour, room_mg=room, remaining_min=max(0, left))
    return name, facts, told, minute


@given(chairs())
@settings(max_examples=600, deadline=None)
def test_every_step_up_that_is_called_allowed_is_permitted_in_each_unit(chair) -> None:
    name, facts, told, minute = chair
    of, at = protocol(name), after(minute)
    raw = next_step(told, of, at=at)
    shown = advised(raw, facts, of, at=at)
    event(f"{raw.next} shown as {shown.next}")
    if shown.next != "step_up":
        assert shown.sentences, "a wait says why"
        return

    assert facts.mg_per_ml is not None
    mg_per_h = Decimal(shown.mg_per_h.numerator) / Decimal(shown.mg_per_h.denominator)
    for value, unit in ((mg_per_h / facts.mg_per_ml, "mL/h"), (mg_per_h, "mg/h")):
        pressed = replace(facts, intention=Intention("change", value, unit), role="prescriber", second_person=True)
        verdict = judge(pressed, of, at=at)
        assert verdict.permits, (unit, [reason.gate for reason in verdict.blocking])
    assert shown.mg_per_h > facts.given.mg_per_h


def ordinary(**known) -> tuple[RateFacts, TitrationFacts]:
    so_far = account([RateChange(TEN, "start", Decimal(7), "b")], [Bag("b", Decimal(1), Decimal(250))], until=after(30))
    facts = {"earlier_mg_24h": Decimal(0), "earlier_mg_course": Decimal(0), "earlier_mg_year": Decimal(0)} | known
    rate = RateFacts(
        Intention("change", Decimal(0), "mg/h"), "nurse", Decimal(70), Decimal(1), so_far, after(240), started_at=TEN,
        last_change_at=TEN, earlier_sessions_year=0, **facts,
    )  # fmt: skip
    return rate, TitrationFacts(so_far.mg_per_h, Decimal(70), TEN, PAIN, remaining_min=210)


def test_an_ordinary_step_stays_allowed() -> None:
    facts, told = ordinary()

    shown = advised(next_step(told, protocol(), at=after(30)), facts, protocol(), at=after(30))

    assert (shown.next, shown.mg_per_h) == ("step_up", Fraction(21, 2))


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"earlier_mg_24h": Decimal(130)}, "any 24 hours"),
        ({"version_withdrawn": True}, "withdrawn for safety"),
        ({"earlier_mg_year": None}, "is not known"),
    ],
)
def test_what_the_pump_rule_would_refuse_is_a_wait_with_its_reason(known, words) -> None:
    facts, told = ordinary(**known)

    shown = advised(next_step(told, protocol(), at=after(30)), facts, protocol(), at=after(30))

    assert shown.next == "wait"
    assert any(words in sentence for sentence in shown.sentences), shown.sentences
