"""Personal links in letters. A letter waits with a promise in its text; the link is made when it goes out.

So the queue holds no token that opens anything, and a link's life begins when it is sent.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.urls import reverse

from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people import doors

PROMISE = re.compile(
    r"\[\[link (?P<url>[\w-]+) (?P<purpose>[\w-]+) (?P<subject>\S+) (?P<until>\S+?)(?P<once> once)?\]\]"
)
SHORTEST = timedelta(days=1)


def promise(url_name: str, *, purpose: str, subject_code: object, until: datetime, once: bool = False) -> str:
    """What stands in a text for a personal link: page `url_name`, opened by a link of this purpose until then.

    `once`: it opens one time, and not a minute longer than said.
    """
    end = " once" if once else ""
    return f"[[link {url_name} {purpose} {subject_code} {until.astimezone(UTC).isoformat()}{end}]]"


def page(url_name: str, *args: object) -> str:
    """The full address of a page that asks for a sign-in or is public."""
    return settings.PUBLIC_URL + reverse(url_name, args=args)


def kept(text: str, letter: Outgoing, now: datetime) -> str:
    """The text with every promise turned into a link."""

    def make(found: re.Match[str]) -> str:
        once = bool(found["once"])
        left = datetime.fromisoformat(found["until"]) - now
        _link, token = doors.make_link(
            purpose=found["purpose"],
            subject_code=found["subject"],
            patient=letter.patient,
            site=letter.site,
            at=now,
            lasts=left if once else max(left, SHORTEST),
            single_use=once,
        )
        return settings.PUBLIC_URL + reverse(found["url"], args=[token])

    return PROMISE.sub(make, text)


def shown(text: str, instead: str) -> str:
    """The text for a screen or a printer, where a personal link has no place."""
    return PROMISE.sub(instead, text)
