"""A real Chromium in front of a live server. Debian's own browser: Playwright downloads nothing.

`page` is a tablet of 1280 × 800, `phone` is 360 px wide, `plain` has no script; `open_page(...)` makes others.
Each fails its test when a script throws, the content policy blocks something, the server fails, or anything is fetched
from elsewhere. Under the strict policy `wait_for_function("text")` cannot work: use `expect(locator)`.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from pytest_django.live_server_helper import LiveServer

    OpenPage = Callable[..., Page]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    "--mute-audio",
    "--no-first-run",
]
PLACES = (
    "/usr/bin/chromium-headless-shell",  # the same engine without the windows nobody sees: half the work
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
)
EXPECTED_NOISE = (
    "Failed to load resource",  # the browser's own remark about a 4xx, or a lost network, that a test asked for
    "An unknown error occurred when fetching the script",  # the same about the chair's worker
)
PATIENCE_MS = 60_000
"""How long anything may take on a busy machine before it counts as missing."""


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for the whole run."""
    place = next((path for path in PLACES if Path(path).exists()), shutil.which("chromium"))
    if place is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)

    # Playwright keeps an event loop in this thread, which Django takes for an asynchronous caller.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=FLAGS)
        yield browser
        browser.close()


def watch(page: Page, home: str) -> list[str]:
    """Collect what must not happen on any page."""
    faults: list[str] = []

    def heard(message: Any) -> None:
        if message.type == "error" and not any(noise in message.text for noise in EXPECTED_NOISE):
            faults.append(f"console: {message.text}")

    def fetched(request: Any) -> None:
        if request.url.startswith("http") and urlsplit(request.url).netloc != urlsplit(home).netloc:
            faults.append(f"fetched from elsewhere: {request.url}")

    def answered(response: Any) -> None:
        if response.status >= 500:
            faults.append(f"answered {response.status}: {response.url}")

    page.on("console", heard)
    page.on("response", answered)
    page.on("request", fetched)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    return faults


@pytest.fixture
def open_page(chromium: Browser, live_server: LiveServer) -> Iterator[OpenPage]:
    """Make a page in a browser of its own: `open_page(width=360, script=False, timezone_id="America/Phoenix")`."""
    contexts, watched = [], []

    def make(*, width: int = 1280, height: int = 800, script: bool = True, **options: Any) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            locale=options.pop("locale", "en-US"),
            **options,
        )
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        contexts.append(context)
        watched.append(watch(page, live_server.url))
        return page

    yield make
    for context in contexts:
        context.close()
    faults = [fault for of_page in watched for fault in of_page]
    assert not faults, "\n".join(faults)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The tablet at the chair."""
    return open_page()


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """The patient's phone."""
    return open_page(width=360, height=740, has_touch=True, is_mobile=True)


@pytest.fixture
def plain(open_page: OpenPage) -> Page:
    """The tablet with script switched off."""
    return open_page(script=False)


@pytest.fixture
def sign_in(live_server: LiveServer) -> Callable[[Page, Any], None]:
    """Give a page the session of a user, without going through the door."""
    from django.conf import settings
    from django.test import Client

    def enter(page: Page, user: Any) -> None:
        client = Client()
        client.force_login(user)
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return enter
