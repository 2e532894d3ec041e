"""Going home: the part of the walk that asks for the label "criteria met" before and after its conditions are true."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule


class GoesHome(RuleBasedStateMachine):
    """What `Room` inherits."""

    @rule(without=st.sampled_from(("", "", "", "sets", "score", "gait_steady", "pain_said", "catheter", "escort")))
    def ready_to_leave(self: Any, without: str) -> None:
        from tests.clinic.recovery import ward

        for part in ("sets", "score", "catheter", "escort"):
            leave_out = frozenset(ward.PARTS) - {part, "oriented", "gait_steady", "dissociation_gone", "pain_said"}
            if part == without:
                continue
            if part == "score":
                leave_out |= {without}
            done = self.attempt(f"recovery {part}", lambda out=leave_out: ward.ready(self.session, self.now, out))
            self.remember(part, done, whole=without not in {"gait_steady", "pain_said"})

    def remember(self: Any, part: str, done: bool, *, whole: bool) -> None:
        if part == "sets" and done:
            self.sets_after += [self.now - timedelta(minutes=20), self.now - timedelta(minutes=5)]
        elif part == "score" and done:
            self.scored, self.scored_at = whole, self.now
        elif part == "catheter" and done:
            self.done.discard("iv_access")
        elif part == "escort" and done:
            self.met = True

    @precondition(lambda self: self.mode == "stopped")
    @rule(minutes=st.sampled_from((20, 60, 180)))
    def all_that_can_be_done_to_go_home(self: Any, minutes: int) -> None:
        """What a good nurse does; whether it is enough is for the rule to say."""
        self.much_time_passes(minutes)
        for code in sorted(self.open_symptoms):
            self.a_symptom(code, 0)
        self.all_is_answered()
        self.ready_to_leave("")
        self.ask_for_the_label(True)

    @rule(acknowledged=st.sampled_from((True, True, False)))
    def ask_for_the_label(self: Any, acknowledged: bool) -> None:
        from tests.clinic.recovery import ward

        def run() -> None:
            ward.go(self.session, self.now, instructions_ack=acknowledged)

        if not self.attempt("criteria met", run):
            return
        assert self.mode == "stopped", f"the label was given to a {self.mode} session"
        assert self.ended is not None
        assert self.began is not None
        least = timedelta(minutes=60)
        assert self.now - self.ended >= least, "before the observation was over"
        assert self.scored, "without a whole score"
        assert self.scored_at is not None
        self.goes_home_well(self.scored_at)
        assert self.met, "without the escort"
        assert acknowledged, "without instructions"
        assert "iv_access" not in self.done, "with the catheter in"
        assert not self.open_symptoms, f"with open symptoms: {self.open_symptoms}"
        assert sum(1 for at in self.sets_after if at >= self.ended) >= 1, "without a set in recovery"
        self.mode = "closed"
