"""The responsible nurse, the drug's closure, and closing the session."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion.actions.base import HERE, ChairRefused, Written, add, lock, refuse
from clearhead.clinic.infusion.actions.flags import acknowledge
from clearhead.clinic.infusion.entered import Secret
from clearhead.clinic.infusion.models import DrugClosure, Flag, Responsible
from clearhead.clinic.infusion.queries.doses import account, dose_rows, exact
from clearhead.clinic.infusion.queries.handover import hand_over, responsible
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.remains import drug_is_open
from clearhead.clinic.infusion.queries.said import left_open
from clearhead.clinic.infusion.queries.state import State, standing
from clearhead.clinic.people.access import roles_of
from clearhead.clinic.people.models import CLINICAL, Role, User
from clearhead.clinic.people.secrets import SignatureRefused, prove
from clearhead.clinic.plan.models import Session, SessionSummary
from clearhead.medicine.rules.dose import DrugClosure as Closure
from clearhead.medicine.rules.reasons import missing, refused
from clearhead.medicine.rules.verdict import Reason, Verdict

LEFT_OPEN = "left_open"
"""The flag of a departure before the drug was accounted for or the pump seen."""
SYRINGE_MG = Decimal("1")
"""How closely what is left and wasted can be read (assumption)."""


@audit.once
def take_over(
    *,
    session: Session,
    by: User,
    at: datetime,
    read_items: tuple[str, ...] = (),
    for_break: bool = False,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Responsible:
    """I take this chair: from now on this nurse answers for it. Open items have to be read, each one.

    For a break the former nurse stays named beside the new one, and takes the chair back the same way.
    """
    if not roles_of(by, session.site) & set(CLINICAL):
        raise refuse("act_permitted", "Who may", "Only a clinician of this site takes a chair.")
    before = responsible(session)
    items = hand_over(session, at).open_items
    unread = [item for item in items if item not in read_items] if before is not None else []
    if unread:
        reasons = [missing("hand_over", "Open item", item) for item in unread]
        raise ChairRefused(Verdict.of("hand_over", reasons))
    former = before.nurse if before and before.nurse_id != by.pk else None
    covered = (before.covers or former) if before and former and for_break else None
    return add(
        Responsible, session=session, at=at, by=by, verb="takes the chair", written=written, nurse=by,
        handed_over_by=former, read_items=list(read_items),
        covers=covered if covered is not None and covered.pk != by.pk else None,
    )  # fmt: skip


@audit.once
def close_drug(
    *,
    session: Session,
    wasted_mg: Decimal,
    left_mg: Decimal,
    by: User,
    at: datetime,
    witness: User | None = None,
    witness_secret: Secret | None = None,
    reason: str = "",
    written: Written = HERE,
    client_id: UUID | None = None,
) -> DrugClosure:
    """Drawn = given + left in the line + wasted. A difference needs a written reason (H-08).

    Given is what came out of the line into the vein: what stayed in the line is not counted twice.
    What is wasted is seen by a second person, who shows an own secret (H-39); a single-handed site writes a reason.
    """
    lock(session)
    if wasted_mg > 0 or witness is not None:
        _witnessed(session, witness, witness_secret, reason, by, at)
    rows = dose_rows(session)
    given = account(rows, protocol_of(session), at)
    drawn = sum((bag.mg for bag in rows.bags), Decimal(0))
    sums = Closure(drawn, given.delivered_mg, Fraction(left_mg), wasted_mg)
    difference = exact(sums.missing_mg)
    if not sums.closes(within_mg=SYRINGE_MG) and not reason.strip():
        sentence = f"{difference:.1f} mg are not accounted for. Read the bags again, or say why."
        raise ChairRefused(Verdict.of("closure", [missing("drug_closure", "Drug", sentence)]))
    return add(
        DrugClosure, session=session, at=at, by=by, verb="drug closed", written=written, drawn_mg=drawn,
        given_mg=exact(given.delivered_mg).quantize(Decimal("0.001")), left_mg=left_mg, wasted_mg=wasted_mg,
        difference_mg=difference.quantize(Decimal("0.001")), witness=witness, reason=reason[:300],
    )  # fmt: skip


def _witnessed(
    session: Session, witness: User | None, secret: Secret | None, reason: str, by: User, at: datetime
) -> None:
    """Refuse waste that nobody else saw."""
    if witness is None:
        if session.site.single_handed and reason.strip():
            return
        alone = " Alone on duty? Write the reason." if session.site.single_handed else ""
        raise _no_witness(f"What is thrown away is seen by a second person.{alone}")
    if witness.pk == by.pk or session.patient.user_id == witness.pk:
        raise _no_witness("Nobody witnesses their own waste, and no patient does. Ask a colleague.")
    if not roles_of(witness, session.site) & {*CLINICAL, Role.PHARMACIST}:
        raise _no_witness(f"{witness.name} is no clinician or pharmacist on duty here.")
    try:
        prove(witness, secret.word if secret else "", at=at)
    except SignatureRefused as refusal:
        raise _no_witness(f"The witness: {refusal}") from refusal


def _no_witness(sentence: str) -> ChairRefused:
    return ChairRefused(Verdict.of("closure", [refused("witness", "Witness", sentence)]))


@audit.once
def close(
    *, session: Session, by: User, at: datetime, end_reason: str = "planned end", client_id: UUID | None = None
) -> SessionSummary:
    """What the session came to. Only after the pump was seen stopped and the drug is accounted for."""
    lock(session)
    rows, stands = dose_rows(session), standing(session, at)
    reasons = list(_still_open(session, stands.state, stands.pump_confirmed, bool(rows.rates)))
    if reasons:
        raise ChairRefused(Verdict.of("close", reasons))
    given = account(rows, protocol_of(session), at)
    weight = session.infusion.weight_kg if rows.rates else session.order.weight_kg
    summary = SessionSummary.objects.create(
        session=session,
        given_mg=exact(given.counted_mg).quantize(Decimal("0.0001")),
        given_mg_per_kg=exact(given.mg_per_kg(weight)).quantize(Decimal("0.00001")),
        infusion_minutes=int(given.running_min),
        end_reason=end_reason[:80],
        open_symptoms=left_open(session),
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
    )
    body = {"given_mg": summary.given_mg, "minutes": summary.infusion_minutes, "end_reason": end_reason}
    audit.record(
        chain=session.site.slug,
        at=at,
        by=by,
        verb="session closed",
        subject=summary,
        patient=session.patient,
        body=body,
    )
    return summary


def _still_open(session: Session, state: State, pump_confirmed: bool, ran: bool) -> list[Reason]:
    found = []
    if state in {State.RUNNING, State.PAUSED}:
        found.append(missing("ended", "Pump", "The infusion has not been ended."))
    if state is State.CLOSED:
        found.append(missing("closed", "Closed", "This session is closed already."))
    if not pump_confirmed:
        found.append(
            missing("pump_seen_stopped", "Pump", "Pump state not confirmed: look at it, then record it stopped.")
        )
    if ran and not DrugClosure.standing().filter(session=session).exists():
        found.append(missing("drug_closure", "Drug", "The drug is not accounted for: given, left in the line, wasted."))
    return found


@audit.once
def finish(
    *,
    session: Session,
    left_mg: Decimal,
    wasted_mg: Decimal,
    by: User,
    at: datetime,
    witness: User | None = None,
    witness_secret: Secret | None = None,
    reason: str = "",
    end_reason: str = "planned end",
    client_id: UUID | None = None,
) -> SessionSummary:
    """Account for the drug and close the session, both or neither.

    Where the patient left first, the departure has closed the session: then only the drug was still open (H-08).
    """
    accounted = not drug_is_open(session, dose_rows(session))
    if not accounted:
        close_drug(
            session=session, left_mg=left_mg, wasted_mg=wasted_mg, witness=witness, witness_secret=witness_secret,
            reason=reason, by=by, at=at,
        )  # fmt: skip
    written: SessionSummary | None = SessionSummary.standing().filter(session=session).last()
    if written is None or accounted:
        return close(session=session, by=by, at=at, end_reason=end_reason)
    if standing(session, at).pump_confirmed:
        for flag in Flag.standing().filter(session=session, rule=LEFT_OPEN).exclude(acks__cleared=True):
            acknowledge(session=session, flag=flag, done="drug accounted for", cleared=True, by=by, at=at)
    return written
