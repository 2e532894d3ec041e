"""What is due and what is late, from server time alone: it survives a restart because nothing of it is stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as lazy

from clearhead.clinic.infusion.models import Adjunct, PumpReading, Responsible
from clearhead.clinic.infusion.queries.ends import End
from clearhead.clinic.infusion.queries.flags import FlagLine
from clearhead.clinic.infusion.queries.nurse import unattended
from clearhead.clinic.infusion.queries.said import drug_name
from clearhead.clinic.infusion.queries.scheduled import DueDose
from clearhead.clinic.infusion.queries.state import Standing, State
from clearhead.medicine.protocols.bedside import Escalation
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.clock import minutes_since
from clearhead.medicine.rules.dose import DoseAccount
from clearhead.medicine.rules.observe import Due
from clearhead.medicine.rules.start import GateAnswer

ON = (State.RUNNING, State.PAUSED)


@dataclass(frozen=True, slots=True)
class Late:
    """One thing that waits. Levels rise with time: the nurse, the desk and the board, the prescriber."""

    what: str
    sentence: str
    since: datetime
    minutes: int
    level: str
    flag: int | None = None
    """The flag that waits for an answer, by its key."""

    @property
    def word(self) -> str:
        """What waits, in a word or two and without a name: for boards and a locked tablet."""
        return str(WORDS[self.what])


WORDS = {
    "set": lazy("set overdue"),
    "by_plan": lazy("drug by plan overdue"),
    "recheck": lazy("effect check overdue"),
    "reading": lazy("pump reading overdue"),
    "pause": lazy("pause too long"),
    "planned_end": lazy("planned end passed"),
    "bag_empty": lazy("bag empty by the chart"),
    "small_dose": lazy("small dose is in"),
    "cap": lazy("session cap reached"),
    "nurse": lazy("no responsible nurse"),
    "hand_over": lazy("hand-over due"),
    "pump": lazy("pump state not confirmed"),
    "pump_ml": lazy("mL of the pump not read"),
    "flag": lazy("flag not answered"),
    "prescriber": lazy("prescriber not here"),
}

NOT_READ = lazy("Pump stands still; mL not read yet.")
PRESENCE = {"in_room": "in the room", "in_building": "in the building"}
"""Where the protocol wants the prescriber; “reachable” is no place that one can leave."""


def level_of(late_min: float, steps: Escalation) -> str:
    """low, medium, high in the protocol's stated minutes; nothing before the first."""
    if late_min >= steps.prescriber_min:
        return "high"
    if late_min >= steps.desk_min:
        return "medium"
    return "low" if late_min >= steps.nurse_device_min else ""


def waiting(
    stands: Standing,
    *,
    ends: Iterable[End],
    due: Due | None,
    given: DoseAccount,
    cap_mg: Decimal | None,
    rechecks: Iterable[Adjunct],
    by_plan: Iterable[tuple[DueDose, int]],
    readings: tuple[PumpReading, ...],
    started_at: datetime | None,
    who: Responsible | None,
    flags: Iterable[FlagLine],
    prescriber: GateAnswer | None,
    protocol: Protocol,
    now: datetime,
) -> tuple[Late, ...]:
    """Everything late, the longest first."""
    steps = protocol.running.escalation
    found: list[Late | None] = []
    runs = stands.state is State.RUNNING
    found += [_late(end.what, end.sentence, end.at, now, steps) for end in (ends if runs else ())]
    if runs and cap_mg is not None and given.counted_mg >= cap_mg:
        found.append(Late("cap", "The session cap is reached by charted rates: stop the pump.", now, 0, "high"))
    if due is not None:
        found.append(_late("set", f"A {due.set} set is overdue ({due.why}).", due.at, now, steps))
    if not stands.pump_confirmed and stands.since is not None:
        found.append(Late("pump", "Pump state not confirmed.", stands.since, _whole(stands.since, now), "high"))
    elif not stands.pump_read and stands.since is not None:
        found.append(Late("pump_ml", str(NOT_READ), stands.since, _whole(stands.since, now), "low"))
    if stands.state is not State.CLOSED:
        found += [
            _late("flag", f"Not answered: {line.flag.sentence}", line.asked_at, now, steps, flag=line.flag.pk)
            for line in flags
        ]
    if runs and prescriber is not None and not prescriber.value:
        found += [_late(*said, now, steps) for said in _gone(prescriber, protocol)]
    if stands.state is State.PAUSED and stands.since is not None:
        long = stands.since + timedelta(minutes=protocol.running.max_pause_min)
        found.append(
            _late("pause", "Paused longer than the protocol allows: the start is asked again.", long, now, steps)
        )
    if stands.state in ON and started_at is not None:
        found += [_late(*said, now, steps) for said in unattended(who, protocol, since=started_at)]
    found += [_late(*said, now, steps) for said in _drugs(rechecks, by_plan if stands.state in ON else ())]
    if runs and started_at is not None and protocol.running.reconcile_every_min:
        last = max([started_at, *(reading.happened_at for reading in readings)])
        when = last + timedelta(minutes=protocol.running.reconcile_every_min)
        found.append(_late("reading", "The pump's own mL are to be read.", when, now, steps, at_most="medium"))
    return tuple(sorted((late for late in found if late is not None), key=lambda late: late.since))


def _gone(prescriber: GateAnswer, protocol: Protocol) -> Iterable[tuple[str, str, datetime]]:
    """The last word is that the prescriber left, and the protocol wants one near while drug runs."""
    where = PRESENCE.get(protocol.people.prescriber_presence)
    if where is not None and prescriber.at is not None:
        yield (
            "prescriber",
            f"The prescriber has left; the protocol asks for one {where} while drug runs.",
            prescriber.at,
        )


def _drugs(rechecks: Iterable[Adjunct], by_plan: Iterable[tuple[DueDose, int]]) -> Iterable[tuple[str, str, datetime]]:
    for row in rechecks:
        if row.recheck_at is not None:
            yield "recheck", f"Effect of {drug_name(row.ingredient_id)} to be asked.", row.recheck_at
    for dose, _minutes in by_plan:
        if dose.due_at is not None:
            yield "by_plan", f"{dose.drug.title} by plan: given, or not given and why?", dose.due_at


def _late(
    what: str,
    sentence: str,
    since: datetime,
    now: datetime,
    steps: Escalation,
    *,
    at_most: str = "high",
    flag: int | None = None,
) -> Late | None:
    late_min = minutes_since(since, now)
    level = level_of(late_min, steps) if late_min > 0 or (late_min == 0 and steps.nurse_device_min == 0) else ""
    if not level:
        return None
    return Late(what, sentence, since, int(late_min), at_most if level == "high" and at_most != "high" else level, flag)


def _whole(then: datetime, now: datetime) -> int:
    return max(0, int(minutes_since(then, now)))
