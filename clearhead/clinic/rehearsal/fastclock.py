"""Time in the demo may pass faster than outside. Off unless the demo was started with --speed.

`CLEARHEAD_DEMO_CLOCK` holds `epoch:speed`: from that moment on, every second counts for so many. Only the demo's
processes read it, and only `django.utils.timezone.now` is replaced: it is the one clock the service has.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime

from django.conf import settings
from django.utils import timezone

NAME = "CLEARHEAD_DEMO_CLOCK"
FASTEST = 60.0


def story_time(epoch: float, speed: float, real: float) -> datetime:
    """The demo's moment at this real moment (seconds since 1970).

    >>> story_time(0.0, 10.0, 6.0).isoformat()
    '1970-01-01T00:01:00+00:00'
    """
    return datetime.fromtimestamp(epoch + (real - epoch) * speed, tz=UTC)


def install() -> None:
    """Replace the clock, where the demo asks for it."""
    said = os.environ.get(NAME, "")
    if not settings.DEMO or not said:
        return
    epoch, speed = (float(part) for part in said.split(":"))
    timezone.now = lambda: story_time(epoch, min(speed, FASTEST), time.time())
