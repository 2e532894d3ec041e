"""Whose turn it is to write: one lock per database file, within this process."""

from __future__ import annotations

import os
import threading


class Turn:
    """Taken before a write begins, given back when the connection is in no transaction any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def take(self, seconds: float) -> bool:
        """Wait for the turn, at most so long. False when it did not come."""
        return self._lock.acquire(timeout=seconds)

    def give(self) -> None:
        """Hand it on. Any thread may, also the one that clears up after another."""
        self._lock.release()


_turns: dict[str, Turn] = {}
_making = threading.Lock()


def turn_of(file: str) -> Turn:
    """The turn of this database file; the same one for every connection of the process."""
    with _making:
        return _turns.setdefault(file, Turn())


def _forget() -> None:
    """A forked child begins with turns that nobody holds: the threads that held them stayed in the parent."""
    global _making
    _making = threading.Lock()
    _turns.clear()


os.register_at_fork(after_in_child=_forget)
