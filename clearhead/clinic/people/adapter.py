"""What allauth may and may not do here."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class ClosedDoor(DefaultAccountAdapter):
    """Nobody signs themselves up: staff are invited, patients get a link from the clinic."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False
