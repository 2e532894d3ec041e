"""Recovery, going home, the call on the next day, the diary afterwards and the review after 28 days."""

from __future__ import annotations

BETTER_BY = 2
"""How many grades every headache day is milder afterwards: enough for a response."""
