"""What "More…" offers: only acts that the present state and licence allow, and beside the others why not yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from clearhead.clinic.infusion.queries.chair import ChairView
from clearhead.clinic.infusion.queries.remains import drug_is_open
from clearhead.clinic.infusion.queries.state import State

BEFORE = (State.PREPARING, State.READY)
ON = (State.RUNNING, State.PAUSED)


@dataclass(frozen=True, slots=True)
class Offer:
    """One act: the page it is done on, or why it is not open. `past`: what was done already is charted all the same."""

    page: str
    word: str
    why_not: str = ""
    past: str = ""
    face: str = ""
    """What opens beside the chair's page, with the network and without it."""


def offers(view: ChairView) -> tuple[Offer, ...]:
    """In the order of a session: the pump, the bag, the end, then what can always be looked at."""
    return (*_pump(view), *_bag(view), *_over(view), *_looks(view))


def _pump(view: ChairView) -> Iterable[Offer]:
    state, may = view.standing.state, view.permits
    if state is State.PAUSED:
        yield Offer("infusion-resume", _("Resume"), _licence(may["resume"].may, may["resume"].who))
    elif state is State.STOPPED:
        ended = _("the infusion was ended; it is not taken up again")
        yield Offer("infusion-rate", _("Resume"), ended, _("Chart what it gives all the same"))
    if state in ON:
        yield Offer("infusion-reading", _("Read the pump"))
        given = _("Chart one that was given")
        if view.protocol.caps.single_bolus is None:
            yield Offer("infusion-bolus", _("Bolus"), _("none in this protocol"), given)
        else:
            paused = _("resume first") if state is State.PAUSED else ""
            yield Offer("infusion-bolus", _("Bolus"), _licence(may["bolus"].may, may["bolus"].who) or paused, given)


def _licence(may: bool, who: str) -> str:
    return "" if may else _("done here by %(who)s") % {"who": who}


def _bag(view: ChairView) -> Iterable[Offer]:
    state, may = view.standing.state, view.permits["change_bag"]
    if state in (*BEFORE, *ON):
        yield Offer("infusion-bag", _("Prepare a bag"))
    if state in ON and view.dose_rows.new_bag is None:
        yield Offer("", _("Hang the new bag"), _("prepare the new bag first"))
    elif state in ON:
        yield Offer("infusion-change-bag", _("Hang the new bag"), _licence(may.may, may.who))
    if state in (*ON, State.STOPPED):
        yield Offer("infusion-flush", _("Flush"))


def _over(view: ChairView) -> Iterable[Offer]:
    state = view.standing.state
    if state in ON:
        yield Offer("infusion-end", _("End the infusion"))
    if view.day_is_gone:
        yield Offer("", _("Start"), _("the day is over, nothing was given"))
    elif state in BEFORE:
        yield Offer("infusion-go", _("Go or no-go"))
        yield Offer("", _("Close the session"), _("after the infusion; where it does not begin, sign a no-go"))
    elif state is State.PAUSED:
        yield Offer("infusion-go", _("Go or no-go"))
    if state in ON:
        yield Offer("", _("Close the session"), _("end the infusion first"))
    elif state is State.STOPPED and not view.standing.pump_confirmed:
        yield Offer("", _("Close the session"), _("first somebody looks: pump seen stopped"))
    elif state is State.STOPPED:
        yield Offer("infusion-close", _("Close the session"))
    elif state is State.CLOSED and drug_is_open(view.session, view.dose_rows):
        yield Offer("infusion-close", _("Account for the drug"))
    elif state is State.CLOSED:
        yield Offer("", _("Close the session"), _("it is closed"))


def _looks(view: ChairView) -> Iterable[Offer]:
    yield Offer("infusion-observe", _("Full set as a page"))
    if view.infusion is not None:
        yield Offer("infusion-forecast", _("Forecast"))
    yield Offer("infusion-emergency", _("Emergency lines"), face="emergency")
    yield Offer("infusion-transfer", _("Transfer sheet"))
    yield Offer("infusion-record", _("Whole record"))
    yield Offer("infusion-print", _("Print"))
