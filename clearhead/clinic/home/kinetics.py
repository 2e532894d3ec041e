"""A planning page for staff: what the example protocols' durations mean in plasma. Never shown to patients."""

from __future__ import annotations

from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clearhead.clinic.people.access import access, staff
from clearhead.clinic.people.models import Role, Site

READERS = staff(Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR, Role.PHARMACIST, write=())
EXAMPLES = ("short-total-dose", "tried-several", "prescriber-range", "neurology-gated", "stepped-series")
WEIGHT_KG = 70.0
PEOPLE = 200
"""Virtual people behind each band: enough for the picture; `clearhead kinetics compare` takes as many as asked."""


@lru_cache(maxsize=1)
def _compared() -> tuple[object, str, int]:
    """The comparison, its figure and how tall it is, worked out once per process."""
    from clearhead.medicine.kinetics.compare import compare
    from clearhead.medicine.kinetics.figure import figure_height, figure_svg
    from clearhead.medicine.kinetics.seam import Person
    from clearhead.medicine.protocols.dose_plans import dose_plans

    found = compare(dose_plans(EXAMPLES, WEIGHT_KG), Person(WEIGHT_KG, 42), n=PEOPLE)
    return found, figure_svg(found), figure_height(found)


@require_GET
@access(READERS, Site)
def page(request: HttpRequest, site: Site) -> HttpResponse:
    """The figure with its numbers beneath."""
    found, _figure, height = _compared()
    shown = {"site": site, "found": found, "weight_kg": WEIGHT_KG, "height": height}
    return render(request, "home/kinetics.html", shown)


@require_GET
@access(READERS, Site)
def figure(request: HttpRequest, site: Site) -> HttpResponse:
    """The figure itself."""
    return HttpResponse(_compared()[1], content_type="image/svg+xml")
