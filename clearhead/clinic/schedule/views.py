"""Pages for owner and front desk: how the site is, and what changes from which day on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clearhead.clinic.people.access import access, staff
from clearhead.clinic.people.models import Role, Site
from clearhead.clinic.schedule import changing
from clearhead.clinic.schedule import contact as contacts
from clearhead.clinic.schedule import site_queries as queries
from clearhead.clinic.schedule.forms import (
    DAY_NAMES,
    ChairForm,
    CloseForm,
    ContactForm,
    DayForm,
    EndForm,
    ServiceForm,
    WeekForm,
)
from clearhead.clinic.schedule.models import Resource, Service
from clearhead.clinic.web.forms import ClearForm

KEEPERS = (Role.OWNER, Role.FRONT_DESK)
KEEP = staff(*KEEPERS)
KEEP_CONTACT = staff(*KEEPERS, Role.DIRECTOR)
READ = staff(*KEEPERS, Role.DIRECTOR, Role.AUDITOR, write=())
HISTORY_SHOWN = 50


@require_GET
@access(READ, Site)
def site(request: Any, site: Site) -> HttpResponse:
    """The site as it is on a day, today unless another is asked for."""
    today = site.today(timezone.now())
    on = _day(request.GET.get("on", "")) or today
    week = queries.hours_on(site, on)
    shown = {
        "site": site,
        "on": on,
        "today": today,
        "week": [(name, queries.said_hours(week[number])) for number, name in enumerate(DAY_NAMES)],
        "special": queries.special_days(site, on),
        "chairs": queries.chairs_ahead(site, on) if on >= today else queries.chairs_on(site, on),
        "services": [(one, changing.service_words(one)) for one in queries.services_ahead(site, on)],
        "changes": queries.changes_of(site)[:HISTORY_SHOWN],
        "keeps": bool(request.roles & set(KEEPERS)),
        "keeps_contact": bool(request.roles & {*KEEPERS, Role.DIRECTOR}),
    }
    return render(request, "schedule/site.html", shown)


def _day(typed: str) -> Any:
    try:
        return parse_date(typed)
    except ValueError as fault:
        raise Http404("That is not a day such as 2026-11-21.") from fault


def _answer(
    request: HttpRequest, site: Site, form: Any, run: Callable[[dict[str, Any]], object], **shown: Any
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        said = {"by": request.user, "at": timezone.now(), "client_id": form.cleaned_data["client_id"]}
        try:
            run(said)
            messages.success(request, _("Saved. The days before stay as they were."))
            return redirect("schedule-site", site=site.slug)
        except changing.SettingRefused as refusal:
            form.refused(refusal)
    context = {"site": site, "form": form, **shown}
    return render(request, "schedule/change.html", context, status=422 if form.errors else 200)


def _form(kind: type[ClearForm], request: HttpRequest, site: Site, now: datetime, /, **initial: Any) -> Any:
    return kind(request.POST or None, today=site.today(now), initial=initial)


@require_http_methods(["GET", "POST"])
@access(KEEP, Site)
def hours(request: HttpRequest, site: Site) -> HttpResponse:
    """The hours of every weekday."""
    now = timezone.now()
    week = queries.hours_on(site, site.today(now))
    form = _form(WeekForm, request, site, now, **{f"day_{number}": each for number, each in week.items()})

    def run(said: dict[str, Any]) -> object:
        return changing.change_hours(site=site, week=form.week, from_date=form.cleaned_data["from_date"], **said)

    help_text = _("Write 07:00 to 18:00. Two stretches: 07:00 to 12:00, 13:00 to 18:00. Empty: closed.")
    return _answer(request, site, form, run, title=_("Opening hours"), help=help_text)


@require_http_methods(["GET", "POST"])
@access(KEEP, Site)
def day(request: HttpRequest, site: Site) -> HttpResponse:
    """One day that differs: a holiday, a short day."""
    form = _form(DayForm, request, site, timezone.now())

    def run(said: dict[str, Any]) -> object:
        return changing.change_day(site=site, day=form.cleaned_data["day"], stretches=form.stretches, **said)

    return _answer(request, site, form, run, title=_("One day that differs"), help="")


@require_http_methods(["GET", "POST"])
@access(KEEP, Site)
def chair(request: HttpRequest, site: Site) -> HttpResponse:
    """One more chair."""
    form = _form(ChairForm, request, site, timezone.now())

    def run(said: dict[str, Any]) -> object:
        named = {name: form.cleaned_data[name] for name in ("name", "place", "room", "from_date")}
        return changing.add_chair(site=site, **named, **said)

    return _answer(request, site, form, run, title=_("One more chair"), help="")


@require_http_methods(["GET", "POST"])
@access(KEEP, Resource)
def close_chair(request: HttpRequest, chair: Resource) -> HttpResponse:
    """The last day of a chair."""
    if chair.kind != Resource.Kind.CHAIR or chair.site is None:
        raise Http404(_("Nothing is here under this address."))
    form = _form(CloseForm, request, chair.site, timezone.now())

    def run(said: dict[str, Any]) -> object:
        return changing.close_chair(chair=chair, last_day=form.cleaned_data["last_day"], **said)

    title = _("Close %(chair)s") % {"chair": chair.name}
    help_text = _("A chair with visits after its last day cannot be closed before they are moved.")
    return _answer(request, chair.site, form, run, title=title, help=help_text)


@require_http_methods(["GET", "POST"])
@access(KEEP, Site)
def offer(request: HttpRequest, site: Site) -> HttpResponse:
    """Offer something new."""
    form = _form(ServiceForm, request, site, timezone.now())

    def run(said: dict[str, Any]) -> object:
        return changing.offer_service(site=site, **form.said, **said)

    return _answer(request, site, form, run, title=_("Offer a service"), help="")


@require_http_methods(["GET", "POST"])
@access(KEEP_CONTACT, Site)
def contact(request: HttpRequest, site: Site) -> HttpResponse:
    """Whom patients call, and what cancelling costs: both stand in the consent."""
    asked = ("phone", "after_hours_phone", "cancelling_terms")
    form = _form(ContactForm, request, site, timezone.now(), **{name: getattr(site, name) for name in asked})

    def run(said: dict[str, Any]) -> object:
        return contacts.change_contact(site=site, **{name: form.cleaned_data[name] for name in asked}, **said)

    help_text = _("They stand in the consent: without them nobody can sign one. What is signed stays as it was read.")
    return _answer(request, site, form, run, title=_("Numbers and terms"), help=help_text)


@require_http_methods(["GET", "POST"])
@access(KEEP, Service)
def service(request: HttpRequest, service: Service) -> HttpResponse:
    """Another length, price or way of booking from a day on."""
    kept = ("name", "kind", "mode", "minutes", "price", "bookable_online")
    form = _form(ServiceForm, request, service.site, timezone.now(), **{name: getattr(service, name) for name in kept})

    def run(said: dict[str, Any]) -> object:
        return changing.offer_service(site=service.site, replaces=service, **form.said, **said)

    title = _("Change %(service)s") % {"service": service.name}
    help_text = _("What is booked already stays as it was agreed.")
    return _answer(request, service.site, form, run, title=title, help=help_text)


@require_http_methods(["GET", "POST"])
@access(KEEP, Service)
def end_service(request: HttpRequest, service: Service) -> HttpResponse:
    """The last day on which a service is offered."""
    form = _form(EndForm, request, service.site, timezone.now())

    def run(said: dict[str, Any]) -> object:
        ends = {name: form.cleaned_data[name] for name in ("last_day", "notice")}
        return changing.end_service(service=service, **ends, **said)

    title = _("Stop offering %(service)s") % {"service": service.name}
    help_text = _("A service that is booked after its last day is ended only when those visits are moved or cancelled.")
    return _answer(request, service.site, form, run, title=title, help=help_text)
