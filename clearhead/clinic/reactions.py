"""The rare effect that runs against the order of the steps: fact → what is called, inside the same transaction.

A step that writes such a fact calls `react("name", …)`. The dotted names are resolved and checked at start (checks.py).
"""

from __future__ import annotations

from typing import Any

from django.utils.module_loading import import_string

REACTIONS: dict[str, tuple[str, ...]] = {
    "allergy_recorded": ("clearhead.clinic.infusion.actions.allergy_recorded",),  # allergy, by, at
    "allergy_taken_back": ("clearhead.clinic.infusion.actions.allergy_taken_back",),  # allergy, by, at
    "booking_moved": ("clearhead.clinic.plan.actions.booking_moved",),  # booking, before, by, at
    "booking_cancelled": ("clearhead.clinic.plan.actions.booking_cancelled",),  # booking, by, at
    "charts_merging": (  # kept, closed, at, found: each adds its sentence to `found` when it stands against the merge
        "clearhead.clinic.schedule.queries.no_time_ahead",
        "clearhead.clinic.review.actions.nothing_running",
    ),
    "consent withdrawn while running": (  # session, consent, by, at
        "clearhead.clinic.infusion.actions.consent_withdrawn",
    ),
    "chart_fact_added": ("clearhead.clinic.recovery.actions.changed.fact_charted",),  # row, by, at
    "contact_changed": ("clearhead.clinic.letters.actions.contact_changed",),  # patient, site, before, by, at
    "course_closed": ("clearhead.clinic.schedule.waiting.course_closed",),  # course, by, at
    "entry_striking": ("clearhead.clinic.recovery.actions.changed.entry_striking",),  # session, at, seen
    "entry_struck": ("clearhead.clinic.recovery.actions.changed.entry_struck",),  # row, reason, by, at, seen
    "photo_adding": ("clearhead.clinic.consent.queries.no_to_photo",),  # patient, found
    "role_given": ("clearhead.clinic.schedule.setup.role_given",),  # user, site, role, patients_at_once, by, at
    "role_taken": ("clearhead.clinic.schedule.setup.role_taken",),  # user, site, role, by, at
    "sign_in_asked": ("clearhead.clinic.letters.actions.sign_in_asked",),  # asked, patient, site, by, at
    "sign_in_changed": ("clearhead.clinic.letters.actions.sign_in_changed",),  # user, patient, site, left, at
    "time_freed": ("clearhead.clinic.welcome.actions.offer_freed_time",),  # site, service, starts_at, by, at
}

QUEUED: dict[str, str] = {  # kind of an entry that a device kept → who charts it; the chair's own are in intake.py
    "score": "clearhead.clinic.recovery.actions.queued.score",
    "escort": "clearhead.clinic.recovery.actions.queued.escort",
    "catheter": "clearhead.clinic.recovery.actions.queued.catheter",
}


def queued(kind: str) -> Any:
    """Who charts a kept entry of a later step. An unknown kind raises KeyError: it is set aside."""
    return import_string(QUEUED[kind])


def react(fact: str, **said: Any) -> None:
    """Call what follows from a fact. An unknown name is a mistake in the code and raises KeyError."""
    for dotted in REACTIONS[fact]:
        import_string(dotted)(**said)
