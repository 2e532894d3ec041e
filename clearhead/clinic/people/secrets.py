"""A password or PIN shown again: one place that compares it, counts what was wrong, and makes the next try wait.

A refusal rolls its transaction back, and the count must not go with it: wrong tries are noted down while the request
runs and counted when it is over (`settle`, called by TabletLock).
"""

from __future__ import annotations

from contextvars import ContextVar
from datetime import datetime, timedelta

from django.db.models import F

from clearhead.clinic.people.models import LONGEST_PIN, User

FREE_TRIES = 3
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=5)
PIN_OFF_AFTER = 10
"""So many wrong tries in a row, and only the password opens: a PIN of four digits must not be found by patience."""
_wrong: ContextVar[list[tuple[int, datetime]] | None] = ContextVar("wrong_secrets", default=None)


class SignatureRefused(Exception):
    """The secret was wrong, or this person may not sign this."""


def prove(person: User, secret: str, *, at: datetime, so: str = "Nothing was signed.") -> None:
    """Raise SignatureRefused unless this is the person's password or PIN, shown no sooner than it may be.

    `so` says what a wrong one means where it was typed.
    """
    known = User.objects.only("wrong_secrets", "secret_wait_until").get(pk=person.pk)
    if known.secret_wait_until is not None and at < known.secret_wait_until:
        seconds = int((known.secret_wait_until - at).total_seconds()) + 1
        raise SignatureRefused(f"Too many wrong tries. The next one counts in {seconds} s. STOP and help need none.")
    if is_pin(secret) and known.wrong_secrets >= PIN_OFF_AFTER:
        raise SignatureRefused(f"After {PIN_OFF_AFTER} wrong tries the PIN is off. The password brings it back.")
    if not person.is_active or not person.knows(secret):
        _note(person, at)
        raise SignatureRefused(f"The password or PIN does not match. {so}")
    if known.wrong_secrets:
        User.objects.filter(pk=person.pk).update(wrong_secrets=0, secret_wait_until=None)


def is_pin(secret: str) -> bool:
    """A PIN is short and all digits; a password never is."""
    return secret.isdigit() and len(secret) <= LONGEST_PIN


def wait_after(wrong: int) -> timedelta:
    """How long the next try waits: nothing at first, then half a minute, doubled up to five minutes.

    >>> [int(wait_after(count).total_seconds()) for count in (1, 2, 3, 4, 5, 9)]
    [0, 0, 30, 60, 120, 300]
    """
    if wrong < FREE_TRIES:
        return timedelta(0)
    doubled: timedelta = FIRST_WAIT * 2 ** (wrong - FREE_TRIES)
    return min(LONGEST_WAIT, doubled)


def begin() -> None:
    """A request begins: nothing is noted yet."""
    _wrong.set([])


def settle() -> None:
    """A request is over: count what was wrong, outside the transaction that was rolled back."""
    for person, at in _wrong.get() or []:
        _count(person, at)
    _wrong.set(None)


def _note(person: User, at: datetime) -> None:
    noted = _wrong.get()
    if noted is not None:
        noted.append((person.pk, at))


def _count(person: int, at: datetime) -> None:
    row = User.objects.filter(pk=person)
    row.update(wrong_secrets=F("wrong_secrets") + 1)
    wrong = row.values_list("wrong_secrets", flat=True)[0]
    row.update(secret_wait_until=at + wait_after(wrong))
