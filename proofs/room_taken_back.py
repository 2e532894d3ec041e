"""What is seen at the pump and what is taken back: the part of the walk that looks for a way around a gate by these."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule


class TakesBack(RuleBasedStateMachine):
    """What `Room` inherits."""

    @rule()
    def seen_stopped(self: Any) -> None:
        from clearhead.clinic.infusion import actions
        from tests.cast import member

        actions.pump_seen_stopped(session=self.session, by=member("nina"), at=self.now)
        if self.mode == "running":  # somebody looked: it stands still, whatever was charted
            self.mode = "paused"

    @precondition(lambda self: self.mode in {"running", "paused", "stopped", "closed"})
    @rule(which=st.integers(0, 7), newest=st.booleans())
    def a_setting_is_taken_back(self: Any, which: int, newest: bool) -> None:
        """No setting taken back makes the pump run, or run faster: not a stop's, not a pause's, not a decrease's."""
        from clearhead.clinic.infusion.queries import dose_rows, standing
        from clearhead.clinic.infusion.queries.doses import running_mg_per_h
        from tests.clinic.infusion.room import taken_back

        before = dose_rows(self.session)
        row = before.rates[-1 if newest else which % len(before.rates)]
        if not self.attempt("take back", lambda: taken_back(row, "wrong line", self.now)):
            return
        assert row.kind != "end", "an end was taken back"
        state = str(standing(self.session, self.now).state)
        assert state != "running" or self.mode == "running", f"taking back a {row.kind} made a {self.mode} pump run"
        if row.kind != "bag_change" and self.now - row.recorded_at > timedelta(minutes=1):  # sooner, it is an undo
            assert running_mg_per_h(dose_rows(self.session)) <= running_mg_per_h(before), f"{row.kind} taken back"
        if self.mode == "running" and state == "paused":  # its resume was taken back
            self.mode = "paused"
