"""The calls after a visit: the list, one attempt, and who looks after a red answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clearhead.clinic.infusion.actions import ChairRefused
from clearhead.clinic.people.access import access, staff
from clearhead.clinic.people.models import Role, Site
from clearhead.clinic.plan.models import Session
from clearhead.clinic.recovery import actions
from clearhead.clinic.recovery import calls as call_list
from clearhead.clinic.recovery.forms import CallForm, DoneForm
from clearhead.clinic.recovery.models import CallAttempt

CLINICIANS = staff(Role.NURSE, Role.PRESCRIBER)


@require_GET
@access(CLINICIANS, Site)
def calls(request: HttpRequest, site: Site) -> HttpResponse:
    """Whom to call; red first."""
    now = timezone.now()
    lines = call_list.calls_of(site, now)
    shown = {"site": site, "lines": lines, "now": now, "red": sum(line.state == "red" for line in lines)}
    return render(request, "recovery/calls.html", shown)


@require_http_methods(["GET", "POST"])
@access(CLINICIANS, Session)
def call(request: Any, session: Session, follow_up: str) -> HttpResponse:
    """One attempt, and everything known about this call."""
    now = timezone.now()
    line = call_list.line_of(session, follow_up, now)
    if line is None:
        raise Http404("No call of this name belongs to this visit.")
    form = CallForm(request.POST or None, call=line.call)
    if request.method == "POST" and form.is_valid():
        try:
            attempt = actions.note_call(
                session=session, follow_up=follow_up, reached=form.cleaned_data["reached"] == "yes",
                answers=form.answers, note=form.cleaned_data["note"], by=request.user, at=now,
                client_id=form.cleaned_data["client_id"],
            )  # fmt: skip
        except ChairRefused as refusal:
            form.refused(refusal.verdict)
        else:
            said = _("This answer is red: take it, and close it when it is dealt with.") if attempt.red else ""
            return _list(request, session.site, said or _("The call is saved to the clinic."))
    return _page(request, line, form=form, status=422 if form.is_bound else 200)


@require_POST
@access(CLINICIANS, CallAttempt)
def take(request: Any, attempt: CallAttempt) -> HttpResponse:
    """I look after it."""
    actions.take_call(attempt=attempt, by=request.user, at=timezone.now())
    return _list(request, attempt.session.site, _("You look after it now."))


@require_POST
@access(CLINICIANS, CallAttempt)
def close(request: Any, attempt: CallAttempt) -> HttpResponse:
    """It was dealt with."""
    form, now = DoneForm(request.POST), timezone.now()
    if form.is_valid():
        try:
            actions.close_call(
                attempt=attempt, done=form.cleaned_data["done"], by=request.user, at=now,
                client_id=form.cleaned_data["client_id"],
            )  # fmt: skip
        except ChairRefused as refusal:
            form.refused(refusal.verdict)
        else:
            return _list(request, attempt.session.site, _("Closed."))
    line = call_list.line_of(attempt.session, attempt.follow_up, now)
    if line is None:
        raise Http404("No call of this name belongs to this visit.")
    return _page(request, line, done=form, status=422)


def _page(
    request: Any, line: call_list.CallLine, *, form: CallForm | None = None, done: DoneForm | None = None, status: int
) -> HttpResponse:
    context = {
        "line": line, "session": line.session, "patient": line.session.patient,
        "form": form or CallForm(call=line.call), "done_form": done or DoneForm(),
    }  # fmt: skip
    return render(request, "recovery/call.html", context, status=status)


def _list(request: Any, site: Site, said: str) -> HttpResponse:
    messages.success(request, said)
    answer = redirect("recovery-calls", site.slug)
    answer.status_code = 303
    return answer
