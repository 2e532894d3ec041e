"""What a departure brings with it, in the same transaction: the visit is over, the summary written, the sheet sent."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion.actions.base import ChairRefused, raise_flag
from clearhead.clinic.infusion.models import Flag
from clearhead.clinic.infusion.queries.doses import account, dose_rows, exact
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.said import left_open
from clearhead.clinic.infusion.queries.state import State, infusion_of, standing
from clearhead.clinic.letters import actions as letters
from clearhead.clinic.letters.links import promise
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session, SessionSummary
from clearhead.clinic.plan.queries import escort_of
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.schedule import actions as schedule

_MG, _MG_PER_KG = Decimal("0.0001"), Decimal("0.00001")
AGAINST_ADVICE, LEFT_EARLY = "against_advice", "left_early"
HOME = ("criteria_met", "exception", AGAINST_ADVICE)
"""Who goes home gets the sheet; a hospital's ward gives its own."""


def close_visit(left: Discharge, *, by: User, at: datetime) -> None:
    """Everything that follows from leaving. What stands open is flagged, never in the way."""
    session = left.session
    _summary(left, by, at)
    if left.disposition == AGAINST_ADVICE:
        _tell(left, by, at)
    if session.booking is not None:
        schedule.record_leaving(booking=session.booking, by=by, at=at, happened_at=left.happened_at)
    if left.disposition in HOME:
        _send(left, by, at)


def _tell(left: Discharge, by: User, at: datetime) -> None:
    """Who left against advice is brought to the prescriber, with everything that was not met.

    Also where a departure is corrected to it; what was told of it before is not told twice.
    """
    session, first = left.session, cast(Discharge | None, left.corrects)
    told = _unmet(first) if first is not None and first.disposition == AGAINST_ADVICE else {}
    unmet = _unmet(left)
    if not unmet or (told and not unmet.keys() - told.keys() - {"flags_answered"}):  # the flag of it is one of those
        return
    raise_flag(
        session=session, at=at, by=by, rule=LEFT_EARLY, level="high", value=str(left.code), for_prescriber=True,
        sentence=f"Left against advice, not met: {', '.join(unmet.values())}."[:400], since=left.happened_at,
        corrects=Flag.standing().filter(session=session, rule=LEFT_EARLY).last(),
    )  # fmt: skip


def _unmet(left: Discharge) -> dict[str, str]:
    """What was not met, by its gate, in words."""
    return {one["gate"]: one["title"] for one in left.verdict["reasons"] if one["outcome"] != "allowed"}


def _summary(left: Discharge, by: User, at: datetime) -> None:
    """What the session came to, where the infusion room has not written it."""
    session = left.session
    if SessionSummary.standing().filter(session=session).exists() or infusion_of(session) is None:
        return
    stands = standing(session, at)
    if stands.state in {State.RUNNING, State.PAUSED}:
        sentence = "The patient left while the pump is charted as running. Stop the pump, end the rate, then close."
        raise_flag(session=session, at=at, by=by, rule="left_running", level="high", sentence=sentence)
        return
    try:
        chair.close(session=session, by=by, at=at, end_reason=f"left: {left.get_disposition_display()}")
    except ChairRefused as refusal:
        sentence = f"The patient left with this still open: {refusal}"
        raise_flag(session=session, at=at, by=by, rule=chair.LEFT_OPEN, level="medium", sentence=sentence[:400])
        _write_summary(session, left, by, at)


def _write_summary(session: Session, left: Discharge, by: User, at: datetime) -> None:
    """By charted rates, so that exposure and review count this session although its drug is not closed."""
    infusion = session.infusion
    given = account(dose_rows(session), protocol_of(session), left.happened_at)
    summary = SessionSummary.objects.create(
        session=session,
        given_mg=exact(given.counted_mg).quantize(_MG),
        given_mg_per_kg=exact(given.mg_per_kg(infusion.weight_kg)).quantize(_MG_PER_KG),
        infusion_minutes=int(given.running_min),
        end_reason=f"left: {left.get_disposition_display()}"[:80],
        open_symptoms=left_open(session),
        happened_at=at,
        recorded_at=at,
        recorded_by=by,
    )
    audit.record(
        chain=session.site.slug, at=at, by=by, verb="session closed", subject=summary, patient=session.patient,
        body={"given_mg": summary.given_mg, "minutes": summary.infusion_minutes, "end_reason": summary.end_reason},
    )  # fmt: skip


def _send(left: Discharge, by: User, at: datetime) -> None:
    """A notice with a link to the sheet: to the patient, and to the escort where the patient allows it.

    The message itself says nothing clinical; what must not be done until when stands behind the link.
    """
    session, until = left.session, left.restriction_until or at
    link = promise("recovery-sheet-link", purpose="discharge-sheet", subject_code=session.code, until=until)
    common: dict[str, Any] = {
        "site": session.site,
        "patient": session.patient,
        "about_code": left.code,
        "due_at": at,
        "by": by,
    }
    channels = [channel for channel in ("mail", "sms") if letters.address_of(session.patient, channel)]
    for channel in channels or ["print"]:
        told = {"until": until, "link": link}
        letters.queue(**common, at=at, template="instructions", context=told, channel=channel)
    escort = escort_of(session)
    if escort is None or not escort.may_be_told or left.corrects_id is not None:
        return
    for channel, to in (("mail", escort.mail), ("sms", escort.phone)):
        if to:
            letters.queue(**common, at=at, template="to_read", context={"link": link}, channel=channel, to=to)
