"""The same visit under a protocol that permits a bolus, with bags that are changed on the way.

No shipped stepped protocol allows a bolus, so `Room` only ever sees one refused. Here one of 0.2 mg/kg is permitted:
who may give it, the second person, the largest one, the session's cap and the pause stand in its way, and nothing else.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from proofs.room_walk import CLINICIANS, KG, MINUTE, Room

LARGEST = Decimal("0.2") * KG
SESSION_CAP = Decimal("2.0") * KG
PERMITTED = ('single_bolus      = "none"', "single_bolus      = { mg_per_kg = 0.2 }")
"""The one line that differs from the shipped protocol."""


def booked() -> Any:
    """Petra's morning under the protocol that permits a bolus."""
    from tests.clinic.infusion import morning, room

    return morning.booked(version=room.protocol_with(PERMITTED))


class DosedRoom(Room):
    """Boluses that may be given, and new bags: most of these walks begin beside a running pump."""

    @initialize(far=st.sampled_from(("", *["running"] * 6, "stopped")))
    def how_far_it_is(self, far: str) -> None:
        self.brought(far)

    def shown(self) -> str:
        from clearhead.clinic.infusion.queries import dose_rows

        last = dose_rows(self.session).last
        return f"{last.pump_ml_per_h if last else 0:.2f}"

    @rule(mg=st.sampled_from(("2", "5", "14")))
    def a_bolus(self, mg: str) -> None:
        """First all that must not go in, then one that may; whether it does is for the pump's state and the cap."""
        self.give("14.1", by="dario", checked=True)
        self.give(mg, by="nina", checked=True)
        self.give(mg, by="dario", checked=False)
        self.give(mg, by="dario", checked=True)
        self.look()  # nothing goes in without a set in time: with one, this last may
        self.give(mg, by="dario", checked=True)

    def give(self, mg: str, *, by: str, checked: bool) -> None:
        from clearhead.clinic.infusion import actions
        from clearhead.clinic.infusion.queries import account_of
        from tests.cast import member
        from tests.clinic.infusion.room import fresh, second

        def run() -> None:
            told = second(self.shown(), checker="omar") if checked else None
            ask = fresh(self.session, reason="asked for", second=told)
            actions.bolus(session=self.session, mg=Decimal(mg), by=member(by), at=self.now, ask=ask)

        if not self.attempt("permitted bolus", run):
            return
        assert self.mode == "running", f"a bolus into a {self.mode} pump"
        assert by == "dario", "a bolus by a nurse"
        assert checked, "a bolus that nobody checked"
        assert Decimal(mg) <= LARGEST, "above the largest bolus"
        assert account_of(self.session, self.now).counted_mg <= SESSION_CAP, "beyond the session's cap"

    @precondition(lambda self: self.mode in {"running", "paused", "stopped"})
    @rule(by=st.sampled_from(CLINICIANS))
    def a_new_bag(self, by: str) -> None:
        from clearhead.clinic.infusion import actions
        from clearhead.clinic.infusion.queries.doses import dose_rows, rate_before
        from tests.cast import member
        from tests.clinic.infusion.room import second

        reads = second(f"{rate_before(dose_rows(self.session)):.2f}", checker="nina" if by == "omar" else "omar")

        def run() -> None:
            bag = actions.prepare_bag(
                session=self.session, strength=0, lot="K-2", by=member(by), at=self.now, second=reads
            )
            self.now += MINUTE
            ask = actions.Ask(second=reads)
            actions.change_bag(session=self.session, bag=bag, by=member(by), at=self.now, ask=ask)

        if self.attempt("new bag", run):
            assert self.mode in {"running", "paused"}, f"a bag hung at a {self.mode} pump"
