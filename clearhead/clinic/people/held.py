"""The roles a person holds now, looked up once by a request that only reads. A request that writes asks each time."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from clearhead.clinic.people.models import RoleGrant

Held = frozenset[tuple[int, str]]
KEPT = "held_in_this_request"


def held_by(user: Any) -> Held:
    """Site ids and roles that are granted to this person now."""
    kept: Held | None = getattr(user, KEPT, None)
    return _look_up(user) if kept is None else kept


def held_in(request: HttpRequest) -> Held:
    """The same for whoever asks; while a page is only read, the answer is kept for its other questions."""
    user: Any = request.user
    if request.method not in {"GET", "HEAD"}:
        return _look_up(user)
    if not hasattr(user, KEPT):
        setattr(user, KEPT, _look_up(user))
    return held_by(user)


def _look_up(user: Any) -> Held:
    return frozenset(RoleGrant.objects.filter(user=user, until__isnull=True).values_list("site_id", "role"))
