"""What the documents say is true: generated parts are fresh, links lead somewhere, examples run."""

from __future__ import annotations

import doctest
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SKIPPED = {".venv", "var", "node_modules", ".pytest_cache", ".git", ".hypothesis"}
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SCIENCE = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for folder in ("medicine", "capacity")
    for path in sorted((ROOT / "clearhead" / folder).rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


def documents() -> list[Path]:
    """Every Markdown file of the project."""
    return sorted(path for path in ROOT.rglob("*.md") if not SKIPPED & set(path.relative_to(ROOT).parts))


def test_the_generated_pages_agree_with_the_code(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "docs/generate.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr[-2000:]


def test_the_picture_in_the_readme_is_that_of_today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT / "docs"))
    made = importlib.import_module("generate").compare_picture()

    assert "docs/pictures/compare.svg" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert (ROOT / "docs/pictures/compare.svg").read_text(encoding="utf-8") == made


def lost_links(page: Path) -> list[str]:
    """Relative links of a page that lead nowhere."""
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [link.split("#")[0] for link in LINK.findall(text) if not re.match(r"[a-z]+:|/", link)]
    return [target for target in targets if target and not (page.parent / target).exists()]


def test_every_relative_link_leads_to_a_file() -> None:
    pages = documents()

    assert len(pages) > 10
    assert {str(page.relative_to(ROOT)): lost for page in pages if (lost := lost_links(page))} == {}


def test_a_link_to_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text(
        "[a](there.md) [b](gone.md#part) [c](https://x.example) ![d](p.svg) `[e](code.md)`"
    )
    (tmp_path / "there.md").touch()

    assert lost_links(tmp_path / "page.md") == ["gone.md", "p.svg"]


@pytest.mark.parametrize("module", SCIENCE)
def test_the_examples_in_the_docstrings_run(module: str) -> None:
    found = doctest.testmod(importlib.import_module(module))

    assert found.failed == 0
    assert found.attempted > 0
