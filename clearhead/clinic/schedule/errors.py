"""Why a time cannot be had."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import DatabaseError, IntegrityError, OperationalError
from django.utils.translation import gettext as _

from clearhead.clinic.schedule.no_overlap import NAME

P = ParamSpec("P")
R = TypeVar("R")


class BookingRefused(Exception):
    """The calendar does not allow this; nothing was changed."""

    @property
    def in_full(self) -> str:
        """For staff, with what is missing; as text it is what anybody may read."""
        return str(self)


class SlotTaken(BookingRefused):
    """Someone else was quicker, or something the visit needs is not free then.

    Visitors and patients read that it is gone and what to do. What the clinic has and lacks is for staff only.
    """

    def __init__(self, *reasons: str) -> None:
        self.reasons = reasons
        super().__init__(_("This time was just taken. Nothing was booked. Choose another time."))

    @property
    def in_full(self) -> str:
        """What stands in the way, resource by resource."""
        if not self.reasons:
            return str(self)
        return " ".join((_("This time cannot be had, and nothing was changed."), *self.reasons))


class HoldOver(BookingRefused):
    """The time was kept for a while, and the while is over."""


class NotOpen(BookingRefused):
    """The booking is not in a state in which this can be done."""


def _means_taken(fault: DatabaseError) -> bool:
    said = str(fault)
    return NAME in said or "deadlock detected" in said or "database is locked" in said


def said_clearly(action: Callable[P, R]) -> Callable[P, R]:
    """Turn the database's refusal of an overlap, and a deadlock between two who want the same, into SlotTaken."""

    @functools.wraps(action)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return action(*args, **kwargs)
        except (IntegrityError, OperationalError) as fault:
            if _means_taken(fault):
                raise SlotTaken from fault
            raise

    return run
