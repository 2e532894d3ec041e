"""The shared tablet at the chair: lock it, say that somebody is there, open it with a PIN."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from clearhead.clinic.infusion.pages import CLINICIANS, wants_json
from clearhead.clinic.infusion.views_keep import bind
from clearhead.clinic.people import tablet
from clearhead.clinic.people.access import SIGNED_IN, access
from clearhead.clinic.people.secrets import SignatureRefused
from clearhead.clinic.plan.models import Session
from clearhead.clinic.web.forms import SecretField


class UnlockForm(forms.Form):
    """Who is at the tablet, and the PIN that shows it."""

    person = forms.UUIDField()
    secret = SecretField()
    next = forms.CharField(required=False, max_length=300)


@require_POST
@access(CLINICIANS, Session, guarded=False)
def lock(request: Any, session: Session) -> HttpResponse:
    """Lock this tablet now: names and figures go, STOP and help stay."""
    bind(request, reply := _answer(request, session), session)
    tablet.lock(request, timezone.now(), chair=session.code, name=request.POST.get("lock", "")[:40])
    return reply


@require_POST
@access(CLINICIANS, Session, guarded=False)
def here(request: Any, session: Session) -> HttpResponse:
    """Somebody touched the screen; a poll never says so."""
    return HttpResponse(status=204)


@require_POST
@access(SIGNED_IN)
def unlock(request: Any) -> HttpResponse:
    """The PIN of somebody who charts at this site opens the tablet, as that person."""
    site, form, now = tablet.site_of(request), UnlockForm(request.POST), timezone.now()
    if site is None:
        return _refused(request, {"sentence": "This is no tablet of a site. Sign in with your password."})
    on_duty, others = tablet.mates(site, now)
    sentence = "Choose your name and type your PIN."
    if form.is_valid():
        person = next((one for one in (*on_duty, *others) if one.code == form.cleaned_data["person"]), None)
        try:
            if person is not None:
                same = bool(request.user.pk == person.pk)
                tablet.prove(person=person, secret=form.cleaned_data["secret"], site=site, at=now)
                tablet.open_as(request, person, now, lock_name=request.POST.get("lock", "")[:40])
                return _opened(request, form.cleaned_data["next"], same=same)
        except SignatureRefused as refusal:
            sentence = str(refusal)
    shown = {"on_duty": on_duty, "others": others, "next": request.POST.get("next", ""), "sentence": sentence}
    return _refused(request, shown)


def _refused(request: HttpRequest, shown: dict[str, Any]) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"opened": False, "sentence": shown["sentence"]}, status=422)
    shown |= {"chosen": request.POST.get("person", ""), "chair_code": _chair(request.POST.get("next", ""))}
    return render(request, "people/locked.html", shown, status=422)


def _opened(request: HttpRequest, to: str, *, same: bool) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"opened": True, "same": same})
    safe = to if url_has_allowed_host_and_scheme(to, allowed_hosts=None) else reverse("home")
    return HttpResponseRedirect(safe, status=303)


def _answer(request: HttpRequest, session: Session) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"locked": True})
    return HttpResponseRedirect(reverse("infusion-chair", args=[session.code]), status=303)


def _chair(path: str) -> str | None:
    """The chair of this address, for STOP and help."""
    parts = path.split("?")[0].split("/")
    try:
        return str(UUID(parts[2])) if parts[1] in ("infusion", "recovery") else None
    except (IndexError, ValueError):
        return None
