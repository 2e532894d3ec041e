"""How a page must look: checked by the browser at a phone's and a tablet's width, in all three themes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = (1280, 360)
THEMES = ("paper", "dim", "attack")
PROBE = Path(__file__).with_name("looks.js").read_text(encoding="utf-8")
GRAVE = {"serious", "critical"}
AXE_OPTIONS: dict[str, Any] = {
    "resultTypes": ["violations"],
    "rules": {"color-contrast": {"enabled": False}},  # looks.js measures it, in every theme
}


def faults_of(page: Page, *, axe: bool = True) -> list[str]:
    """Every way in which the open page fails an eye, a finger or a keyboard."""
    faults: list[str] = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for theme in THEMES:
            found = page.evaluate(PROBE, [theme, width == WIDTHS[0]])
            faults += [f"{theme} {width}: {fault}" for fault in found]
    return [*_merged(faults), *(axe_faults(page) if axe else [])]


def _merged(faults: list[str]) -> list[str]:
    """The same sentence once, with the places where it holds."""
    where: dict[str, list[str]] = {}
    for fault in faults:
        place, _, what = fault.partition(": ")
        where.setdefault(what, []).append(place)
    return [f"{what} ({'everywhere' if len(places) == 6 else ', '.join(places)})" for what, places in where.items()]


def axe_faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=AXE_OPTIONS).response["violations"]
    return [
        f"axe {one['id']} ({one['impact']}): {one['help']}: {one['nodes'][0]['html'][:120]}"
        for one in found
        if one["impact"] in GRAVE
    ]
