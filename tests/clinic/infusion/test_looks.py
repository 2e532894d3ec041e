"""The room in a real browser: tablet and phone, paper and dim, with and without script."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import member
from tests.clinic.infusion.scene import lively

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
PICTURES = os.environ.get("CLEARHEAD_PICTURES", "")


def keep(page: Any, name: str, *, whole: bool = False) -> None:
    """A picture for a person to look at, where one is asked for."""
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=whole)


@pytest.mark.parametrize("theme", ["paper", "dim"])
@pytest.mark.parametrize(("width", "height"), [(1280, 800), (360, 740)])
def test_the_room_fits_and_can_be_touched(open_page: Any, sign_in: Any, theme: str, width: int, height: int) -> None:
    session = lively(timezone.now())
    page = open_page(width=width, height=height)
    sign_in(page, member("nina"))
    page.add_init_script(f"try {{ localStorage.setItem('theme', '{theme}') }} catch {{}}")
    page.goto(f"/infusion/{session.code}/")
    page.locator("#part-picture svg").wait_for()
    page.wait_for_timeout(700)
    keep(page, f"chair-{theme}-{width}", whole=width < 500)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    small = page.evaluate(
        """[...document.querySelectorAll('main button, main a.button, main input:not([type=hidden]), main select')]
        .filter(e => e.offsetParent && e.type !== 'radio' && e.type !== 'checkbox')
        .filter(e => Math.round(e.getBoundingClientRect().height) < 44).map(e => e.outerHTML.slice(0, 90))"""
    )
    assert small == []
