"""The pharmacist's look at a signed order: agreed, or asked back with a note."""

from __future__ import annotations

import uuid
from datetime import datetime
from uuid import UUID

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.people import actions as people
from clearhead.clinic.people.models import User
from clearhead.clinic.plan import drafts, queries
from clearhead.clinic.plan.models import Order, OrderCheck


class CheckRefused(Exception):
    """The order was not checked, and why. Nothing was saved."""


@audit.once
def check_order(
    *,
    order: Order,
    agreed: bool,
    note: str,
    seen_sha256: str,
    secret: str,
    by: User,
    at: datetime,
    client_id: UUID | None = None,
) -> OrderCheck:
    """A pharmacist signs that they read this very order. Without agreement, the note says what is asked."""
    if not agreed and not note.strip():
        raise CheckRefused("Say what you ask the prescriber.")
    if not queries.is_current(order) or seen_sha256 != order.sha256:
        raise CheckRefused("This is not the order as it stands now. Open the list again.")
    if drafts.sha256_of_order(order) != order.sha256:
        raise CheckRefused("This order does not match its signature. Do not use it; tell the medical director.")
    meaning = "order checked" if agreed else "order asked back"
    code = uuid.uuid4()
    signature = people.sign(
        by=by, secret=secret, meaning=meaning, subject_code=code, sha256=order.sha256, site=order.site, at=at
    )
    row = OrderCheck.objects.create(
        code=code, order=order, agreed=agreed, note=note.strip(), signature=signature, happened_at=at, recorded_at=at,
        recorded_by=by,
    )  # fmt: skip
    audit.record(
        chain=order.site.slug, at=at, by=by, verb=meaning, subject=order, patient=order.course.patient,
        body={"sha256": order.sha256},
    )  # fmt: skip
    return row
