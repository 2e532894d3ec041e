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
def _compared() -> tuple[object, str]:
    """The comparison and its figure, worked out once per process."""
    from clearhead.medicine.kinetics.compare import compare
    from clearhead.medicine.kinetics.figure import figure_svg
    from clearhead.medicine.kinetics.seam import Person
    from clearhead.medicine.protocols.dose_plans import plans_of
    from clearhead.medicine.protocols.loader import shipped

    plans = [plans_of(shipped(name), WEIGHT_KG)[0] for name in EXAMPLES]
    found = compare(plans, Person(WEIGHT_KG, 42), n=PEOPLE)
    return found, figure_svg(found)


@require_GET
@access(READERS, Site)
def page(request: HttpRequest, site: Site) -> HttpResponse:
    """The figure with its numbers beneath."""
    found, _figure = _compared()
    return render(request, "home/kinetics.html", {"site": site, "found": found, "weight_kg": WEIGHT_KG})


@require_GET
@access(READERS, Site)
def figure(request: HttpRequest, site: Site) -> HttpResponse:
    """The figure itself."""
    return HttpResponse(_compared()[1], content_type="image/svg+xml")
