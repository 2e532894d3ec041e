"""Takes the pictures of the README: `.venv/bin/python docs/pictures.py`.

Loads the demo into a folder that is thrown away, serves it, and looks at it with Debian's Chromium. Everyone shown is
invented. Needs the development packages (`python3 run.py test` installs them).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PICTURES = Path(__file__).resolve().parent / "pictures"
CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or "/usr/bin/chromium"
LARGEST_BYTES = 200_000
COLOURS = 128
TABLET, PHONE = (1280, 800), (360, 740)


@dataclass(frozen=True)
class Shot:
    """One picture: who looks, at what, on which screen, in which theme."""

    name: str
    who: str
    page: str
    """The way there from the first page: addresses and names of links or buttons, with > between them."""
    screen: tuple[int, int]
    theme: str


SHOTS = (
    Shot("chairside", "Nina Okafor", "Open record", TABLET, "dim"),
    Shot("board", "Nina Okafor", "/", TABLET, "paper"),
    Shot("chairs", "Nina Okafor", "Chairs", TABLET, "dim"),
    Shot("verdict", "Dario Marsh", "Patients > Open > Open assessment", TABLET, "paper"),
    Shot("diary", "Petra Lindqvist", "/diary/", PHONE, "paper"),
    Shot("attack", "Petra Lindqvist", "/diary/attack/ > Now", PHONE, "attack"),
    Shot("front", "", "/welcome/", TABLET, "paper"),
)


@contextlib.contextmanager
def demo() -> Iterator[str]:
    """The address of a demo that ends with the block."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "CLEARHEAD_VAR": folder}
        command = [sys.executable, "-m", "clearhead", "demo", "--port", str(port)]
        served = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL)
        try:
            _wait_for(f"http://127.0.0.1:{port}/health/", served)
            yield f"http://127.0.0.1:{port}"
        finally:
            served.terminate()
            served.wait(20)


def _wait_for(address: str, served: subprocess.Popen[Any], seconds: int = 300) -> None:
    """Until the demo answers; loading it takes about a minute."""
    for _second in range(seconds):
        if served.poll() is not None:
            raise SystemExit("The demo stopped before it answered.")
        try:
            urllib.request.urlopen(address, timeout=2).close()
        except OSError:
            time.sleep(1)
        else:
            return
    raise SystemExit(f"The demo did not answer within {seconds} s.")


def _open(browser: Browser, home: str, shot: Shot) -> Page:
    """The page of a picture, as its reader reaches it."""
    page = browser.new_context(
        base_url=home, viewport={"width": shot.screen[0], "height": shot.screen[1]}, device_scale_factor=1
    ).new_page()
    page.set_default_timeout(30_000)
    page.add_init_script(f"localStorage.setItem('theme', '{shot.theme}')")
    if shot.who:
        page.goto("/demo/")
        page.get_by_role("button", name=f"Be {shot.who}").click()
        page.wait_for_load_state()
    for step in shot.page.split(" > "):
        if step.startswith("/"):
            page.goto(step)
        else:
            link, button = (page.get_by_role(role, name=step, exact=True) for role in ("link", "button"))
            link.or_(button).first.click()
        page.wait_for_load_state("networkidle" if step == "Now" else "load")
    return page


def take(browser: Browser, home: str, shot: Shot) -> Path:
    """One picture, in few colours so that it stays small."""
    page = _open(browser, home, shot)
    page.evaluate("() => document.fonts.ready")
    picture = Image.open(BytesIO(page.screenshot(animations="disabled")))
    page.context.close()
    path = PICTURES / f"{shot.name}.png"
    picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise SystemExit(f"{path.name} has {size} bytes; at most {LARGEST_BYTES} are allowed.")
    return path


def main() -> None:
    """All pictures, or those named on the command line."""
    wanted = set(sys.argv[1:]) or {shot.name for shot in SHOTS}
    PICTURES.mkdir(exist_ok=True)
    with demo() as home, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        for shot in SHOTS:
            if shot.name in wanted:
                print(take(browser, home, shot).relative_to(PICTURES.parents[1]))
        browser.close()


if __name__ == "__main__":
    main()
