"""The audit entry of a write about an order."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Model

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people.models import User
from clearhead.clinic.plan.models import Order


def record(order: Order, verb: str, subject: Model, by: User | None, at: datetime, body: dict[str, object]) -> None:
    audit.record(
        chain=order.site.slug,
        at=at,
        by=by,
        verb=verb,
        subject=subject,
        patient=order.course.patient,
        body=body,
    )
