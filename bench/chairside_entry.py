"""How long a nurse needs at the chair, in a real browser: every key, target and field costs what a hand needs.

A key costs 0.2 s, a target that is pointed at 1.1 s, going to a new field 0.4 s. To these comes the time that the page
itself takes, by its own clock, from the last key or press until it says that the clinic has the entry. Reading is not
counted, and neither is what the program that plays the hand takes to find its targets. Once by keyboard at the tablet
(1280 × 800), once by thumb on a phone (360 × 740), where no key leads to the next field: it is a target as well.

    python -m bench.chairside_entry           figures into docs/benchmarks/chairside.md
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bench.chairside_server import write

KEY_S, TARGET_S, FIELD_S = 0.2, 1.1, 0.4
ROUNDS, TWICE, ONCE = 10, 2, 1
"""How often in one session: its order has room for two steps down, and doses of the sedative keep their distance."""
SESSIONS = 10
GOALS_S = {"core set": 15.0, "rate change, without reading back": 5.0, "symptom": 3.0, "sedative with its face": 10.0}
PAGE_S = 0.5
"""What has to be left of every goal for the page itself."""
SETS = (("79", "98", "13485", "14"), ("81", "97", "12876", "13"), ("104", "96", "14288", "15"))


LISTEN = """() => {
  const told = { pressed: 0, saved: 0 }, said = document.getElementById("said");
  for (const kind of ["keydown", "click"]) {
    addEventListener(kind, () => { Object.assign(told, { pressed: performance.now(), saved: 0 }); }, true);
  }
  new MutationObserver(() => {
    if (!told.saved && said.textContent.includes("saved to the clinic")) told.saved = performance.now();
  }).observe(said, { childList: true, characterData: true, subtree: true });
  window.hand = told;
}"""


class Took(NamedTuple):
    """Seconds of the hand, counted, and of waiting for the page, measured."""

    hand_s: float
    page_s: float


@dataclass
class Hand:
    """A hand at the page: does it at once, and counts what a person would have needed."""

    page: Any
    thumb: bool = False
    seconds: float = 0.0
    waited_s: float = 0.0

    def point(self, target: Any) -> None:
        """Point at a target and press it."""
        target.tap() if self.thumb else target.click()
        self.seconds += TARGET_S

    def keys(self, text: str) -> None:
        """Type keys where the cursor is."""
        self.page.keyboard.type(text)
        self.seconds += KEY_S * len(text)

    def press(self, key: str) -> None:
        """One key."""
        self.page.keyboard.press(key)
        self.seconds += KEY_S

    def next_field(self) -> None:
        """Enter, and the eyes go to the next field."""
        self.press("Enter")
        self.seconds += FIELD_S

    def saved(self) -> None:
        """Wait until the clinic has it, and count how long the page let the hand wait."""
        self.page.locator("#said", has_text="saved to the clinic").wait_for()
        told = self.page.evaluate("window.hand")
        assert 0 < told["pressed"] <= told["saved"], told
        self.waited_s = (told["saved"] - told["pressed"]) / 1000


def core_set(hand: Hand, place: int) -> None:
    """Five signs by keyboard, from the first field on."""
    pulse, oxygen, pressure, breaths = SETS[place % len(SETS)]
    hand.point(hand.page.locator("#c-hr"))
    for text in (pulse, oxygen, "", pressure, breaths):
        hand.keys(text)
        hand.next_field()
    hand.press(str(place % 2))
    hand.press("Enter")
    hand.saved()


def core_set_by_thumb(hand: Hand, place: int) -> None:
    """The same signs, every field and the button pointed at: a phone's keypad has digits and nothing else."""
    pulse, oxygen, pressure, breaths = SETS[place % len(SETS)]
    for field, text in (("#c-hr", pulse), ("#c-spo2", oxygen), ("#c-bp", pressure), ("#c-rr", breaths)):
        hand.point(hand.page.locator(field))
        hand.keys(text)
    hand.point(hand.page.locator(f"#core .keys label:has(input[value='{-(place % 2)}'])"))
    hand.point(hand.page.locator("#core [data-save]"))
    hand.saved()


def rate_change(hand: Hand, place: int) -> None:
    """A step down from the order's chips: open, chip, “the pump shows it”."""
    hand.point(hand.page.locator("[data-face=rate]"))
    hand.point(hand.page.locator("#part-chips [data-ml]:not([data-up='1'])").last)
    hand.point(hand.page.locator("#rate-form .big-button"))
    hand.saved()


def symptom(hand: Hand, place: int) -> None:
    """Open, grade."""
    hand.point(hand.page.locator("[data-face=symptom]"))
    row = hand.page.locator("#part-symptoms form").nth(2 + place % 6)
    hand.point(row.locator(f"button[value='{1 + place % 2}']"))
    hand.saved()


def sedative(hand: Hand, place: int) -> None:
    """Open, the face, all read: the press that every rule may still refuse."""
    hand.point(hand.page.locator("[data-face=drug]"))
    face = hand.page.locator("#part-orders .faced").first
    hand.point(face.locator("summary"))
    hand.point(face.locator("button[name=confirmed]"))
    hand.saved()


ACTS: dict[str, tuple[Callable[[Hand, int], None], int]] = {
    "core set": (core_set, ROUNDS),
    "rate change, without reading back": (rate_change, TWICE),
    "symptom": (symptom, ROUNDS),
    "sedative with its face": (sedative, ONCE),
}


def run(page: Any, *, once: bool = False, thumb: bool = False) -> dict[str, list[Took]]:
    """Every act, once or as often as the session allows."""
    found: dict[str, list[Took]] = {}
    page.evaluate(LISTEN)
    for name, (act, rounds) in ACTS.items():
        for place in range(1 if once else rounds):
            page.evaluate("document.getElementById('said').textContent = ''")
            hand = Hand(page, thumb)
            (core_set_by_thumb if thumb and act is core_set else act)(hand, place)
            found.setdefault(name, []).append(Took(hand.seconds, hand.waited_s))
            page.wait_for_timeout(1200)
    return found


def ninetieth(values: list[float]) -> float:
    """The 90th percentile by nearest rank."""
    return sorted(values)[math.ceil(0.9 * len(values)) - 1]


def table(found: dict[tuple[str, str], list[float]]) -> str:
    """The figures as the document has them."""
    rows = [
        f"| {name} | {where} | {ninetieth(values):.1f} s | ≤ {GOALS_S[name]:.0f} s | {len(values)} |"
        for (where, name), values in found.items()
    ]
    head = "| entry, 90th percentile at human speed | by | measured | goal | n |\n|---|---|---|---|---|\n"
    return head + "\n".join(rows) + "\n"


def main() -> int:
    """Through the browser test, which counts the hand alone, in so many sessions; kept are hand and page together."""
    root = Path(__file__).resolve().parent.parent
    test = "tests/clinic/infusion/test_entry_speed.py"
    with tempfile.TemporaryDirectory() as folder:
        lines = Path(folder) / "seconds"
        setting = {**os.environ, "CLEARHEAD_ENTRY_SECONDS": str(lines), "CLEARHEAD_ENTRY_SESSIONS": str(SESSIONS)}
        code = subprocess.run([sys.executable, "-m", "pytest", test, "-q", "-n0"], cwd=root, env=setting).returncode
        found: dict[tuple[str, str], list[float]] = {}
        for line in lines.read_text(encoding="utf-8").splitlines():
            where, acts = json.loads(line)
            for name, took in acts.items():
                found.setdefault((where, name), []).extend(sum(each) for each in took)
    write("The hand (python -m bench.chairside_entry)", table(found))
    return code or int(any(ninetieth(values) > GOALS_S[name] for (_, name), values in found.items()))


if __name__ == "__main__":
    raise SystemExit(main())
