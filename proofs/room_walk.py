"""One visit that Hypothesis walks through: the rules of `proofs.room_states`, and what is checked after every step.

The little model beside the database remembers only what was truly done; see the top of room_states for what it guards.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from proofs.room_going_home import GoesHome
from proofs.room_taken_back import TakesBack
from proofs.room_unwell import Unwell

MINUTE = timedelta(minutes=1)
CLINICIANS = ("nina", "omar", "dario")
GATES = (
    "weight_today", "iv_access", "bag_checked", "fasting", "escort_reached", "prescriber_present", "readiness_check",
    "baseline_sets", "allergies_reviewed",
)  # fmt: skip
RATES = ("0.05", "0.1", "0.15", "0.2", "0.3", "0.6", "1.2", "7")
STAGES = ("", "ready", "running", "stopped", "leaving")
KG = 70
seen: Counter[str] = Counter()


class Room(TakesBack, GoesHome, Unwell):
    """One visit: prepared, started, changed, stopped, discharged, in any order that anybody could try."""

    session: ClassVar[Any] = None
    between: ClassVar[timedelta] = MINUTE

    def __init__(self) -> None:
        super().__init__()
        from django.db import transaction

        from tests.cast import AT_TEN

        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.now: datetime = AT_TEN
        self.mode = "preparing"
        self.done: set[str] = set()
        self.go_until: datetime | None = None
        self.began: datetime | None = None
        self.ended: datetime | None = None
        self.scored = self.met = False
        self.scored_at: datetime | None = None
        self.sets_after: list[datetime] = []
        self.open_symptoms: set[str] = set()
        self.turn = 0

    def teardown(self) -> None:
        from django.db import transaction

        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    def attempt(self, what: str, run: Any) -> bool:
        """Do it as a page would; a refusal leaves nothing behind."""
        from django.db import transaction

        from clearhead.clinic.infusion.actions import ChairRefused
        from clearhead.clinic.people.actions import SignatureRefused

        try:
            with transaction.atomic():
                run()
        except (ChairRefused, SignatureRefused):
            seen[f"{what}: refused"] += 1
            return False
        seen[what] += 1
        return True

    @initialize(far=st.sampled_from(("", "ready", "running", "running", "running", "stopped", "leaving")))
    def how_far_it_is(self, far: str) -> None:
        self.brought(far)

    def brought(self, far: str) -> None:
        """Through the same steps, each judged as always: a walk that only ever prepares would prove little."""
        for stage, step in (
            ("ready", lambda: self.every_gate_but("")),
            ("ready", lambda: self.sign_a_go("nina")),
            ("running", lambda: self.start_the_pump("0.1", "nina")),
            ("running", lambda: self.time_passes(25)),
            ("running", self.look),
            ("running", lambda: self.another_rate("0.15", "omar", "change_rate")),
            ("stopped", lambda: self.less("dario", "pause")),
            ("stopped", lambda: self.another_rate("0.1", "nina", "resume")),
            ("stopped", lambda: self.much_time_passes(60)),
            ("stopped", lambda: self.less("nina", "end")),
            ("leaving", lambda: self.much_time_passes(180)),
            ("leaving", lambda: self.ready_to_leave("")),
        ):
            if STAGES.index(stage) <= STAGES.index(far):
                step()

    # ---- before the start -------------------------------------------------------------------------------------------

    def asked(self) -> list[str]:
        """Gates that a person answers by a word."""
        from clearhead.clinic.infusion.queries import protocol_of
        from clearhead.clinic.infusion.queries.gates import DERIVED

        known = {*DERIVED, *GATES}
        return [gate.fact for gate in protocol_of(self.session).start.go_gates if gate.fact not in known]

    def establish(self, gate: str) -> None:
        from clearhead.clinic.infusion import actions
        from tests.cast import member
        from tests.clinic.infusion import morning

        def run() -> None:
            if gate in morning.STEPS:
                morning.STEPS[gate](self.session, self.now)
                if gate == "baseline_sets":
                    values = {**morning.CALM, "hr": 75, "pain": 7}
                    actions.observe(session=self.session, values=values, by=member("nina"), at=self.now - 2 * MINUTE)
            else:
                value = {"ok": True}
                actions.answer_gate(session=self.session, gate=gate, value=value, by=member("dario"), at=self.now)

        if self.attempt("a gate", run):
            self.done.add(gate)

    @precondition(lambda self: self.mode == "preparing")
    @rule(gate=st.sampled_from(GATES))
    def one_gate(self, gate: str) -> None:
        self.establish(gate)

    @precondition(lambda self: self.mode == "preparing")
    @rule(without=st.sampled_from((*GATES, *[""] * 12)))
    def every_gate_but(self, without: str) -> None:
        for gate in (*GATES, *self.asked()):
            if gate not in {*self.done, without}:
                self.establish(gate)

    @rule()
    def the_prescriber_leaves(self) -> None:
        self.note("prescriber_out")
        self.done.discard("prescriber_present")

    def note(self, kind: str) -> None:
        from clearhead.clinic.infusion import actions
        from tests.cast import member

        self.attempt(
            kind, lambda: actions.note(session=self.session, kind=kind, by=member("dario"), at=self.now)
        )  # fmt: skip

    @rule(by=st.sampled_from(CLINICIANS))
    def sign_a_go(self, by: str) -> None:
        from clearhead.clinic.infusion import actions
        from clearhead.clinic.infusion.queries import protocol_of
        from tests.cast import PIN, member

        def run() -> None:
            actions.sign_go(session=self.session, go=True, secret=actions.Secret(PIN), by=member(by), at=self.now)

        if self.attempt("go", run):
            assert self.every_gate(), f"a go was signed without {set(GATES) - self.done}"
            self.go_until = self.now + min(60, protocol_of(self.session).start.go_valid_min) * MINUTE

    def every_gate(self) -> bool:
        return self.done.issuperset((*GATES, *self.asked()))

    @rule(rate=st.sampled_from(RATES), by=st.sampled_from(CLINICIANS))
    def start_the_pump(self, rate: str, by: str) -> None:
        from clearhead.clinic.infusion import actions
        from tests.cast import member

        def run() -> None:
            actions.start(
                session=self.session, value=Decimal(rate), unit="mg/kg/h", by=member(by), at=self.now,
                ask=self.ask(rate, by),
            )  # fmt: skip

        if self.attempt("start", run):
            assert self.mode == "preparing", "a second start"
            assert self.every_gate(), f"started around {set(GATES) - self.done}"
            assert self.go_until is not None, "started without a go"
            assert self.now < self.go_until, "started on a go that had run out"
            self.mode, self.began = "running", self.now

    def ask(self, rate: str, by: str) -> Any:
        """Everything that can be said for it: the newest screen, a reason, and another nurse who typed the numbers."""
        from clearhead.clinic.infusion import actions
        from tests.clinic.infusion.room import fresh, second

        checker = "nina" if by == "omar" else "omar"
        expected = f"{Decimal(rate) * KG:.2f}"
        return fresh(self.session, reason="asked for", second=second(expected, checker=checker)) or actions.Ask()

    # ---- while it runs ----------------------------------------------------------------------------------------------

    @rule(minutes=st.integers(1, 25))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(minutes=st.sampled_from((60, 90, 180)))
    def much_time_passes(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule()
    def look(self) -> None:
        """A calm set: without one in time nobody goes up."""
        from clearhead.clinic.infusion import actions
        from tests.cast import member
        from tests.clinic.infusion.room import CALM

        values = {**CALM, "hr": CALM["hr"] + self.now.minute % 7}
        self.attempt(
            "set",
            lambda: actions.observe(
                session=self.session, values=values, by=member("nina"), at=self.now, intended=False
            ),
        )

    @rule(rate=st.sampled_from(RATES), by=st.sampled_from(CLINICIANS), verb=st.sampled_from(("change_rate", "resume")))
    def another_rate(self, rate: str, by: str, verb: str) -> None:
        from clearhead.clinic.infusion import actions
        from tests.cast import member

        def run() -> None:
            getattr(actions, verb)(
                session=self.session, value=Decimal(rate), unit="mg/kg/h", by=member(by), at=self.now,
                ask=self.ask(rate, by),
            )  # fmt: skip

        if self.attempt(verb, run):
            assert self.mode in {"running", "paused"}, f"{verb} made a {self.mode} pump run"
            self.mode = "running"

    @rule(by=st.sampled_from(CLINICIANS), verb=st.sampled_from(("pause", "pause", "pause", "end")))
    def less(self, by: str, verb: str) -> None:
        from clearhead.clinic.infusion import actions
        from tests.cast import member

        accepted = self.attempt(
            verb, lambda: getattr(actions, verb)(session=self.session, by=member(by), at=self.now)
        )  # fmt: skip
        assert accepted or self.mode != "running", f"{verb} was refused while the pump ran"
        if accepted and verb == "pause":
            assert self.mode in {"running", "paused"}
            self.mode = "paused"
        elif accepted and self.mode not in {"stopped", "closed"}:  # an end charted twice is a fact charted twice
            self.stopped()

    def stopped(self) -> None:
        assert self.mode in {"running", "paused"}
        self.mode, self.ended = "stopped", self.now

    @rule(mg=st.sampled_from(("5", "10", "40")))
    def a_bolus(self, mg: str) -> None:
        from clearhead.clinic.infusion import actions
        from tests.cast import member

        def run() -> None:
            actions.bolus(
                session=self.session, mg=Decimal(mg), by=member("dario"), at=self.now, ask=self.ask("0.1", "dario")
            )

        if self.attempt("bolus", run):
            assert self.mode == "running"

    @rule(by=st.sampled_from(CLINICIANS))
    def stop_for_good(self, by: str) -> None:
        from clearhead.clinic.infusion import actions
        from tests.cast import member

        actions.stop(session=self.session, by=member(by), at=self.now)
        seen["STOP"] += 1
        if self.mode in {"running", "paused"}:
            self.stopped()

    @precondition(lambda self: self.mode == "stopped")
    @rule()
    def flushed(self) -> None:
        from clearhead.clinic.infusion import actions
        from tests.cast import member

        self.attempt(
            "flush",
            lambda: actions.flush(
                session=self.session, ml=Decimal(20), by=member("nina"), at=self.now, intended=False
            ),
        )  # fmt: skip
        self.ended = self.now  # observation counts from the last drug that went in

    @rule(code=st.sampled_from(("nausea", "dizziness")), grade=st.sampled_from((0, 0, 1, 3)))
    def a_symptom(self, code: str, grade: int) -> None:
        from clearhead.clinic.infusion import actions
        from tests.cast import member

        def run() -> None:
            actions.symptom(session=self.session, code=code, grade=grade, by=member("nina"), at=self.now)

        if self.attempt("symptom", run):
            (self.open_symptoms.add if grade else self.open_symptoms.discard)(code)

    # ---- after every step -------------------------------------------------------------------------------------------

    @invariant()
    def the_screen_says_what_was_done(self) -> None:
        from clearhead.clinic.infusion.queries import standing

        state = str(standing(self.session, self.now).state)
        if self.mode == "preparing":
            ready = self.go_until is not None and self.now < self.go_until
            assert state == ("ready" if ready else "preparing")
        else:
            assert state in {self.mode, "closed" if self.mode == "stopped" else self.mode}
        seen[f"in {state}"] += 1

    @invariant()
    def stop_and_help_are_accepted(self) -> None:
        from django.db import transaction

        from clearhead.clinic.infusion import actions
        from clearhead.clinic.infusion.queries import standing
        from tests.cast import member

        self.turn += 1
        by = member(CLINICIANS[self.turn % len(CLINICIANS)])
        with transaction.atomic():
            actions.stop(session=self.session, by=by, at=self.now)
            actions.call_help(session=self.session, by=by, at=self.now)
            assert str(standing(self.session, self.now).state) not in {"running", "paused"}
            transaction.set_rollback(True)

    @invariant()
    def both_implementations_agree(self) -> None:
        agree(self.session, self.now)


def agree(session: Any, now: datetime) -> None:
    """The account the screen shows against the witness, as exact fractions."""
    from clearhead.clinic.infusion.queries import account_of, dose_rows, protocol_of
    from clearhead.medicine.rules import dose
    from proofs.second_dose import witness

    rows, line = dose_rows(session), protocol_of(session).fluids.line
    first = account_of(session, now)
    bags = {row.bag_id: row.bag for row in (*rows.rates, *rows.boluses)} | {bag.pk: bag for bag in rows.bags}
    first_hung = rows.rates[0].bag.prime_ml if rows.rates else Decimal(0)
    primed = first_hung if first_hung > 0 else line.dead_volume_ml
    second = witness(
        [dose.RateChange(r.happened_at, r.kind, r.pump_ml_per_h, str(r.bag.code)) for r in rows.rates],
        [dose.Bag(str(bag.code), bag.mg_per_ml, bag.ml) for bag in bags.values()],
        [dose.BolusGiven(b.happened_at, b.mg, str(b.bag.code)) for b in rows.boluses],
        [dose.Flush(f.happened_at, f.ml, f.over_min) for f in rows.flushes],
        dose.Tubing(primed, line.prime),
        now,
    )
    assert (first.charted_mg, first.delivered_mg) == (second.charted_mg, second.delivered_mg)
    assert (first.running_min, first.paused_min) == (second.running_min, second.paused_min)
