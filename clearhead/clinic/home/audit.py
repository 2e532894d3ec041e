"""What the auditor reads: every write and every look at a site, newest first."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from clearhead.clinic.audit.models import Anchor, Chain, Event
from clearhead.clinic.audit.verify import Head, head_from, stands
from clearhead.clinic.home.audit_words import subject_words, verb_words
from clearhead.clinic.people.access import access, staff
from clearhead.clinic.people.models import Patient, Role, Site, User

HEADS_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Row:
    """One event, with who did it and to whom."""

    event: Event
    actor: str
    patient: str

    @property
    def verb(self) -> str:
        """What was done, in words."""
        return verb_words(self.event.verb)

    @property
    def subject(self) -> str:
        """To what, in words."""
        return subject_words(self.event.subject)


def _verbs(site: Site) -> list[tuple[str, str]]:
    """What can be asked for: the verbs of this chain, by their words."""
    stored = Event.objects.filter(chain=site.slug).order_by().values_list("verb", flat=True).distinct()
    return sorted(((verb, verb_words(verb)) for verb in stored), key=lambda pair: pair[1].casefold())


@require_GET
@access(staff(Role.AUDITOR), Site)
def event_list(request: HttpRequest, site: Site) -> HttpResponse:
    """The chain of one site, by verb, person or patient."""
    events = Event.objects.filter(chain=site.slug).order_by("-seq")
    wanted = {key: request.GET.get(key, "") for key in ("verb", "actor_code", "patient_code")}
    events = events.filter(**{key: value for key, value in wanted.items() if value})
    page = Paginator(events, 100).get_page(request.GET.get("page"))
    actors = {str(user.code): user.name for user in User.objects.filter(code__in=_uuids(e.actor_code for e in page))}
    patients = {str(p.code): str(p) for p in Patient.objects.filter(code__in=_uuids(e.patient_code for e in page))}
    shown = {
        "site": site,
        "page": page,
        "rows": [Row(e, actors.get(e.actor_code, e.actor_code), patients.get(e.patient_code, "")) for e in page],
        "verbs": _verbs(site),
        "wanted": wanted,
        "head": Chain.objects.filter(name=site.slug).first(),
        "printed": _printed(site),
        "typed": request.GET.get("head", ""),
        "answer": _answer(site, request.GET.get("head", "")),
    }
    return render(request, "home/audit.html", shown)


def _printed(site: Site) -> list[tuple[Anchor, bool]]:
    """The newest heads that went on paper, and whether each still stands."""
    newest = Anchor.objects.filter(chain=site.slug).order_by("-taken_at", "-pk")[:HEADS_SHOWN]
    return [(one, stands(Head(one.chain, one.seq, one.hash))) for one in newest]


def _answer(site: Site, typed: str) -> tuple[str, bool] | None:
    """What to say to a head typed off paper, and whether it is good news."""
    if not typed.strip():
        return None
    head = head_from(typed)
    if head is None or head.chain != site.slug:
        return _("That is not a head of this site. Type it as the paper shows it, from the site's name on."), False
    if not stands(head):
        return _("This head is not in the chain. The record was written again or cut. Keep the paper."), False
    return _("This head stands in the chain, as it was printed."), True


def _uuids(codes: object) -> list[str]:
    return [code for code in codes if len(code) == 36]  # type: ignore[attr-defined]
