"""What goes on paper: the picture in stretches of ten hours, totals, corrections, signatures; the downtime sheets."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db.models import prefetch_related_objects

from clearhead.clinic.infusion import charts
from clearhead.clinic.infusion.drawing import Picture
from clearhead.clinic.infusion.queries import doses, grid, screen
from clearhead.clinic.infusion.queries.chair import ChairView, chair
from clearhead.clinic.infusion.queries.forecast import forecast_of
from clearhead.clinic.infusion.queries.grid import Grid
from clearhead.clinic.infusion.queries.record import Line, record_of
from clearhead.clinic.plan.models import Session
from clearhead.clinic.plan.queries import dosing_weight_kg
from clearhead.medicine.protocols.dose import Stepped

HOURS_A_PAGE = 10
PAGE_PX = 1000.0
SETS_A_TABLE = 16
NOWHERE = "http://clearhead.invalid/"  # a base for relative addresses; nothing is ever asked of it


@dataclass(frozen=True, slots=True)
class Page:
    """One stretch of the session."""

    start: datetime
    end: datetime
    picture: Picture
    grids: tuple[Grid, ...]


def record(session: Session, now: datetime) -> dict[str, Any]:
    """Everything the printed record shows."""
    view = chair(session, now)
    prefetch_related_objects(view.dose_rows.rates, "recorded_by", "second_person")
    lines = record_of(session)
    return {
        "view": view,
        "session": session,
        "patient": session.patient,
        "pages": pages(view, now),
        "lines": lines,
        "corrections": [line for line in lines if line.corrected],
        "late": [line for line in lines if line.queued or line.recorded_at - line.happened_at > grid.LATE_ENTRY],
        "people": people(lines),
        "printed_at": now,
        "phase_word": screen.phase_words(view),
    }


def pages(view: ChairView, now: datetime) -> list[Page]:
    """The time axis in stretches; a session under ten hours is one page."""
    forecast = forecast_of(view.session, now, view) if view.infusion else None
    whole = screen.numbers(view, forecast)
    found, start = [], whole.start
    while start < whole.end:
        end = min(whole.end, start + timedelta(hours=HOURS_A_PAGE))
        inside = replace(view, observations=tuple(o for o in view.observations if start <= o.happened_at < end))
        drawn = charts.picture(replace(whole, start=start, end=end), width=PAGE_PX)
        found.append(Page(start, end, drawn, tuple(_tables(inside))))
        start = end
    return found


def _tables(view: ChairView) -> list[Grid]:
    rows = view.observations
    tables = -(-len(rows) // SETS_A_TABLE)
    each = -(-len(rows) // tables) if tables else SETS_A_TABLE  # even tables: never one lonely column on a page
    parts = [rows[place : place + each] for place in range(0, len(rows), each)]
    return [grid.grid(replace(view, observations=part), None) for part in parts]


def people(lines: tuple[Line, ...]) -> list[tuple[str, int]]:
    """Who wrote how much: the place for initials."""
    counts: dict[str, int] = {}
    for line in lines:
        counts[line.by] = counts.get(line.by, 0) + 1
    return sorted(counts.items())


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the rate table."""

    mg_per_kg_h: Decimal
    mg_per_h: Decimal
    ml_per_h: tuple[Decimal, ...]


def downtime(session: Session, now: datetime, *, blank: bool) -> dict[str, Any]:
    """Weight, caps, the rate of each step in every strength the protocol allows; `blank` leaves the patient empty."""
    view = chair(session, now)
    weight = view.weight_kg or dosing_weight_kg(session.order)
    strengths = view.protocol.fluids.concentrations
    return {
        "view": view,
        "session": session,
        "patient": session.patient,
        "blank": blank,
        "weight_kg": weight,
        "cap_mg": view.protocol.caps.session_cap_mg(weight),
        "max_mg_per_h": session.order.max_rate_mg_per_kg_h * weight,
        "strengths": strengths,
        "steps": () if blank else steps(view, weight),
        "lines": range(14 if blank else max(8, 20 - len(steps(view, weight)))),
        "printed_at": now,
    }


def steps(view: ChairView, weight: Decimal) -> tuple[Step, ...]:
    """From the start rate by the order's step to the highest rate; one rate where the protocol has no steps."""
    dose, order = view.protocol.dose, view.session.order
    if not isinstance(dose, Stepped):
        return tuple(
            _step(row.pump_ml_per_h * row.bag.mg_per_ml / weight, view, weight) for row in view.dose_rows.rates[:1]
        )
    numbers = {key: Decimal(str(value)) for key, value in order.dose.items() if "mg_per_kg_h" in key}
    start = next((value for key, value in numbers.items() if key.startswith("start")), None)
    rise = next((value for key, value in numbers.items() if key.startswith("step")), None)
    if start is None or rise is None or rise <= 0:
        return ()
    found, rate = [], start
    while rate <= order.max_rate_mg_per_kg_h and len(found) < 20:
        found.append(_step(rate, view, weight))
        rate += rise
    return tuple(found)


def _step(per_kg: Decimal, view: ChairView, weight: Decimal) -> Step:
    pump = view.protocol.fluids.pump.step_ml_per_h
    mg = per_kg * weight
    shown = tuple(mg / one.mg_per_ml // pump * pump for one in view.protocol.fluids.concentrations)
    return Step(per_kg, mg, shown)


def totals(view: ChairView) -> dict[str, Decimal]:
    """The sums of the session, by charted rates."""
    return {"mg": view.given.mg, "ml_left": view.given.ml_left, "pump_ml": doses.exact(view.given.account.pump_ml)}


def pdf(html: str) -> bytes | None:
    """The page as PDF, or None without WeasyPrint. Styles come from own files, never from the network."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except (ImportError, OSError):
        return None

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        """Answers from the static files of this installation."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """One style sheet or font."""
            place = _own_file(url)
            kind = {".css": "text/css", ".woff2": "font/woff2"}.get(place.suffix, "application/octet-stream")
            return URLFetcherResponse(url, body=place.read_bytes(), headers={"Content-Type": kind})

    made: bytes = HTML(string=html, url_fetcher=OwnFiles(), base_url=NOWHERE).write_pdf()
    return made


def drawing_style() -> str:
    """The rules of the drawing: WeasyPrint reads those inside it, not the page's."""
    rules = _own_file(f"{NOWHERE}static/infusion/paper-trend.css").read_text(encoding="utf-8")
    return f"<style>{rules}</style>"  # only on the way to a PDF, never on a page


def _own_file(url: str) -> Path:
    from django.conf import settings
    from django.contrib.staticfiles import finders

    name = url.partition(f"/{settings.STATIC_URL.strip('/')}/")[2]
    place = finders.find(name) if url.startswith(NOWHERE) and name else None
    if place is None:
        raise ValueError(f"{url} is not a file of this installation.")
    return Path(place)
