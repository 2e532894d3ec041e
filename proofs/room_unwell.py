"""What goes wrong in recovery: a patient asleep again, an emergency, a flag nobody answered. None goes home so."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule


class Unwell(RuleBasedStateMachine):
    """What `Room` inherits."""

    def __init__(self) -> None:
        super().__init__()
        self.emergency = False
        self.asleep_at: list[datetime] = []
        """Sets that found the patient not awake."""
        self.awake_at: list[datetime] = []

    @precondition(lambda self: self.mode == "stopped")
    @rule(sedation=st.sampled_from((0, -5)))
    def a_set_by_itself(self: Any, sedation: int) -> None:
        from tests.clinic.recovery import ward

        self.now += self.between
        ward.taken(self.session, self.now, sedation=sedation)
        (self.asleep_at if sedation else self.awake_at).append(self.now)

    @precondition(lambda self: self.mode == "stopped")
    @rule(what=st.sampled_from(("unresponsive", "recovered")))
    def a_line_of_an_emergency(self: Any, what: str) -> None:
        from clearhead.clinic.infusion import actions
        from tests.cast import member

        self.now += self.between
        actions.emergency(session=self.session, what=what, by=member("nina"), at=self.now)
        self.emergency = what != "recovered"

    def unanswered(self: Any) -> list[str]:
        """High flags that nobody has answered."""
        from clearhead.clinic.infusion.queries.flags import unanswered

        return [line.flag.sentence for line in unanswered(self.session)]

    def all_is_answered(self: Any) -> None:
        """Somebody says what was done about every flag, and that the emergency is over."""
        from clearhead.clinic.infusion import actions, queries
        from tests.cast import member

        who = {"session": self.session, "by": member("dario"), "at": self.now}
        for flag in queries.open_flags(self.session):
            actions.acknowledge(**who, flag=flag, done="seen to")
        if self.emergency:
            self.a_line_of_an_emergency("recovered")

    def goes_home_well(self: Any, scored_at: datetime) -> None:
        """What must be so wherever the label was given."""
        assert not self.emergency, "in an emergency"
        assert not self.unanswered(), f"with a flag nobody answered: {self.unanswered()}"
        asleep = max(self.asleep_at, default=None)
        assert asleep is None or asleep < max((*self.sets_after, *self.awake_at)), "asleep in the last set"
        assert asleep is None or asleep <= scored_at, "asleep after the score"
