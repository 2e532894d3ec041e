"""Recovery in one frozen object: the timer, the criteria, what is still open, when the patient may drive again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.utils.translation import gettext as _

from clearhead.clinic.infusion.models import Access, Flag, Infusion, Observation, Responsible
from clearhead.clinic.infusion.queries.adjuncts import adjuncts
from clearhead.clinic.infusion.queries.doses import dose_rows
from clearhead.clinic.infusion.queries.flags import emergency_since
from clearhead.clinic.infusion.queries.handover import open_flags, responsible
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.state import Standing, infusion_of, standing
from clearhead.clinic.infusion.queries.vitals import observations, observe_facts, open_symptoms, prn_orders
from clearhead.clinic.plan.models import Escort, Session
from clearhead.clinic.plan.queries import escort_of
from clearhead.clinic.recovery.facts import AtTheDoor, accesses, escort_met, judged_facts, last_score
from clearhead.clinic.recovery.models import Discharge, EscortMet, Score
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules import discharge, observe
from clearhead.medicine.rules.clock import clock_time
from clearhead.medicine.rules.discharge import DischargeFacts
from clearhead.medicine.rules.verdict import Reason, Verdict

AT_THE_DOOR = ("instructions_acknowledged", "symptoms_closed")
"""Criteria that the form of leaving itself answers."""


@dataclass(frozen=True, slots=True)
class Timer:
    """The observation time, by the server's clock."""

    since: datetime | None
    until: datetime | None
    minutes_left: int
    percent: int
    why: tuple[str, ...]
    decides: str = ""
    """What the end is counted from, in words."""

    @property
    def over(self) -> bool:
        """True once the least observation has passed."""
        return self.until is not None and self.minutes_left == 0


@dataclass(frozen=True, slots=True)
class OpenSymptom:
    """A symptom that has not ended, in the protocol's words."""

    title: str
    grade: int
    word: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Restriction:
    """What this patient must not do, until when."""

    what: str
    sentence: str
    until: datetime
    note: str = ""


@dataclass(frozen=True)
class RecoveryView:
    """Everything the recovery page shows at one moment."""

    session: Session
    now: datetime
    protocol: Protocol
    infusion: Infusion | None
    left: Discharge | None
    standing: Standing
    responsible: Responsible | None
    timer: Timer
    facts: DischargeFacts
    verdict: Verdict
    sets: tuple[Observation, ...]
    due: observe.Due | None
    score: Score | None
    escort_named: Escort | None
    escort_met: EscortMet | None
    accesses: tuple[Access, ...]
    open_symptoms: tuple[OpenSymptom, ...]
    flags: tuple[Flag, ...]
    restrictions: tuple[Restriction, ...]

    @property
    def emergency_since(self) -> datetime | None:
        """Since when an emergency goes on; None where none does."""
        return emergency_since(self.flags)

    @property
    def asked_before(self) -> tuple[Reason, ...]:
        """What still stands against the label and cannot be ticked at the door."""
        return tuple(reason for reason in self.verdict.blocking if reason.gate not in AT_THE_DOOR)

    @property
    def look_again(self) -> str:
        """Why the last score does not count for going home; empty where it does, or where there is none."""
        return discharge.look_again(self.facts, self.protocol, at=self.now) if self.score else ""

    @property
    def met(self) -> int:
        """How many criteria are met."""
        return len(self.verdict.reasons) - len(self.verdict.blocking)

    @property
    def open_accesses(self) -> tuple[Access, ...]:
        """Catheters that still lie."""
        return tuple(row for row in self.accesses if row.out_at is None)

    @property
    def alternatives(self) -> tuple[str, ...]:
        """What the protocol allows instead of an escort."""
        return tuple(self.protocol.preparation.escort.alternatives)

    @property
    def asks_pain_on_arrival(self) -> bool:
        """True where nobody charted pain before the start."""
        return not any(row.phase == "baseline" and row.pain is not None for row in self.sets)

    @property
    def recovery_sets(self) -> tuple[Observation, ...]:
        """Sets taken since the last drug went in."""
        ended = self.facts.ended_at
        return tuple(row for row in self.sets if ended is not None and row.happened_at >= ended)


def recovery_of(session: Session, now: datetime) -> RecoveryView:
    """Recovery as it stands now; nothing of it is stored, so a restart changes nothing."""
    protocol, infusion, left = protocol_of(session), infusion_of(session), departure_of(session)
    facts = judged_facts(session, protocol, AtTheDoor(), at=now)
    return RecoveryView(
        session=session,
        now=now,
        protocol=protocol,
        infusion=infusion,
        left=left,
        standing=standing(session, now),
        responsible=responsible(session),
        timer=timer_of(facts, protocol, now, session.site.tz),
        facts=facts,
        verdict=discharge.judge(facts, protocol, at=now),
        sets=observations(session),
        due=None if left else due_of(session, infusion, protocol, now),
        score=last_score(session),
        escort_named=escort_of(session),
        escort_met=escort_met(session),
        accesses=accesses(session),
        open_symptoms=symptoms_of(session, protocol),
        flags=open_flags(session),
        restrictions=restrictions_of(left.happened_at if left else now, protocol),
    )


def departure_of(session: Session) -> Discharge | None:
    """How the patient left, or None while they are here."""
    rows = Discharge.standing().filter(session=session).select_related("recorded_by", "signature__signer")
    return rows.order_by("happened_at", "pk").last()


def due_of(session: Session, infusion: Infusion | None, protocol: Protocol, now: datetime) -> observe.Due | None:
    """The next set the observation clock asks for; None when nobody is observed."""
    if infusion is None:
        return None
    facts = observe_facts(
        infusion, dose_rows(session), observations(session), adjuncts(session), prn_orders(protocol),
        bool(open_symptoms(session)),
    )  # fmt: skip
    return observe.due(facts, protocol, at=now)


def timer_of(facts: DischargeFacts, protocol: Protocol, now: datetime, zone: tzinfo) -> Timer:
    """How long the patient is observed, and what made it that long."""
    waits, since = discharge.waits(facts, protocol), facts.ended_at
    if not waits or since is None:
        return Timer(None, None, 0, 0, ())
    until = waits[0].until
    whole, left = (until - since).total_seconds(), (until - now).total_seconds()
    percent = 100 if whole <= 0 else round(100 * min(1.0, max(0.0, 1 - left / whole)))
    decides = _counted_from(waits[0], zone)
    return Timer(since, until, max(0, -int(-left // 60)), percent, tuple(_why(facts, protocol, zone)), decides)


def _counted_from(wait: discharge.Wait, zone: tzinfo) -> str:
    """The wait that decides, in words."""
    said = {"at": clock_time(wait.since, zone), "n": wait.minutes}
    return {
        "end": _("Counted from the end of the infusion at %(at)s"),
        "sedative": _("Counted from the sedative at %(at)s: %(n)s min"),
        "order": _("Counted from the drug that was given at %(at)s: %(n)s min"),
        "reversal": _("Counted from the reversal medicine at %(at)s: %(n)s min"),
    }[wait.counts] % said


def _why(facts: DischargeFacts, protocol: Protocol, zone: tzinfo) -> list[str]:
    rule, minutes = protocol.recovery, int(-(-facts.infusion_min // 1))
    words = [_("%(n)s min after every infusion") % {"n": rule.observe_min}]
    for_length = rule.minutes(minutes) - rule.observe_min
    if for_length > 0:
        words.append(_("+%(n)s min for its length") % {"n": for_length})
    for_sedative = rule.added_after_sedative_min if facts.sedative_last_at else 0
    if for_sedative and for_sedative >= facts.added_recovery_min:
        words.append(_("+%(n)s min after a sedative") % {"n": for_sedative})
    elif facts.added_recovery_min:
        words.append(_("+%(n)s min for a drug that was given") % {"n": facts.added_recovery_min})
    if facts.sedative_last_at is not None:
        said = {"n": rule.added_after_sedative_min, "at": clock_time(facts.sedative_last_at, zone)}
        words.append(_("at least %(n)s min from the sedative at %(at)s") % said)
    if facts.reversal_last_at is not None:
        words.append(_("at least %(n)s min after a reversal medicine") % {"n": rule.after_reversal_at_least_min})
    return words


def symptoms_of(session: Session, protocol: Protocol) -> tuple[OpenSymptom, ...]:
    """What has not ended, the worst first."""
    found = []
    for row in open_symptoms(session):
        rule = protocol.limits.symptom(row.symptom)
        word = rule.grades[row.grade - 1] if rule and len(rule.grades) >= row.grade else ""
        found.append(OpenSymptom(rule.title if rule else row.symptom, row.grade, word, row.happened_at))
    return tuple(sorted(found, key=lambda one: -one.grade))


def own_sentences(restrictions: tuple[Restriction, ...], protocol: Protocol) -> tuple[str, ...]:
    """What the clinic adds in its own words and no restriction with a time has said yet."""
    said = {_opening(one.sentence) for one in restrictions}
    return tuple(one for one in protocol.recovery.restrictions.sentences if _opening(one) not in said)


def _opening(sentence: str) -> tuple[str, ...]:
    return tuple(sentence.casefold().replace(".", "").replace(",", "").split()[:3])


def restrictions_of(left_at: datetime, protocol: Protocol) -> tuple[Restriction, ...]:
    """The personal clock: each restriction and its end, counted from leaving."""
    ends = discharge.restriction_ends(left_at, protocol)
    sleep = protocol.recovery.restrictions.sleep_rule
    rows = [
        Restriction("driving", _("Do not drive or use machines"), ends["driving"], "" if sleep == "none" else sleep),
        Restriction("alcohol", _("Drink no alcohol"), ends["alcohol"]),
        Restriction("legal_decisions", _("Sign no contracts, make no large decisions"), ends["legal_decisions"]),
        Restriction("sole_childcare", _("Do not look after children on your own"), ends["sole_childcare"]),
    ]
    return tuple(row for row in rows if row.until > left_at)
