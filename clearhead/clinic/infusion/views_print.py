"""On paper: the record as it stood, and the downtime sheets. PDF with WeasyPrint, else a page to print."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from clearhead.clinic.infusion.pages import READERS
from clearhead.clinic.infusion.printing import sheet, size_asked
from clearhead.clinic.infusion.queries import paper
from clearhead.clinic.infusion.queries.downtime import downtime as downtime_of
from clearhead.clinic.people.access import access
from clearhead.clinic.plan.models import Session


@require_GET
@access(READERS, Session)
def record(request: HttpRequest, session: Session) -> HttpResponse:
    """A page per twelve hours with exactly the picture of the screen, a summary, the whole record where one was cut."""
    shown = paper.record(session, timezone.now(), size_asked(request))
    return sheet(request, "infusion/print.html", shown, f"record-{session.code}")


@require_GET
@access(READERS, Session)
def downtime(request: HttpRequest, session: Session) -> HttpResponse:
    """The sheet of the morning: weight, caps and the rate of every step, and empty lines."""
    blank = request.GET.get("blank") == "1"
    shown = downtime_of(session, timezone.now(), blank=blank)
    return sheet(request, "infusion/downtime.html", shown, f"downtime-{session.code}")
