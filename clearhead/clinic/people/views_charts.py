"""Two charts of one person: found, compared side by side, merged by signature, and separated again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clearhead.clinic.people import actions, finding, particulars
from clearhead.clinic.people.access import access, sites_of, staff
from clearhead.clinic.people.actions.charts import MERGERS, hindrances, pair_mark
from clearhead.clinic.people.forms_charts import MergeForm, SeparateForm
from clearhead.clinic.people.models import ChartMerge, Course, Patient


@require_http_methods(["GET", "POST"])
@access(staff(*MERGERS), Course)
def merge(request: Any, course: Course) -> HttpResponse:
    """This chart is kept; the other one is read through it from then on."""
    kept, now = course.patient, timezone.now()
    other = _other(request, kept)
    form = MergeForm(request.POST or None, initial={"seen": pair_mark(kept, other)} if other else None)
    sent = request.method == "POST" and other is not None and form.is_valid()
    if sent and _merged(request, form, course, other, now):
        messages.success(request, _("Merged. %(code)s is read in this chart from now on.") % {"code": other.short_code})
        return redirect("home-course", course.code)
    shown: dict[str, Any] = {"course": course, "patient": kept, "form": form, "other": other}
    if other is None:
        shown |= {"asked": request.GET.get("q", ""), "found": _candidates(request, course)}
    else:
        against = hindrances(kept=kept, closed=other, by=request.user, at=now)
        shown |= {"lines": _side_by_side(kept, other), "against": against}
    return render(request, "people/merge.html", shown, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@access(staff(*MERGERS), Course)
def separate(request: Any, course: Course) -> HttpResponse:
    """Undo a merge into this chart."""
    done = next((one for one in _standing(course.patient) if str(one.code) == request.GET.get("merge")), None)
    if done is None:
        raise Http404("No such merge stands in this chart.")
    form = SeparateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.separate_charts(
                merge=done, reason=said["reason"], site=course.site, secret=said["secret"], by=request.user,
                at=timezone.now(), client_id=said["client_id"],
            )  # fmt: skip
        except actions.MergeRefused as refusal:
            form.refused(refusal)
        except actions.SignatureRefused as refusal:
            form.refused(refusal, "secret")
        else:
            messages.success(request, _("Separated. Each chart stands alone again."))
            return redirect("home-course", course.code)
    shown = {"course": course, "patient": course.patient, "merge": done, "form": form}
    return render(request, "people/separate.html", shown, status=422 if form.errors else 200)


def _standing(kept: Patient) -> Any:
    return ChartMerge.standing().filter(kept=kept).select_related("closed", "recorded_by")


def _merged(request: Any, form: MergeForm, course: Course, other: Patient, now: Any) -> bool:
    said = form.cleaned_data
    try:
        actions.merge_charts(
            kept=course.patient, closed=other, reason=said["reason"], seen=said["seen"], site=course.site,
            secret=said["secret"], by=request.user, at=now, client_id=said["client_id"],
        )  # fmt: skip
    except actions.MergeRefused as refusal:
        form.refused(refusal)
        return False
    except actions.SignatureRefused as refusal:
        form.refused(refusal, "secret")
        return False
    return True


def _mine(request: HttpRequest) -> Any:
    """Charts of the sites where whoever asks may merge."""
    mine = sites_of(request.user, *MERGERS)
    return Patient.objects.filter(courses__site__in=mine, merged_into__isnull=True).distinct()


def _other(request: HttpRequest, kept: Patient) -> Patient | None:
    code = request.GET.get("other", "")
    if not code:
        return None
    try:
        found = _mine(request).exclude(pk=kept.pk).filter(code=UUID(code)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404("Nothing is here under this address.")
    return found


def _candidates(request: HttpRequest, course: Course) -> list[Patient]:
    """Who may be the same person: by what was typed, else by name, birth date and phone."""
    kept, asked = course.patient, request.GET.get("q", "").strip()
    if not asked:
        like = {name: getattr(kept, name) for name in ("given_name", "family_name", "birth_date", "phone")}
        near = particulars.alike(site=course.site, **like) + particulars.namesakes(kept, like)
        mine = {one.pk for one in _mine(request)}
        return [one for one in dict.fromkeys(near) if one.pk in mine and one != kept]
    rows = _mine(request).exclude(pk=kept.pk)
    return list(rows.filter(pk__in=finding.search(rows, asked)).order_by("family_name", "given_name")[:20])


def _side_by_side(kept: Patient, other: Patient) -> list[tuple[str, str, str, bool]]:
    """What is known of both, line by line, and whether they differ."""
    one, two = particulars.known_of(kept), particulars.known_of(other)
    lines = [(name.replace("_", " "), _said(one[name]), _said(two[name])) for name in particulars.STAFF_FIELDS]
    lines += [(_("courses"), _courses(kept), _courses(other)), (_("signs in with"), _login(kept), _login(other))]
    return [(name, a or "–", b or "–", a != b) for name, a, b in lines]


def _said(value: Any) -> str:
    return (_("yes") if value else _("no")) if isinstance(value, bool) else str(value)


def _courses(patient: Patient) -> str:
    rows = patient.courses.select_related("site").order_by("opened_at")
    return "; ".join(f"{row.site}, {row.opened_at:%-d %b %Y}{_(' (closed)') if row.closed_at else ''}" for row in rows)


def _login(patient: Patient) -> str:
    return patient.user.email if patient.user else ""
