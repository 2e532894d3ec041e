"""Where a person starts; the desk's day; finding a patient; one course from first contact to now."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import connection
from django.db.models import CharField
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clearhead.clinic.assessment.queries import open_items_at
from clearhead.clinic.home import brought as inbox
from clearhead.clinic.home import chairs as chair_board
from clearhead.clinic.home import day as days
from clearhead.clinic.home import figures as figure
from clearhead.clinic.home import timeline
from clearhead.clinic.people import finding
from clearhead.clinic.people.access import PATIENT, PUBLIC, access, roles_of, sites_of, staff
from clearhead.clinic.people.models import Course, Patient, Role, Site
from clearhead.clinic.plan.models import Order
from clearhead.clinic.plan.queries import visits_of
from clearhead.clinic.recovery.models import Discharge
from clearhead.clinic.schedule import actions as schedule
from clearhead.clinic.schedule.errors import NotOpen
from clearhead.clinic.schedule.models import Booking

CLINIC = staff(Role.FRONT_DESK, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR)
SHORT_CODE = re.compile(r"[Pp]-[0-9A-Fa-f]{4}")
FIRST_PAGE = (
    ({Role.NURSE, Role.PRESCRIBER, Role.FRONT_DESK, Role.DIRECTOR}, "home-day"),
    ({Role.OWNER}, "home-figures"),
    ({Role.AUDITOR}, "audit-list"),
    ({Role.PHARMACIST}, "plan-orders"),
    ({Role.RESEARCHER}, "home-research"),
)


@require_GET
@access(PUBLIC)
def health(request: HttpRequest) -> HttpResponse:
    """Answers when the process and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@require_GET
@access(PUBLIC)
def home(request: Any) -> HttpResponse:
    """The first page of whoever comes: a visitor, a patient, a member of staff."""
    if not request.user.is_authenticated:
        return redirect("welcome-front")
    if getattr(request.user, "patient", None) is not None:
        return redirect("diary-today")
    for site in sites_of(request.user):
        held = roles_of(request.user, site)
        for roles, page in FIRST_PAGE:
            if held & roles:
                return redirect(page, site.slug)
    return redirect("people-me")


@require_GET
@access(CLINIC, Site)
def day(request: HttpRequest, site: Site) -> HttpResponse:
    """One day at one site."""
    return render(request, "home/day.html", _day(request, site, timezone.now()))


@require_GET
@access(CLINIC, Site, poll=True)
def day_live(request: HttpRequest, site: Site) -> HttpResponse:
    """The day again, or 304 from one query when nothing changed."""
    now = timezone.now()
    mark = _etag(chair_board.mark_of(site, now))
    if request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified(headers={"ETag": mark})
    answer = render(request, "home/_day.html", _day(request, site, now))
    answer["ETag"] = mark
    return answer


def _day(request: HttpRequest, site: Site, now: datetime) -> dict[str, Any]:
    mark = _etag(chair_board.mark_of(site, now))  # before the rows: what comes between is asked for at the next beat
    shown = day_asked(request, site.today(now))
    rows = days.day_board(site, shown, now)
    return {
        "site": site,
        "mark": mark,
        "day": shown,
        "before": shown - timedelta(days=1),
        "after": shown + timedelta(days=1),
        "rows": rows,
        "now": now,
        "infusing": sum(row.step == "infusing" and not row.paused for row in rows),
        "paused": sum(row.paused for row in rows),
        "chair_free_at": days.next_free_chair(site, now),
        "red_answers": days.red_answers(site),
        "waiting": inbox.brought(site, now).count,
        "late_tasks": sum(item.due_at <= now for item in open_items_at(site)),
        "wall": "wall" in request.GET,
        "sites": sites_of(request.user),
    }


@require_GET
@access(CLINIC, Site)
def chairs(request: HttpRequest, site: Site) -> HttpResponse:
    """Every chair of a site, in the order of the chairs."""
    board = chair_board.board(site, timezone.now())
    context = {"mark": _etag(board.mark), "sites": sites_of(request.user)}
    return render(request, "home/chairs.html", _board(request, board) | context)


def _board(request: HttpRequest, board: chair_board.Board) -> dict[str, Any]:
    waiting = inbox.brought(board.site, board.now).count
    return {"site": board.site, "board": board, "wall": "wall" in request.GET, "waiting": waiting}


@require_GET
@access(CLINIC, Site, poll=True)
def chairs_live(request: HttpRequest, site: Site) -> HttpResponse:
    """The tiles again, or 304 from one query when nothing changed."""
    now = timezone.now()
    mark = _etag(chair_board.mark_of(site, now))
    if request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified(headers={"ETag": mark})
    board = chair_board.board(site, now)
    answer = render(request, "home/_chairs.html", _board(request, board))
    answer["ETag"] = mark
    return answer


@require_GET
@access(staff(Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR), Site)
def brought(request: Any, site: Site) -> HttpResponse:
    """What waits for the prescriber, each with its answer."""
    context = {"site": site, "brought": inbox.brought(site, timezone.now())}
    return render(request, "home/brought.html", context | {"can_answer": Role.PRESCRIBER in request.roles})


def _etag(mark: str) -> str:
    return f'"{mark}"'


def day_asked(request: HttpRequest, today: date) -> date:
    """The day in the query, else today."""
    asked = request.GET.get("day", "")
    try:
        return date.fromisoformat(asked) if asked else today
    except ValueError as fault:
        raise Http404("That is not a day such as 2026-11-21.") from fault


@require_POST
@access(CLINIC, Booking)
def visit_event(request: Any, booking: Booking) -> HttpResponse:
    """The one button of a row: the visit goes a step on."""
    kind = request.POST.get("kind", "")
    if kind not in days.EVENT_KINDS:
        raise Http404("That is not a step of a visit.")
    now = timezone.now()
    schedule.record_visit_event(booking=booking, kind=kind, by=request.user, at=now)
    return redirect(_day_of(booking))


@require_POST
@access(CLINIC, Booking)
def take_back(request: Any, booking: Booking) -> HttpResponse:
    """A wrong tap: the visit stands where it stood before."""
    tap = days.last_tap(booking, getattr(booking, "visit", None))
    try:
        if tap is None or str(tap.code) != request.POST.get("tap", ""):
            raise NotOpen(_("Something else was noted since, so this was not taken back. Look at the visit again."))
        schedule.take_back_visit_event(booking=booking, event=tap, by=request.user, at=timezone.now())
    except NotOpen as refusal:
        messages.error(request, str(refusal))
    return redirect(_day_of(booking))


def _day_of(booking: Booking) -> str:
    return f"/home/{booking.site.slug}/day/?day={booking.starts_at.astimezone(booking.site.tz).date()}"


@require_GET
@access(CLINIC, Site)
def patients(request: HttpRequest, site: Site) -> HttpResponse:
    """Find a patient by name, phone, birth date or short code."""
    asked = request.GET.get("q", "").strip()
    found = Course.objects.filter(site=site).select_related("patient")
    coded = _coded(found, asked)
    if coded is None:
        found = found.filter(patient__merged_into__isnull=True)
        if asked:
            found = found.filter(patient__in=finding.search(Patient.objects.filter(courses__site=site), asked))
    else:
        found = coded
    rows = found.order_by("closed_at", "patient__family_name", "patient__given_name")[:100]
    twins = _alike([row.patient for row in rows])
    return render(request, "home/patients.html", {"site": site, "rows": rows, "asked": asked, "twins": twins})


def _coded(courses: Any, asked: str) -> Any:
    """Courses of the chart with this short code, also of one that was merged: it leads to the kept one."""
    if not SHORT_CODE.fullmatch(asked):
        return None
    text = courses.annotate(patient_code=Cast("patient__code", CharField()))
    return text.filter(patient_code__istartswith=asked[2:])


def _alike(people: list[Any]) -> set[str]:
    """Family names that stand more than once in the list: look twice (H-01)."""
    names = [person.family_name.casefold() for person in people]
    return {name for name in names if names.count(name) > 1}


@require_GET
@access(CLINIC, Course)
def course(request: HttpRequest, course: Course) -> HttpResponse:
    """One journey: what is done, what is missing, what comes next."""
    now, patient = timezone.now(), course.patient
    kept = timeline.kept_course(course)
    if kept is not None and request.GET.get("as") != "was":
        return redirect("home-course", kept.code)
    steps = timeline.steps(course, now, roles_of(request.user, course.site))
    following = next((step for step in reversed(steps) if step.url and step.state == "now"), None)
    shown = {"course": course, "patient": patient, "steps": steps, "next": following, "now": now}
    shown |= {"kept_course": kept, "merges": timeline.merges_into(patient, course.site)}
    return render(request, "home/course.html", shown)


@require_GET
@access(PATIENT)
def visits(request: Any) -> HttpResponse:
    """The patient's own visits."""
    now, charts = timezone.now(), request.patient.charts
    rows = [visit for visit in visits_of(request.patient, now) if visit.slot is not None]
    consults = Booking.objects.filter(patient__in=charts, visit__isnull=True, status="booked").select_related("site")
    ordered = Order.standing().filter(course__patient__in=charts, course__closed_at__isnull=True).exists()
    left = Discharge.standing().filter(session__in=[visit.session for visit in rows])
    left_at = dict(left.values_list("session", "happened_at"))
    told = [(visit, left_at.get(visit.session.pk)) for visit in rows]
    context = {"rows": told, "consults": consults.filter(starts_at__gte=now), "now": now, "ordered": ordered}
    return render(request, "home/visits.html", context)


@require_GET
@access(staff(Role.OWNER, Role.DIRECTOR), Site)
def figures(request: HttpRequest, site: Site) -> HttpResponse:
    """Counts with their denominators; no charts, no names."""
    context = {"site": site, "figures": figure.figures(site, timezone.now()), "days": figure.WINDOW_DAYS}
    return render(request, "home/figures.html", context)
