"""Before the pump: gates answered, weight, catheter, the bag, the signed go or no-go."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.base import (
    HERE,
    MINUTE,
    ChairRefused,
    Written,
    add,
    ask,
    lock,
    not_ahead,
    raise_flag,
    refuse,
    verdict_json,
)
from clearhead.clinic.infusion.actions.reweighed import keep_weight_flag
from clearhead.clinic.infusion.actions.second import agree, expected
from clearhead.clinic.infusion.entered import SecondPerson, Secret
from clearhead.clinic.infusion.models import Access, Bag, GateAnswer, GoNoGo
from clearhead.clinic.infusion.queries import gates
from clearhead.clinic.infusion.queries.doses import DoseRows, dose_rows, running_mg_per_h
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.rates import next_ml_per_h, protocol_roles, role_for
from clearhead.clinic.infusion.queries.state import dosing_weight, standing
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import Role, User
from clearhead.clinic.plan.models import Session
from clearhead.medicine.rules.reasons import missing, refused
from clearhead.medicine.rules.second import second_check
from clearhead.medicine.rules.verdict import Reason, Verdict
from clearhead.medicine.units import KG_PER_LB, kg_from_lb

PRESCRIBER_ONLY = {"exam_done"}
"""Gates that only a prescriber's own word answers; a red re-screen joins them."""
FAR_WEIGHT = Decimal("0.10")
LB_SLACK = Decimal("0.08")


class StartRefused(ChairRefused):
    """The start is not open: a gate is refused, open or too old."""


CAME_OUT = "catheter_out"
"""The flag of a catheter that came out while the pump ran."""
PUMP_RUNS = (
    "The pump is charted as running through this catheter. Pause or stop it first; "
    "if the catheter has come out already, say so."
)
DAY_GONE = "The day of this session is over. Give it another date first, or note that the patient did not come."


@audit.once
def answer_gate(
    *,
    session: Session,
    gate: str,
    value: dict[str, Any],
    by: User,
    at: datetime,
    note: str = "",
    written: Written = HERE,
    client_id: UUID | None = None,
) -> GateAnswer:
    """One answer of the day's list. `value` holds `ok` (true, false, or null for not known) and what was said."""
    protocol = protocol_of(session)
    known = {line.fact for line in protocol.start.go_gates}
    readiness = gate.removeprefix(gates.READINESS) if gate.startswith(gates.READINESS) else ""
    if gate not in known and readiness not in protocol.start.readiness_checks:
        raise refuse("gate_known", "Gate", f"“{gate}” is not asked by this protocol.")
    if gate in gates.DERIVED and not readiness:
        raise refuse("gate_derived", "Gate", "This is read off the record. Record the fact itself.")
    if value.get("ok") and _needs_prescriber(session, gate) and Role.PRESCRIBER not in roles_of(by, session.site):
        raise refuse("who_clears", "Who may", "Only a prescriber can clear this. Call the prescriber to the chair.")
    return add(
        GateAnswer, session=session, at=at, by=by, verb=f"gate: {gate}"[:80], written=written, gate=gate, value=value,
        note=note[:300],
    )  # fmt: skip


def _needs_prescriber(session: Session, gate: str) -> bool:
    """A red re-screen, and any red gate that the prescriber clears, stays red until a prescriber says otherwise."""
    if gate in PRESCRIBER_ONLY:
        return True
    line = next((line for line in protocol_of(session).start.go_gates if line.fact == gate), None)
    red = GateAnswer.standing().filter(session=session, gate=gate).order_by("happened_at", "pk").last()
    clears = gate == "day_rescreen" or (line is not None and line.who_clears == "prescriber")
    return clears and red is not None and red.value.get("ok") is False


@audit.once
def weigh(
    *,
    session: Session,
    value: Decimal,
    unit: str,
    by: User,
    at: datetime,
    confirmed: frozenset[str] = frozenset(),
    written: Written = HERE,
    client_id: UUID | None = None,
) -> GateAnswer:
    """Today's weight, the unit chosen each time. A pound read as a kilogram is named, a large change is asked about."""
    if unit not in {"kg", "lb"}:
        raise refuse("unit_fits", "Unit", "A weight is in kg or lb.")
    kg = (kg_from_lb(value) if unit == "lb" else value).quantize(Decimal("0.1"))
    if not Decimal(30) <= kg <= Decimal(300):
        raise refuse(
            "weight", "Weight", f"{kg} kg ({value} {unit}) is outside 30 to 300 kg. Check the entry and its unit."
        )
    reasons = [reason for reason in _weight_doubts(kg, session.order.weight_kg) if reason.gate not in confirmed]
    if reasons:
        raise ChairRefused(Verdict.of("weight", reasons))
    infusion = lock(session)
    row = add(
        GateAnswer, session=session, at=at, by=by, verb="weight today", written=written, gate="weight_today",
        value={"ok": True, "kg": str(kg), "entered": str(value), "unit": unit},
    )  # fmt: skip
    keep_weight_flag(session, infusion, at, by)
    return row


def _weight_doubts(kg: Decimal, ordered_kg: Decimal) -> list[Reason]:
    ratio = kg / ordered_kg
    for factor in (1 / KG_PER_LB, KG_PER_LB):
        if abs(ratio / factor - 1) <= LB_SLACK:
            sentence = (
                f"{kg} kg is {ratio:.2f} times the {ordered_kg:f} kg of the order: pounds and kilograms mixed up?"
            )
            return [missing("weight_unit", "Weight", sentence)]
    if abs(ratio - 1) > FAR_WEIGHT:
        sentence = (
            f"{kg} kg differs by more than 10 % from the {ordered_kg:f} kg of the order. Weigh again, or confirm."
        )
        return [missing("weight_change", "Weight", sentence)]
    return []


@audit.once
def place_access(
    *,
    session: Session,
    body_site: str,
    side: str,
    gauge: int,
    by: User,
    at: datetime,
    attempts: int = 1,
    patent: bool = True,
    happened_at: datetime | None = None,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Access:
    """A catheter lies: where, how thick, how many attempts it took."""
    not_ahead(happened_at or at, at)
    if not 14 <= gauge <= 26 or not 1 <= attempts <= 10:
        raise refuse("iv_access", "Catheter", "A gauge is 14 to 26, attempts are 1 to 10. Check the entry.")
    return add(
        Access, session=session, at=at, by=by, verb="catheter placed", happened_at=happened_at, written=written,
        body_site=body_site, side=side, gauge=gauge, attempts=attempts, patent=patent,
    )  # fmt: skip


@audit.once
def remove_access(
    *,
    session: Session,
    by: User | None,
    at: datetime,
    happened_at: datetime | None = None,
    intended: bool = True,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Access:
    """The catheter is out: a second row over the first, at its own time.

    Nobody takes out the only catheter while the pump runs through it. `intended` False (it fell out, a queue): it has
    happened, so it is charted, flagged and brought to the prescriber.
    """
    lock(session)
    when = happened_at or at
    lies = gates.open_access(session)
    if lies is None:
        raise refuse("iv_access", "Catheter", "No catheter is charted here.")
    alone = Access.standing().filter(session=session, out_at__isnull=True).count() == 1
    rows = dose_rows(session)
    if alone and intended and running_mg_per_h(rows) > 0:
        raise refuse("pump_runs", "The pump runs", PUMP_RUNS)
    row = add(
        Access, session=session, at=at, by=by, verb="catheter out", happened_at=when, written=written,
        body_site=lies.body_site, side=lies.side, gauge=lies.gauge, attempts=lies.attempts, patent=lies.patent,
        out_at=when, corrects=lies,
    )  # fmt: skip
    if alone and not intended and (ml_per_h := _charted_at(rows, when)):
        raise_flag(
            session=session, at=at, by=by, rule=CAME_OUT, level="high", since=when, for_prescriber=True,
            sentence=f"The catheter came out while the pump was charted at {ml_per_h.normalize():f} mL/h. Stop the "
            "pump, look at the arm, and chart what the pump gave.", value=str(row.code),
        )  # fmt: skip
    return row


def _charted_at(rows: DoseRows, when: datetime) -> Decimal:
    """How the pump was set at this minute, in mL/h."""
    before = [row for row in rows.rates if row.happened_at < when + MINUTE]
    return before[-1].pump_ml_per_h if before else Decimal(0)


@audit.once
def prepare_bag(
    *,
    session: Session,
    strength: int,
    lot: str,
    by: User,
    at: datetime,
    expires_on: date | None = None,
    pump: str = "",
    prime_ml: Decimal = Decimal(0),
    second: SecondPerson | None = None,
    waited_s: int = 0,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Bag:
    """A bag or syringe: one of the protocol's strengths by its place in the list (H-06), checked by a second person."""
    lock(session)
    protocol = protocol_of(session)
    strengths = protocol.fluids.concentrations
    if not 0 <= strength < len(strengths):
        raise refuse("concentration", "Strength", "Only the strengths of the protocol's list can be prepared.")
    chosen, weight = strengths[strength], dosing_weight(session, protocol)
    if expires_on is not None and expires_on < session.site.today(at):
        raise refuse("expiry", "Expiry", f"This lot expired on {expires_on:%d %b %Y}. Take another one.")
    if weight is None:
        raise ask("weight_today", "Weight", "Weigh the patient first: the checker compares today's weight.")
    verdict = Verdict.of("bag", second_check(protocol, there=second is not None, waited_s=waited_s))
    if not verdict.permits:
        raise ChairRefused(verdict)
    if second is not None:
        shown = next_ml_per_h(dose_rows(session), protocol, weight_kg=weight, mg_per_ml=chosen.mg_per_ml)
        meant = expected(protocol, "bag", weight_kg=weight, mg_per_ml=chosen.mg_per_ml, ml_per_h=shown)
        agree(second, meant, session=session, by=by, at=at, written=written)
    return add(
        Bag, session=session, at=at, by=by, verb="bag prepared", written=written, drug_form=protocol.fluids.drug_form,
        mg=chosen.bag_mg, ml=chosen.bag_ml, mg_per_ml=chosen.mg_per_ml, diluent=chosen.diluent, lot=lot,
        expires_on=expires_on, pump=pump, prime_ml=prime_ml, prepared_by=by,
        checked_by=second.checker if second else None, single_handed=second is None,
    )  # fmt: skip


def judge_start(*, session: Session, at: datetime) -> GoNoGo:
    """The go, judged again inside the start's own transaction: signed, not too old, and still true (H-18)."""
    stands = standing(session, at)
    if stands.go is None or not stands.go.go or not stands.go_valid:
        old = stands.go is not None and stands.go.go
        sentence = "The signed go is too old. Judge and sign again." if old else "No signed go. Judge and sign first."
        raise StartRefused(Verdict.of("start", [missing("go", "Go", sentence)]))
    verdict = gates.judge(session, at)
    if not verdict.permits:
        raise StartRefused(verdict)
    return stands.go


@audit.once
def sign_go(
    *,
    session: Session,
    go: bool,
    secret: Secret,
    by: User,
    at: datetime,
    reason: str = "",
    written: Written = HERE,
    client_id: UUID | None = None,
) -> GoNoGo:
    """The signed judgement. GO only when every gate permits; NO-GO always, with its reason."""
    lock(session)
    if go and session.day_is_gone(at):
        raise refuse("day", "Day", DAY_GONE, question="start")
    protocol, verdict = protocol_of(session), gates.judge(session, at)
    if go and not verdict.permits:
        raise StartRefused(verdict)
    if go and not protocol.people.may("start", role_for("start", by, protocol, session.site, at)):
        raise refuse("act_permitted", "Who may", "You may not start an infusion here.", question="start")
    if not protocol_roles(by, session.site, at):
        raise refuse("act_permitted", "Who may", "Only a clinician of this site decides this.", question="start")
    if not go and not reason.strip():
        raise StartRefused(Verdict.of("start", [refused("reason", "Reason", "A NO-GO says why.")]))
    kept, code = verdict_json(verdict), uuid.uuid4()
    body = {"session": session, "go": go, "reason": reason, "verdict": kept, "order": session.order.sha256}
    signature = people.sign(
        by=by, secret=secret.word, meaning="go" if go else "no-go", subject_code=code, sha256=audit.sha256_of(body),
        site=session.site, at=at,
    )  # fmt: skip
    minutes = min(protocol.start.go_valid_min, settings.GO_VALID_MINUTES)
    return add(
        GoNoGo, session=session, at=at, by=by, verb="go" if go else "no-go", written=written, code=code, go=go,
        verdict=kept, reason=reason[:500], valid_until=at + timedelta(minutes=minutes), signature=signature,
    )  # fmt: skip
