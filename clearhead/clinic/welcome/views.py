"""The public pages: the front, a site, education, a question. Booking is in views_booking, the desk in views_desk."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clearhead.clinic.people.access import PUBLIC, access
from clearhead.clinic.people.models import Site
from clearhead.clinic.schedule.queries import ended_services, services_on
from clearhead.clinic.welcome import actions, queries
from clearhead.clinic.welcome.crowd import too_many
from clearhead.clinic.welcome.education import pages
from clearhead.clinic.welcome.forms import EnquiryForm


@require_GET
@access(PUBLIC)
def front(request: HttpRequest) -> HttpResponse:
    """The sites; where there is one, its page."""
    sites = list(Site.objects.order_by("name"))
    if len(sites) == 1:
        return redirect("welcome-site", site=sites[0].slug)
    return render(request, "welcome/front.html", {"sites": sites})


@require_GET
@access(PUBLIC, Site)
def site(request: HttpRequest, site: Site) -> HttpResponse:
    """What this place offers, what it no longer offers, and how to begin."""
    now = timezone.now()
    today = site.today(now)
    shown = {
        "site": site,
        "services": [one for one in services_on(site, today) if one.kind != "consult"],
        "consults": queries.consult_offers(site, now),
        "ended": ended_services(site, today),
        "pages": list(pages(get_language() or "en").values()),
    }
    return render(request, "welcome/site.html", shown)


@require_GET
@access(PUBLIC, Site)
def learn(request: HttpRequest, site: Site) -> HttpResponse:
    """All education pages."""
    return render(request, "welcome/learn.html", {"site": site, "pages": list(pages(get_language() or "en").values())})


@require_GET
@access(PUBLIC, Site)
def page(request: HttpRequest, site: Site, page: str) -> HttpResponse:
    """One education page, printable."""
    every = pages(get_language() or "en")
    if page not in every:
        raise Http404(_("There is no page of this name."))
    shown = every[page]
    related = [every[name] for name in shown.related]
    now = timezone.now()
    context = {"site": site, "page": shown, "related": related, "stale": shown.stale(site.today(now))}
    if shown.own_rule:
        context["own_rule"] = queries.asked_before(site, now)
    return render(request, "welcome/page.html", context)


@require_http_methods(["GET", "POST"])
@access(PUBLIC, Site)
def ask(request: HttpRequest, site: Site) -> HttpResponse:
    """A question to the clinic."""
    form = EnquiryForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if too_many(request, "ask"):
            form.refused("Many questions came from this connection. Wait ten minutes, or call us.")
        else:
            said = form.cleaned_data
            actions.ask(
                site=site,
                name=said["name"],
                contact=said["contact"],
                text=said["text"],
                wants_soon=said["wants_soon"],
                by=None,
                at=timezone.now(),
                client_id=said["client_id"],
            )
            return redirect("welcome-asked", site=site.slug)
    return render(request, "welcome/ask.html", {"site": site, "form": form}, status=422 if form.errors else 200)


@require_GET
@access(PUBLIC, Site)
def asked(request: HttpRequest, site: Site) -> HttpResponse:
    """Thank you, and what happens now."""
    return render(request, "welcome/asked.html", {"site": site})
