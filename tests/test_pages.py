"""Every page, at a phone's and a tablet's width, in paper, dim and attack: no sideways scroll, contrast of 4.5 : 1,
targets of 44 px, a visible focus, nothing serious for axe-core, no console error, nothing the content policy blocks.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from clearhead.clinic.infusion.models import Observation
from clearhead.clinic.people.models import Patient, Role, User
from clearhead.clinic.policy.models import ProtocolVersion
from clearhead.clinic.schedule.models import Service
from tests import builders, cast, rows
from tests.addresses import Page, pages
from tests.browser import watch
from tests.clinic.infusion import room
from tests.clinic.schedule.conftest import furnish, phone_call
from tests.looks import faults_of
from tests.rows import ROWS, link_for

if TYPE_CHECKING:
    from playwright.sync_api import Page as Screen

pytestmark = [pytest.mark.sqlite, pytest.mark.slow]  # what a page looks like does not hang on the database

READERS = (
    Role.PRESCRIBER, Role.NURSE, Role.DIRECTOR, Role.FRONT_DESK, Role.OWNER, Role.PHARMACIST, Role.AUDITOR,
    Role.RESEARCHER,
)  # fmt: skip
"""Who opens a page that several roles may open: whoever sees most of it."""

NAMES = {"group": "headache", "name": "phq9", "test": "pregnancy_test", "page": "aura", "kind": "observation"}
"""Parts of an address that name something the project ships."""

QUERIES = {"policy-diff": "?a={version}&b={version}", "home-day": "?day=2026-11-20", "plan-day": "?on=2026-11-20"}
"""What a page must be asked to have something to show."""

STEPS = sorted({page.route.split("/")[0] for page in pages() if page.rule is not None})


@dataclass
class Clinic:
    """Mesa with Petra in the chair, one screen for each person who looks."""

    petra: Patient
    open_page: Callable[..., Screen]
    sign_in: Callable[[Screen, User], None]
    home: str
    screens: dict[str, tuple[Screen, list[str]]] = field(default_factory=dict)

    def screen(self, who: User | None) -> tuple[Screen, list[str]]:
        """The browser of one person, and what went wrong in it."""
        key = who.email if who else "visitor"
        if key not in self.screens:
            screen = self.open_page()
            if who is not None:
                self.sign_in(screen, who)
            self.screens[key] = (screen, watch(screen, self.home))
        return self.screens[key]

    def who_opens(self, page: Page) -> User | None:
        """A person whom the page's rule lets in."""
        if page.rule.kind in {"public", "link"}:
            return None
        if page.rule.kind == "patient":
            return self.petra.user
        wanted = page.rule.roles or (Role.NURSE,)
        role = next(role for role in READERS if role in wanted)
        return cast.member(next(name for name, (_full, _title, held) in cast.STAFF.items() if held == role))

    def address(self, page: Page) -> str:
        """The page's address about Petra."""
        values: dict[str, Any] = {**rows.OTHER_KWARGS, **NAMES, "site": "mesa", "person": cast.member("omar").code}
        values["version"] = ProtocolVersion.objects.get().code
        values["offer"] = Service.objects.get(kind="consult").code
        values["fact"] = Observation.objects.first().code
        values["day"] = workday(timezone.now()).isoformat()
        if page.rule.kind == "link":
            values["token"] = link_for(self.petra, page.rule.purpose, page.subject)[1]
        elif page.subject is not None:
            values["code"] = getattr(ROWS[page.subject._meta.label](self.petra), "code", "")
        url = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(values.get(match[1], uuid4())), page.route)
        return "/" + url.lstrip("^/").rstrip("$") + QUERIES.get(page.name, "").format(**values)


def workday(now: datetime) -> date:
    """A weekday soon enough to be booked."""
    day = now.date() + timedelta(days=2)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)


@pytest.fixture
def clinic(live_server: Any, open_page: Any, sign_in: Any) -> Clinic:
    """Petra has been in the chair for an hour."""
    petra = cast.petra()
    for name in cast.STAFF:
        cast.member(name)
    furnish(cast.mesa())
    phone_call(cast.mesa())
    room.running(timezone.now() - timedelta(hours=1), session=builders.session(petra))
    ROWS["diary.Medicine"](petra)
    return Clinic(petra, open_page, sign_in, live_server.url)


def is_page(clinic: Clinic, page: Page, url: str) -> bool:
    """True when a GET shows a page, not a file, a redirect or a part that only a script asks for."""
    client = Client()
    who = clinic.who_opens(page)
    if who is not None:
        client.force_login(who)
    answer = client.get(url)
    whole = "html" in answer.headers.get("Content-Type", "") and not answer.streaming
    return answer.status_code == 200 and whole and b"<!doctype html>" in answer.content[:200].lower()


@pytest.mark.parametrize("step", STEPS)
def test_every_page_can_be_seen_touched_and_walked_by_keyboard(clinic, step):
    faults = []
    for page in [page for page in pages() if page.route.split("/")[0] == step]:
        url = clinic.address(page)
        if not is_page(clinic, page, url):
            continue
        screen, wrong = clinic.screen(clinic.who_opens(page))
        screen.goto(url)
        faults += [f"{page.route}: {fault}" for fault in (*faults_of(screen), *wrong)]
        wrong.clear()

    assert not faults, "\n".join(faults)
