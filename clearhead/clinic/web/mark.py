"""Every answer of this clinic carries one mark.

A page of a hotel's network or of a proxy under repair is answered with 200 too. Scripts take no answer without the
mark for the clinic's: it is a missed beat, nothing is swapped, sent entries stay on the device (static/web/clinic.js).
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

HEADER = "X-Clinic"


class Mark:
    """The outermost layer, so that also files, refusals and faults carry it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass on and mark the answer."""
        response = self.get_response(request)
        response.headers[HEADER] = "Clearhead"
        return response
