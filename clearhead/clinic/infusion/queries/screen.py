"""The chair's screen in frozen numbers: the picture, the grid and the few words between them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clearhead.clinic.infusion import charts
from clearhead.clinic.infusion.drawing import Band, BandPoint, Numbers, Picture, Reading, Resting, Setting, Words
from clearhead.clinic.infusion.entered import AS_SAID
from clearhead.clinic.infusion.lanes import Mark, Spell
from clearhead.clinic.infusion.models import Bag, Event, GateAnswer, GoNoGo, Observation, RateChange, Symptom
from clearhead.clinic.infusion.queries import doses
from clearhead.clinic.infusion.queries.chair import ChairView
from clearhead.clinic.infusion.queries.forecast import Forecast
from clearhead.clinic.infusion.queries.grid import grid
from clearhead.clinic.infusion.queries.offers import offers
from clearhead.clinic.infusion.queries.said import drug_name
from clearhead.clinic.infusion.queries.state import State
from clearhead.clinic.infusion.queries.uncut import keeps_words
from clearhead.clinic.infusion.queries.vitals import prn_orders, sedates
from clearhead.clinic.plan.models import Session
from clearhead.clinic.plan.sheet import escort_of
from clearhead.clinic.web.templatetags.clinic import plain_number
from clearhead.medicine.kinetics.seam import Band as Levels
from clearhead.medicine.rules.clock import clock_time

COLUMN_PX = 60
NO_NEW = "no_new_symptoms"
TONES = {"stop": "stop", "help": "warn", "emergency": "warn", "not_understood": "warn"}
BEAT = ("infusion",)
NEAR = (*BEAT, "site", "patient", "order__protocol_version")
"""What a poll, and what a whole page needs of the session's neighbours: each is read in one question with it."""
BEFORE_START = (Observation, Event, GateAnswer, GoNoGo, Bag)


def picture(
    view: ChairView, forecast: Forecast | None, *, width: float = 900.0, last_min: int | None = None
) -> Picture:
    """The whole picture for one screen width."""
    return charts.picture(numbers(view, forecast, last_min=last_min), width=width)


def numbers(view: ChairView, forecast: Forecast | None, *, last_min: int | None = None) -> Numbers:
    """Rows to the frozen numbers of the picture."""
    start, end = axis(view, last_min)
    return Numbers(
        start=start,
        end=end,
        now=_until(view),
        zone=view.session.site.tz,
        readings=tuple(Reading(r.happened_at, r.sys, r.dia, r.hr, r.spo2, r.pain) for r in view.observations),
        settings=settings(view),
        planned_end=view.planned_end if view.running else None,
        cap=_cap(view),
        resting=_resting(view),
        band=band(forecast, view) if forecast else None,
        drugs=drug_marks(view),
        symptoms=spells(view),
        events=event_marks(view),
        gap_min=2.0 * _interval(view),
        words=_words(),
    )  # fmt: skip


def _until(view: ChairView) -> datetime:
    """Now; of a closed session its end."""
    ended = view.infusion.ended_at if view.infusion and view.standing.state is State.CLOSED else None
    return ended or view.now


def axis(view: ChairView, last_min: int | None = None) -> tuple[datetime, datetime]:
    """From just before the first fact to half an hour beyond the planned end."""
    if view.infusion is None:
        return view.now - timedelta(minutes=60), view.now + timedelta(minutes=60)
    first = [view.infusion.started_at, *(row.happened_at for row in view.observations[:1])]
    near = max(min(first), view.infusion.started_at - timedelta(minutes=60))
    if view.standing.state is State.CLOSED and view.infusion.ended_at:
        last = [view.infusion.ended_at, *(row.happened_at for row in view.observations[-1:])]
        return charts.span(near, max(last), None)
    return charts.span(near, view.now, view.planned_end, last_min=last_min)


def _interval(view: ChairView) -> int:
    phase = view.protocol.observation.phase(view.phase)
    return phase.core_every_min if phase is not None else 15


def settings(view: ChairView) -> tuple[Setting, ...]:
    """Every setting of the pump; a stop is an explicit zero."""
    rows = view.dose_rows.rates
    return tuple(
        Setting(row.happened_at, float(doses.mg_per_h(row)), plain_number(doses.mg_per_h(row), 1)) for row in rows
    )


def _cap(view: ChairView) -> tuple[float, str] | None:
    if view.weight_kg is None:
        return None
    cap = view.session.order.max_rate_mg_per_kg_h
    mg = cap * view.weight_kg
    return float(mg), _("cap %(per)s mg/kg/h · %(mg)s mg/h") % {"per": plain_number(cap, 3), "mg": plain_number(mg, 1)}


def _resting(view: ChairView) -> Resting | None:
    sets = [row for row in view.observations if row.phase == "baseline" and row.sys and row.dia]
    if not sets:
        return None
    high = [row.sys for row in sets if row.sys]
    low = [row.dia for row in sets if row.dia]
    words = _("own resting %(high)s / %(low)s")
    pair = {"high": _range(high), "low": _range(low)}
    return Resting((min(high), max(high)), (min(low), max(low)), words % pair)


def _range(values: list[int]) -> str:
    return str(values[0]) if min(values) == max(values) else f"{min(values)}–{max(values)}"


def band(forecast: Forecast, view: ChairView) -> Band:
    """The band with its label, or why it was withdrawn."""
    if forecast.band is None or forecast.zero is None:
        return Band((), _("forecast"), forecast.withdrawn_because)
    shown = forecast.bands
    sites = " · ".join(f"{one.sampling_site[0].upper()} = {one.model_label}, {one.sampling_site}" for one in shown)
    share = f"{100 * (shown[0].quantiles[2] - shown[0].quantiles[0]):.0f}"
    caption = _("forecast ng/mL · %(sites)s · %(share)s %% of people · planning aid") % {"sites": sites, "share": share}
    if stretched := len(forecast.warnings):
        many = ngettext("▲ %(n)s warning", "▲ %(n)s warnings", stretched) % {"n": stretched}
        caption = f"{many} · {caption}"
    drawn = {one.sampling_site: _points(one, forecast.zero) for one in shown}
    return Band(drawn.get("arterial", ()), caption, venous=drawn.get("venous", ()))


def _points(made: Levels, zero: datetime) -> tuple[BandPoint, ...]:
    columns = zip(made.at_min, made.low_ng_per_ml, made.median_ng_per_ml, made.high_ng_per_ml, strict=True)
    return tuple(BandPoint(zero + timedelta(minutes=at), low, mid, high) for at, low, mid, high in columns)


def drug_marks(view: ChairView) -> tuple[Mark, ...]:
    """Adjuncts with their effect, and boluses."""
    effects = {effect.adjunct_id: effect for effect in view.effects}
    found = []
    for row in view.adjuncts:
        words = f"{drug_name(row.ingredient_id)} {plain_number(row.dose)} {row.unit}"
        effect = effects.get(row.pk)
        if effect is not None:
            words += f" → {effect.get_effect_display()} {_clock(effect.happened_at, view)}"
        found.append(Mark(row.happened_at, words, "warn" if row.breach else "plain"))
    found += [Mark(b.happened_at, _("bolus %(mg)s mg") % {"mg": plain_number(b.mg)}) for b in view.dose_rows.boluses]
    return tuple(sorted(found, key=lambda mark: mark.at))


def spells(view: ChairView) -> tuple[Spell, ...]:
    """A symptom from each grading to the next; grade 0 ends it."""
    by_code: dict[str, list[Symptom]] = {}
    for row in view.symptoms:
        by_code.setdefault(row.symptom, []).append(row)
    found = []
    for code, rows in by_code.items():
        words = {grade: _graded(view, code, grade) for grade in {row.grade for row in rows}}
        for row, after in zip(rows, [*rows[1:], None], strict=True):
            if row.grade > 0:
                found.append(Spell(row.happened_at, after and after.happened_at, words[row.grade], row.grade))
    return tuple(sorted(found, key=lambda spell: spell.start))


def _graded(view: ChairView, code: str, grade: int) -> str:
    known = view.protocol.limits.symptom(code)
    if known is None:
        return f"{code} ({grade})"
    word = known.grades[grade - 1] if grade <= len(known.grades) else ""
    return f"{known.title.lower()} · {word} ({grade})" if word else f"{known.title.lower()} ({grade})"


def event_marks(view: ChairView) -> tuple[Mark, ...]:
    """Everything else that happened, as flags; charting "no new symptoms" is a small word."""
    said = {"stop": _("STOP"), "help": _("help called"), NO_NEW: _("nothing new")}
    found = [_event(row, said) for row in view.events if not keeps_words(row)]
    kinds = {
        "start": _("start"),
        "pause": _("paused"),
        "resume": _("resumed"),
        "bag_change": _("new bag"),
        "end": _("end"),
    }
    for row in view.dose_rows.rates:
        if row.kind in kinds and not (row.kind == RateChange.Kind.END and any(e.kind == "stop" for e in view.events)):
            checked = f" · {row.second_person.name.split()[0]} ✓" if row.second_person else ""
            found.append(Mark(row.happened_at, str(kinds[row.kind]) + checked, "warn" if row.breach else "plain"))
    return tuple(sorted(found, key=lambda mark: mark.at))


def _event(row: Event, said: dict[str, str]) -> Mark:
    words = said.get(row.kind) or row.kind.replace("_", " ")
    if row.kind == "emergency":
        what = str(row.detail.get("what", "emergency"))
        words = ": ".join(filter(None, [AS_SAID.get(what, what.replace("_", " ")), row.text]))
    elif row.kind == "note" and row.text:
        words = row.text
    if len(words) > 34:
        words = words[:33] + "…"
    return Mark(row.happened_at, words, TONES.get(row.kind, "late" if row.queued else "plain"))


def _clock(moment: datetime, view: ChairView) -> str:
    return clock_time(moment, view.session.site.tz)


def _words() -> Words:
    return Words(
        _("Blood pressure ∨∧ mmHg"), _("● Heart rate /min"), _("SpO₂ %"), _("Pain 0–10"), _("Rate mg/h"), _("Drugs"),
        _("Sympt."), _("Events"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SymptomLine:
    """One symptom of the protocol with its grades in words and the grade that is open now."""

    code: str
    title: str
    grades: tuple[str, ...]
    now: int


def symptom_lines(view: ChairView) -> tuple[SymptomLine, ...]:
    """Open ones first, then as the protocol lists them."""
    grades = {row.symptom: row.grade for row in view.open_symptoms}
    lines = [SymptomLine(s.code, s.title, s.grades, grades.get(s.code, 0)) for s in view.protocol.limits.symptoms]
    return tuple(sorted(lines, key=lambda line: line.now == 0))


@dataclass(frozen=True, slots=True)
class Advice:
    """What the protocol would allow next, in the words of the pump."""

    head: str
    sentences: tuple[str, ...]
    not_before: datetime | None
    mg_per_h: Decimal | None
    ml_per_h: Decimal | None


def advice(view: ChairView) -> Advice | None:
    """The titration line; None where nothing runs."""
    step = view.next_step
    if step is None:
        return None
    heads = {
        "step_up": _("Step up allowed now"), "wait": _("Next step"), "ask_first": _("A prescriber agrees first"),
        "hold": _("Hold"), "step_down": _("Step down"), "no_steps": _("No steps"),
    }  # fmt: skip
    bag = view.dose_rows.bag
    stops = step.next == "step_down" and not step.mg_per_h
    moves = bool(step.mg_per_h) and step.next in {"step_up", "wait", "ask_first", "step_down"}
    mg = doses.exact(step.mg_per_h) if moves and step.mg_per_h is not None else None
    ml = mg / bag.mg_per_ml if mg is not None and bag is not None else None
    sentences = () if step.next == "step_up" else step.sentences  # the head and the numbers say it already
    return Advice(str(_("Stop") if stops else heads[step.next]), sentences, step.not_before, mg, ml)


def home_about(view: ChairView) -> datetime | None:
    """Planned end plus the observation that the protocol asks for; for the family, not a promise."""
    if view.planned_end is None or view.infusion is None:
        return None
    end = view.infusion.ended_at or max(view.planned_end, view.now)
    orders = prn_orders(view.protocol)
    sedative = any(sedates(row, orders) for row in view.adjuncts)
    minutes = int((end - view.infusion.started_at).total_seconds() // 60)
    return end + timedelta(minutes=view.protocol.recovery.minutes(minutes, sedative=sedative))


def phase_words(view: ChairView) -> str:
    """The phase as the strip names it."""
    state = {
        State.PREPARING: _("Preparing"), State.READY: _("Ready to start"), State.PAUSED: _("Paused"),
        State.STOPPED: _("Stopped"), State.CLOSED: _("Closed"),
    }  # fmt: skip
    return str(state.get(view.standing.state) or _("Infusing"))


def screen(
    view: ChairView, forecast: Forecast | None, *, number: str, width: int, last_min: int | None = None
) -> dict[str, Any]:
    """What the live parts of the page need, ready to write. `number` was read before the view: see `newest`."""
    return {
        "view": view,
        "session": view.session,
        "patient": view.session.patient,
        "picture": picture(view, forecast, width=width, last_min=last_min),
        "grid": grid(view, max(3, int((width - 96) // COLUMN_PX) - 1)),
        "forecast": forecast,
        "number": number,
        "escort": escort_of(view.session),
        "symptoms": symptom_lines(view),
        "advice": advice(view),
        "home_about": home_about(view),
        "phase_word": phase_words(view),
        "offers": offers(view),
        "width": width,
        "last_min": last_min,
    }


def newest(session: Session) -> str:
    """Names the newest fact; a poll that knows it is answered 304. Before the start there is no counter yet.

    Read it before the facts it stands for. Read after them, it names a fact that came between and is not in the
    picture, and every later poll is told that nothing is new.
    """
    infusion = getattr(session, "infusion", None)  # read with the session: by BEAT or NEAR
    if infusion is not None:
        return str(infusion.last_fact)
    marks = [kind._default_manager.filter(session=session).aggregate(Max("pk"))["pk__max"] for kind in BEFORE_START]
    return "p" + "-".join(str(mark or 0) for mark in marks)
