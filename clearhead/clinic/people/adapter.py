"""What allauth may and may not do here."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from clearhead.clinic.people import devices


class ClosedDoor(DefaultAccountAdapter):
    """Nobody signs themselves up: staff are invited, patients get a link from the clinic."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False

    def login(self, request: HttpRequest, user: object) -> None:
        """Sign in, and let the sign-in begin now."""
        super().login(request, user)
        devices.begin(request)
