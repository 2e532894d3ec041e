"""The last page of the printed record: what was given, felt, checked, corrected, and by whom, each a line.

Each list is as long as it is while the page has room; then the longest lose lines and say how many the whole record
has more. What was an emergency and what was corrected is never left out. No line is ever shortened: where long texts
need more than the page, everything is told in one list that goes on over as many pages as it takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from clearhead.clinic.infusion.queries import doses
from clearhead.clinic.infusion.queries.chair import ChairView
from clearhead.clinic.infusion.queries.grid import LATE_ENTRY
from clearhead.clinic.infusion.queries.record import Line, goes_on
from clearhead.clinic.infusion.queries.said import breach_words, drug_words, symptom_words, words
from clearhead.clinic.plan.models import Session
from clearhead.clinic.plan.sheet import escort_of
from clearhead.clinic.web.templatetags.clinic import plain_number
from clearhead.medicine.rules.clock import clock_time

LINES = {"A4": 84, "Letter": 86}
LETTERS = {"A4": 74, "Letter": 68}
"""What the two columns hold under the totals and above the signatures; a heading takes the room of two lines."""
SIGNATURES_A_ROW, ROW_OF_SIGNATURES = 4, 6
ALARMS = ("emergency", "stop", "help", "pump_seen_stopped", "consent_withdrawn")
QUIET = "no_new_symptoms"


@dataclass(frozen=True, slots=True)
class Said:
    """One line: when, what, by whom."""

    at: datetime | None
    words: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One list under its heading; `more` lines stand in the whole record only."""

    title: str
    lines: tuple[Said, ...]
    may_cut: bool = True
    more: int = 0


@dataclass(frozen=True, slots=True)
class Person:
    """Who wrote, how much, and the place for a signature."""

    name: str
    entries: int


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums by charted rates, beside what the pump itself counted."""

    mg: Decimal
    mg_per_kg: Decimal | None
    cap_mg: Decimal | None
    charted_ml: Decimal
    pump_ml: Decimal | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The page: two columns of lists, the names of the empty ones, signatures. `flowing`: one list over many pages."""

    totals: Totals
    flowing: bool
    left: tuple[Section, ...]
    right: tuple[Section, ...]
    empty: tuple[str, ...]
    people: tuple[Person, ...]
    signed: tuple[Said, ...]
    whole: bool


LATER: list[Callable[[Session], Iterable[Said]]] = []
"""What steps after this one know of the departure; each adds its reader when it is loaded."""


def summary(view: ChairView, lines: tuple[Line, ...], size: str = "A4") -> Summary:
    """Everything beside the picture, in order of what is looked for first."""
    found = sections(view, lines)
    full = [one for one in found if one.lines]
    writers = people(lines)
    fitted = fit(full, size, len(writers) + 1)
    flowing = lines_of_paper(fitted, size) > room(size, len(writers) + 1)
    fitted = full if flowing else fitted
    left, right = (tuple(full), ()) if flowing else halves(fitted, size)
    return Summary(
        totals=totals(view),
        flowing=flowing,
        left=left,
        right=right,
        empty=tuple(one.title for one in found if not one.lines),
        people=writers,
        signed=_signed(view, lines),
        whole=fitted == full,
    )


def totals(view: ChairView) -> Totals:
    """The sums of the session."""
    read = view.readings[-1].pump_ml if view.readings else None
    given = view.given
    return Totals(given.mg, given.mg_per_kg, given.cap_mg, doses.exact(given.account.pump_ml), read)


def sections(view: ChairView, lines: tuple[Line, ...]) -> list[Section]:
    """Every list of the page, the empty ones too."""
    kinds: dict[str, list[Line]] = {}
    for line in lines:
        if not line.corrected:
            kinds.setdefault(line.model, []).append(line)
    events = [line for line in kinds.get("event", []) if getattr(line.row, "kind", "") != QUIET]
    alarms = [line for line in events if getattr(line.row, "kind", "") in ALARMS]
    return [
        Section(_("Emergency, stop, help"), _as_said(alarms), may_cut=False),
        Section(_("Who answered for the chair"), _as_said(kinds.get("responsible", [])), may_cut=False),
        Section(_("Vein access"), _as_said(kinds.get("access", [])), may_cut=False),
        Section(_("Escort and departure"), tuple(_departure(view.session)), may_cut=False),
        Section(_("Drug accounted for"), tuple(map(_closure, kinds.get("drugclosure", []))), may_cut=False),
        Section(_("Corrections: old → new"), tuple(_corrections(view, lines)), may_cut=False),
        Section(_("Rates"), tuple(map(_rate, kinds.get("ratechange", [])))),
        Section(_("Boluses"), tuple(map(_bolus, kinds.get("bolus", [])))),
        Section(_("Flushes"), _as_said(kinds.get("flush", []))),
        Section(_("Pump read"), tuple(map(_reading, kinds.get("pumpreading", [])))),
        Section(_("Bags and second checks"), _checks(kinds)),
        Section(_("Symptoms and their course"), tuple(_symptoms(view, kinds.get("symptom", [])))),
        Section(_("Drugs and their effect"), tuple(_drugs(view))),
        Section(_("Flags and what was done"), tuple(_flags(view))),
        Section(_("Notes and events"), _as_said([line for line in events if line not in alarms])),
        Section(_("Written late"), tuple(_late(view, lines))),
    ]


def _as_said(lines: Iterable[Line]) -> tuple[Said, ...]:
    return tuple(Said(line.happened_at, line.words, line.by) for line in lines)


def _person(row: Any) -> str:
    """Who stood beside, or that nobody did."""
    if row.second_person_id is not None:
        return " · " + _("checked by %(name)s") % {"name": row.second_person.name}
    return " · " + _("alone, re-read") if row.single_handed else ""


def _rate(line: Line) -> Said:
    row: Any = line.row
    return Said(line.happened_at, line.words + _person(row), line.by)


def _bolus(line: Line) -> Said:
    row: Any = line.row
    return Said(line.happened_at, line.words + _person(row), line.by)


def _reading(line: Line) -> Said:
    row: Any = line.row
    head = _("seen stopped: ") if row.stopped else ""
    return Said(line.happened_at, head + line.words, line.by)


def _closure(line: Line) -> Said:
    row: Any = line.row
    witness = _("witness %(name)s") % {"name": row.witness.name} if row.witness else _("no witness")
    said = [line.words, _("difference %(mg)s mg") % {"mg": plain_number(row.difference_mg, 3)}, witness]
    return Said(line.happened_at, " · ".join(said), line.by)


def _checks(kinds: dict[str, list[Line]]) -> tuple[Said, ...]:
    found = [(line, _bag(line)) for line in kinds.get("bag", [])]
    found += [(line, Said(line.happened_at, line.words, line.by)) for line in kinds.get("check", [])]
    return tuple(said for line, said in sorted(found, key=lambda one: (one[0].happened_at, one[0].recorded_at)))


def _bag(line: Line) -> Said:
    row: Any = line.row
    checked = _("checked by %(name)s") % {"name": row.checked_by.name} if row.checked_by else _("alone, re-read")
    return Said(line.happened_at, f"{line.kind}: {line.words} · {checked}", row.prepared_by.name)


def _symptoms(view: ChairView, lines: list[Line]) -> Iterable[Said]:
    """One line a symptom: from its first grade to its end."""
    courses: dict[str, list[Line]] = {}
    for line in lines:
        courses.setdefault(getattr(line.row, "symptom", ""), []).append(line)
    for code, rows in courses.items():
        steps = []
        for line in rows:
            row: Any = line.row
            said = symptom_words(code, row.grade, view.protocol).partition(": " if row.grade == 0 else ", ")[2]
            steps.append(f"{_clock(view, line.happened_at)} {said}" + (f" ({row.note})" if row.note else ""))
        title = symptom_words(code, 0, view.protocol).rpartition(":")[0]
        still = "" if getattr(rows[-1].row, "grade", 0) == 0 else " → " + _("still open")
        by = ", ".join(dict.fromkeys(line.by for line in rows))
        yield Said(rows[0].happened_at, f"{title}: {' → '.join(steps)}{still}", by)


def _drugs(view: ChairView) -> Iterable[Said]:
    effects = {effect.adjunct_id: effect for effect in view.effects}
    for row in view.adjuncts:
        said = drug_words(row, view.protocol) + (f" · {breach_words(row.breach)}" if row.breach else "")
        effect = effects.get(row.pk)
        if effect is not None:
            said += f" → {effect.get_effect_display()} {_clock(view, effect.happened_at)}"
        elif row.recheck_at is not None:
            said += " → " + _("effect not asked")
        yield Said(row.happened_at, said, row.recorded_by.name if row.recorded_by else "")


def _flags(view: ChairView) -> Iterable[Said]:
    for line in view.flags:
        done = "; ".join(f"{_clock(view, ack.happened_at)} {ack.done}" for ack in line.acks)
        level = {"high": "▲▲▲", "medium": "▲▲", "low": "▲"}[line.flag.level]
        yield Said(line.flag.happened_at, f"{level} {line.flag.sentence} → {done or _('nothing written')}")


def _departure(session: Session) -> Iterable[Said]:
    escort = escort_of(session)
    if escort is not None:
        said = _("escort named: %(name)s, %(phone)s") % {"name": escort.name, "phone": escort.phone}
        yield Said(escort.happened_at, said)
    for read in LATER:
        yield from read(session)


def _corrections(view: ChairView, lines: tuple[Line, ...]) -> Iterable[Said]:
    """What was believed, what is true, who put it right and when. A vein or a flag that goes on is no correction."""
    of = {line.row.code: line for line in lines}
    for line in lines:
        after: Any = getattr(line.row, "corrected_by", None)
        if after is None or goes_on(line.row) or (line.model == "flag" and not after.struck):
            continue
        then = of.get(after.code)
        new = then.words if then is not None else words(after, view.protocol)
        if after.struck:
            new = then.why if then is not None and then.why else _("taken back")
        by = after.recorded_by.name if after.recorded_by else (after.device or _("the chair's tablet"))
        said = f"{line.kind}: {line.words} → {new} ({line.by})"
        yield Said(line.happened_at, said, f"{by} {_clock(view, after.recorded_at)}")


def _late(view: ChairView, lines: tuple[Line, ...]) -> Iterable[Said]:
    for line in lines:
        if getattr(line.row, "struck", False):  # typed later because it was taken back: it stands under the corrections
            continue
        if line.queued or line.recorded_at - line.happened_at > LATE_ENTRY:
            offline = ", " + _("written offline") if line.queued else ""
            typed = _("typed %(at)s") % {"at": _clock(view, line.recorded_at)}
            yield Said(line.happened_at, f"{line.kind}: {line.words} ({typed}{offline})", line.by)


def _clock(view: ChairView, moment: datetime) -> str:
    return clock_time(moment, view.session.site.tz)


def people(lines: tuple[Line, ...]) -> tuple[Person, ...]:
    """Who wrote how much: the place for signatures."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.by] = counts.get(line.by, 0) + 1
    return tuple(Person(name, count) for name, count in sorted(counts.items()))


def _signed(view: ChairView, lines: tuple[Line, ...]) -> tuple[Said, ...]:
    """What was signed with a password or a PIN."""
    found = [Said(order.signed_at, _("order"), order.signer.name) for order in [view.session.order.signature]]
    for line in lines:
        row: Any = line.row
        if line.model == "gonogo" and not line.corrected:
            found.append(Said(row.signature.signed_at, line.words, row.signature.signer.name))
    return tuple(found)


def weight(section: Section, size: str) -> int:
    """Lines of paper that a list takes, its heading and its last line included."""
    return 2 + sum(_deep(line, size) for line in section.lines) + (1 if section.more else 0)


def _deep(line: Said, size: str) -> int:
    return max(1, -(-len(line.words) // LETTERS[size]), -(-len(line.by) // 18))


def lines_of_paper(found: list[Section], size: str) -> int:
    """What all the lists take."""
    return sum(weight(one, size) for one in found)


def room(size: str, signatures: int = 1) -> int:
    """What the two columns hold above so many signatures."""
    return LINES[size] - ROW_OF_SIGNATURES * ((signatures - 1) // SIGNATURES_A_ROW)


def fit(found: list[Section], size: str, signatures: int = 1) -> list[Section]:
    """The longest lists lose their last lines until the page holds all; what may not be left out stays."""
    fitted = list(found)
    while lines_of_paper(fitted, size) > room(size, signatures):
        cuttable = [one for one in fitted if one.may_cut and len(one.lines) > 1]
        longest = max(cuttable, key=lambda one: weight(one, size), default=None)
        if longest is None:
            break
        fitted[fitted.index(longest)] = replace(longest, lines=longest.lines[:-1], more=longest.more + 1)
    return fitted


def halves(found: list[Section], size: str) -> tuple[tuple[Section, ...], tuple[Section, ...]]:
    """Two columns, about as long as each other; a list that crosses the middle goes on in the second."""
    middle = (sum(weight(one, size) for one in found) + 1) // 2
    left: list[Section] = []
    for place, one in enumerate(found):
        room = middle - sum(weight(each, size) for each in left)
        if weight(one, size) <= room:
            left.append(one)
            continue
        head, tail = _parted(one, room, size)
        rest = [tail, *found[place + 1 :]] if head else found[place:]
        return (*left, *([head] if head else [])), tuple(rest)
    return tuple(left), ()


def _parted(one: Section, room: int, size: str) -> tuple[Section | None, Section]:
    used, count = 2, 0
    for line in one.lines:
        used += _deep(line, size)
        if used > room:
            break
        count += 1
    if count == 0:
        return None, one
    title = _("%(title)s, continued") % {"title": one.title}
    return replace(one, lines=one.lines[:count], more=0), replace(one, title=title, lines=one.lines[count:])
