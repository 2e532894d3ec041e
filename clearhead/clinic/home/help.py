"""A call for help stands on every page of everybody who works here, whatever page that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from clearhead.clinic.infusion import beats
from clearhead.clinic.infusion.queries.board import help_called, help_mark
from clearhead.clinic.people.access import access, sites_of, staff
from clearhead.clinic.people.models import Role, Site
from clearhead.clinic.plan.models import Session
from clearhead.clinic.plan.queries import chair_of
from clearhead.medicine.rules.clock import clock_time

ROLES = (Role.FRONT_DESK, Role.NURSE, Role.PRESCRIBER, Role.DIRECTOR, Role.OWNER, Role.PHARMACIST)
"""Everybody who may stand near a chair."""


@dataclass(frozen=True, slots=True)
class Call:
    """Help that was called to one chair and has not ended. No name: the page may lie open on a desk."""

    session: Session
    chair: str
    times: int
    at: datetime
    """When it was called last."""

    @property
    def clock(self) -> str:
        """The same on the clock of its site: a desk may look after several."""
        return clock_time(self.at, self.session.site.tz)


@require_GET
@access(staff(*ROLES), poll=True)
def help_now(request: Any) -> HttpResponse:
    """Asked every two seconds by every page of the staff; 304 while nothing has changed."""
    mark = help_mark()
    if request.GET.get("after") == mark:
        return beats.unchanged(request, beats.Question.HELP)
    sites = sites_of(request.user, *ROLES)
    shown = {"calls": _calls(sites), "sites": len(sites), "mark": mark, "now": timezone.now()}
    return render(request, "home/_help_now.html", shown)


def _calls(sites: Sequence[Site]) -> list[Call]:
    rows = help_called(sites)
    return [Call(one.session, chair_of(one.session), one.times, one.at) for one in rows]
