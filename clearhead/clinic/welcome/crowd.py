"""A limit for public forms: so many per connection and ten minutes. No address is kept longer than that."""

from __future__ import annotations

from django.core.cache import cache
from django.http import HttpRequest

MOST = 60
WINDOW_S = 600


def too_many(request: HttpRequest, what: str) -> bool:
    """Count one more; True beyond the limit."""
    key = f"crowd:{what}:{request.META.get('REMOTE_ADDR', '')}"
    cache.add(key, 0, WINDOW_S)
    try:
        return cache.incr(key) > MOST
    except ValueError:  # it ran out between the two lines
        return False
