"""On paper: the record as it stood, and the downtime sheets. PDF with WeasyPrint, else a page to print."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clearhead.clinic.infusion.pages import READERS
from clearhead.clinic.infusion.queries import paper
from clearhead.clinic.people.access import access
from clearhead.clinic.plan.models import Session


@require_GET
@access(READERS, Session)
def record(request: HttpRequest, session: Session) -> HttpResponse:
    """One page per ten hours with exactly the picture of the screen, then totals, corrections, signatures."""
    return _sheet(request, "infusion/print.html", paper.record(session, timezone.now()), f"record-{session.code}")


@require_GET
@access(READERS, Session)
def downtime(request: HttpRequest, session: Session) -> HttpResponse:
    """The sheet of the morning: weight, caps and the rate of every step, and empty lines."""
    blank = request.GET.get("blank") == "1"
    shown = paper.downtime(session, timezone.now(), blank=blank)
    return _sheet(request, "infusion/downtime.html", shown, f"downtime-{session.code}")


def _sheet(request: HttpRequest, template: str, shown: dict[str, object], name: str) -> HttpResponse:
    size = "Letter" if request.GET.get("size") == "letter" else "A4"
    shown |= {"size": size, "page_css": f"infusion/paper-{size.lower()}.css"}
    if request.GET.get("as") != "pdf":
        return render(request, template, shown)
    made = paper.pdf(
        render(request, template, {**shown, "pdf": True, "svg_style": paper.drawing_style()}).content.decode()
    )
    if made is None:
        return render(request, template, {**shown, "no_pdf": True})
    reply = HttpResponse(made, content_type="application/pdf")
    reply["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return reply
