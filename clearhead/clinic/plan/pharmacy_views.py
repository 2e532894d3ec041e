"""The pharmacist's door: signed orders to read, agree with or ask back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clearhead.clinic.people.access import access, staff
from clearhead.clinic.people.actions import SignatureRefused
from clearhead.clinic.people.models import Role, Site
from clearhead.clinic.plan import actions, queries
from clearhead.clinic.plan.forms import CheckForm
from clearhead.clinic.plan.models import Order
from clearhead.clinic.plan.views import order_words

READERS = staff(Role.PHARMACIST, Role.PRESCRIBER, write=())
CHECKERS = staff(Role.PHARMACIST, Role.PRESCRIBER, write=(Role.PHARMACIST,))


@require_GET
@access(READERS, Site)
def orders(request: HttpRequest, site: Site) -> HttpResponse:
    """Every standing order of open courses: unread first, then asked back, then agreed."""
    return render(request, "plan/orders.html", {"site": site, "rows": queries.orders_to_check(site)})


@require_http_methods(["GET", "POST"])
@access(CHECKERS, Order)
def check(request: Any, order: Order) -> HttpResponse:
    """One order, in the words of its signature, with what speaks against it at hand."""
    form = CheckForm(request.POST or None, initial={"seen_sha256": order.sha256})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            actions.check_order(
                order=order, agreed=said["agreed"], note=said["note"], seen_sha256=said["seen_sha256"],
                secret=said["secret"], by=request.user, at=timezone.now(), client_id=said["client_id"],
            )  # fmt: skip
        except actions.CheckRefused as refusal:
            form.refused(refusal)
        except SignatureRefused as refusal:
            form.refused(refusal, "secret")
        else:
            messages.success(request, _("Saved. The prescriber sees it beside the order."))
            return redirect("plan-orders", order.site.slug)
    shown = {
        "order": order,
        "patient": order.course.patient,
        "said": order_words(order),
        "allergies": queries.allergies_of(order.course.patient),
        "medicines": queries.medicines_of(order.course.patient),
        "checks": queries.checks_of(order),
        "form": form,
        "checker": Role.PHARMACIST in request.roles,
    }
    return render(request, "plan/check.html", shown, status=422 if form.errors else 200)
