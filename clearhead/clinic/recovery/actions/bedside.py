"""The look at the patient, the escort who came, the catheter."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.infusion import actions as chair
from clearhead.clinic.infusion.actions.base import HERE, Written, add, lock, not_ahead, raise_flag
from clearhead.clinic.infusion.models import Access, Infusion
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Session
from clearhead.clinic.plan.queries import escort_of
from clearhead.clinic.recovery.actions.base import ask, refuse
from clearhead.clinic.recovery.facts import ITEMS
from clearhead.clinic.recovery.models import EscortMet, Score
from clearhead.medicine.rules.discharge import LOOKED_AT


@audit.once
def score(
    *,
    session: Session,
    items: dict[str, int],
    answers: dict[str, bool],
    by: User | None,
    at: datetime,
    pain: int | None = None,
    pain_acceptable: bool | None = None,
    pain_on_arrival: int | None = None,
    line_out: bool = False,
    happened_at: datetime | None = None,
    intended: bool = True,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Score:
    """One look at the patient. A criterion that is not in `answers` was not looked at.

    It is recovery's score. `intended` False (a queue): what was looked at before the end is kept, and said.
    """
    infusion, when = lock(session), happened_at or at
    not_ahead(when, at)
    early = _before_the_end(infusion, when)
    if early and intended:
        raise refuse("score_in_recovery", "Score", early)
    if set(items) != set(ITEMS) or not all(0 <= value <= 2 for value in items.values()):
        raise refuse("score", "Score", f"The score has {len(ITEMS)} items of 0 to 2: {', '.join(ITEMS)}.")
    if set(answers) - set(LOOKED_AT):
        raise refuse("score", "Score", f"Not looked at here: {', '.join(sorted(set(answers) - set(LOOKED_AT)))}.")
    if not all(told is None or 0 <= told <= 10 for told in (pain, pain_on_arrival)):
        raise refuse("pain", "Pain", "Pain is 0 to 10.")
    row = add(
        Score, session=session, at=at, by=by, verb="discharge score", happened_at=happened_at, written=written,
        items=items, total=sum(items.values()), answers=answers, pain=pain, pain_acceptable=pain_acceptable,
        pain_on_arrival=pain_on_arrival, line_out=line_out,
    )  # fmt: skip
    if early:
        raise_flag(session=session, at=at, by=by, rule="score_early", level="low", sentence=early, since=when)
    return row


def _before_the_end(infusion: Infusion | None, when: datetime) -> str:
    """Why a look of this moment is none of recovery; empty where it is."""
    if infusion is None or (infusion.ended_at is not None and when >= infusion.ended_at):
        return ""
    return "The discharge score is taken in recovery, after the end of the infusion. Take it again then."


def same_person(named: str, met: str) -> bool:
    """Every word of the shorter name stands in the longer: Jonas is Jonas Lind, Maria Lind is not."""
    one, other = (set(name.casefold().replace(".", " ").split()) for name in (named, met))
    return bool(one and other) and (one <= other or other <= one)


@audit.once
def meet_escort(
    *,
    session: Session,
    by: User | None,
    at: datetime,
    name: str = "",
    alternative: str = "",
    note: str = "",
    happened_at: datetime | None = None,
    intended: bool = True,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> EscortMet:
    """The escort stands here. Somebody else than was named needs a word on who that is and that the patient agrees.

    `intended` False (a queue): it has happened, so the missing word becomes a low flag.
    """
    lock(session)
    not_ahead(happened_at or at, at)
    protocol, named = protocol_of(session), escort_of(session)
    name, alternative, note = name.strip(), alternative.strip(), note.strip()
    if alternative and alternative not in protocol.preparation.escort.alternatives:
        raise refuse("escort_met", "Escort", f"The protocol allows no “{alternative}” instead of an escort.")
    if not name and not alternative:
        raise ask("escort_met", "Escort", "Write the name of the person who stands here.")
    other = bool(name and named is not None and not same_person(named.name, name) and not note)
    sentence = f"{named.name} was named, not {name}. Write who this is, and that the patient agrees." if named else ""
    if other and intended:
        raise ask("escort_other", "Another escort", sentence)
    row = add(
        EscortMet, session=session, at=at, by=by, verb="escort met", happened_at=happened_at, written=written,
        name=name[:120], alternative=alternative[:120], note=note[:200],
    )  # fmt: skip
    if other:
        raise_flag(
            session=session, at=at, by=by, rule="escort_other", level="low", sentence=sentence, since=row.happened_at
        )
    return row


@audit.once
def take_catheter_out(
    *,
    session: Session,
    by: User | None,
    at: datetime,
    happened_at: datetime | None = None,
    intended: bool = True,
    written: Written = HERE,
    client_id: UUID | None = None,
) -> Access:
    """The catheter is out: a second row over the one that says where it lay. `intended` False: it has come out."""
    not_ahead(happened_at or at, at)
    return chair.remove_access(
        session=session, by=by, at=at, happened_at=happened_at, intended=intended, written=written
    )
