"""The shape of the house: who may import whom, what a page may carry, what may not be imported early."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from clearhead.clinic import journey

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "clearhead"
CLINIC = PACKAGE / "clinic"
ROOMS = {*journey.STEPS, *journey.GROUND, *journey.READERS}
HEAVY = ("scipy.stats", "ortools", "weasyprint", "matplotlib", "numba", "dask", "pandas", "playwright")
LONGEST_FILE = 400


def sources(*folders: str) -> list[Path]:
    """Our own Python files; migrations are written by Django."""
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return sorted(path for path in found if "migrations" not in path.parts)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


TEMPLATES = sorted(CLINIC.rglob("templates/**/*.html"))

# ---- imports ---------------------------------------------------------------------------------------------------------


def test_every_import_contract_is_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")

    done = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout[-4000:]


def contract(beginning: str) -> dict[str, Any]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return next(one for one in contracts if one["name"].startswith(beginning))


@pytest.mark.hazard("H-35")
def test_whatever_works_out_a_level_is_kept_from_every_rule_and_from_recovery() -> None:
    kept = set(contract("A forecast is never an input to discharge")["forbidden_modules"])
    shapes = {"__init__", "doses", "seam"}  # what was given, and the shapes of question and answer

    science = {path.stem for path in (ROOT / "clearhead/medicine/kinetics").glob("*.py")} - shapes

    assert {f"clearhead.medicine.kinetics.{name}" for name in science} - kept == set()


@pytest.mark.hazard("H-35")
def test_the_bench_that_plans_for_a_level_is_kept_from_the_chair_and_from_recovery() -> None:
    kept = contract("The planning bench for a level never comes near a chair")

    assert set(kept["source_modules"]) == {"clearhead.clinic.infusion", "clearhead.clinic.recovery"}
    assert "clearhead.medicine.kinetics.target" in kept["forbidden_modules"]
    assert not kept.get("allow_indirect_imports")
    assert not kept.get("ignore_imports")


def test_the_contract_knows_the_steps_in_the_order_of_the_journey() -> None:
    contract = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"][0]
    rooms = [re.findall(r"clearhead\.clinic\.(\w+)", layer) for layer in contract["layers"]]
    single = [names[0] for names in rooms if len(names) == 1]

    assert {name for names in rooms for name in names} == ROOMS
    assert [name for name in single if name in journey.STEPS] == list(reversed(journey.STEPS))
    assert single[0] == "rehearsal"
    assert single[-3:] == ["people", "audit", "web"]


@pytest.mark.parametrize("command", ["import clearhead.__main__ as m; m.main()", "pages"])
def test_neither_the_command_line_nor_a_page_imports_anything_heavy(command: str, tmp_path: Path) -> None:
    pages = "import django; django.setup(); import clearhead.clinic.urls"
    code = pages if command == "pages" else f"import sys; sys.argv = ['clearhead', '--help']; {command}"
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "clearhead.clinic.settings", "CLEARHEAD_VAR": str(tmp_path)}

    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-2000:]
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines() if "|" in line}
    assert "django" in imported
    assert [heavy for heavy in HEAVY if heavy in imported] == []


# ---- the code --------------------------------------------------------------------------------------------------------


def test_no_file_is_longer_than_anyone_wants_to_read() -> None:
    files = [*sources("clearhead", "tests", "requirements", "bench", "proofs"), ROOT / "run.py"]
    long = {named(path): n for path in files if (n := len(path.read_text().splitlines())) > LONGEST_FILE}

    assert long == {}, "split by noun"


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every call in a file."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield node.lineno, ast.unparse(node.func)


CLOCK = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|timezone\.now|time\.(time|time_ns|localtime))$")


def test_the_science_reads_no_clock() -> None:
    # A benchmark measures with time.perf_counter; nothing may ask what time it is.
    asked = [
        f"{named(path)}:{line} {name}"
        for path in sources("clearhead/medicine", "clearhead/capacity")
        for line, name in calls(path)
        if CLOCK.search(name)
    ]

    assert asked == [], "the time is an argument"


WRITES = re.compile(r"\.(save|delete|bulk_create|bulk_update)$|\.objects\b.*\.(create|get_or_create|update)$")


def test_views_never_write() -> None:
    written = [
        f"{named(path)}:{line} {name}"
        for path in CLINIC.rglob("views*.py")
        for line, name in calls(path)
        if WRITES.search(name) and not name.startswith("request.session")
    ]

    assert written == [], "every write is an action"


def test_nothing_listens_to_signals() -> None:
    listeners = [
        named(path)
        for path in sources("clearhead/clinic")
        if re.search(r"django\.(db\.models\.signals|dispatch)|\.connect\(.*sender", path.read_text())
        and path.name != "migrate.py"  # Django's only hook between the plan of a migration and its first step
    ]

    assert listeners == [], "effects against the order go through reactions.py"


# ---- the rooms -------------------------------------------------------------------------------------------------------


def test_every_room_of_the_clinic_is_a_step_ground_or_a_reader() -> None:
    rooms = {path.parent.name for path in CLINIC.glob("*/__init__.py")}

    assert rooms <= ROOMS | {"locale", "sqlite"}


@pytest.mark.parametrize("kind", ["templates", "static"])
def test_what_a_room_shows_lies_under_its_own_name(kind: str) -> None:
    # The ground may speak for allauth and Django, whose templates have their own names.
    shared = {"allauth", "account", "mfa", "registration", "django"}
    strays = [
        named(path)
        for folder in CLINIC.glob(f"*/{kind}")
        for path in folder.iterdir()
        if path.is_dir() and path.name != folder.parent.name
        if not (folder.parent.name in journey.GROUND and path.name in shared)
    ]

    assert strays == []


# ---- the pages -------------------------------------------------------------------------------------------------------

FORBIDDEN_IN_A_PAGE = {
    "something from elsewhere": re.compile(
        r"<(?:script|link|img|iframe|source|use)\b[^>]*(?:src|href)=[\"'](?:https?:)?//", re.IGNORECASE
    ),
    "an inline style": re.compile(r"<style\b|<[a-z][^>]*\sstyle=", re.IGNORECASE),
    "an inline handler": re.compile(r"<[a-z][^>]*\s(?:on[a-z]+|hx-on[:\w-]*)=", re.IGNORECASE),
    "an inline script": re.compile(r"<script\b(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)", re.IGNORECASE),
}


def faults_of(page: str) -> list[str]:
    """What the content policy would block, or what would tell a stranger who is reading."""
    return [name for name, pattern in FORBIDDEN_IN_A_PAGE.items() if pattern.search(page)]


@pytest.mark.parametrize("template", TEMPLATES, ids=named)
def test_a_page_carries_nothing_that_the_content_policy_blocks(template: Path) -> None:
    assert faults_of(template.read_text()) == []


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ('<script src="https://cdn.example/x.js"></script>', "something from elsewhere"),
        ('<link rel="stylesheet" href="//fonts.example/x.css">', "something from elsewhere"),
        ('<p style="color: red">', "an inline style"),
        ("<style>p {}</style>", "an inline style"),
        ('<button type="button" onclick="go()">', "an inline handler"),
        ("<script>go()</script>", "an inline script"),
    ],
)
def test_the_page_check_sees_each_fault(page: str, fault: str) -> None:
    assert faults_of(page) == [fault]


@pytest.mark.parametrize(
    "page",
    [
        '<a href="https://www.fda.gov/">FDA</a>',
        """<script type="module" src="{% static 'web/outbox.js' %}"></script>""",
        '<script type="application/json" id="x">{}</script>',
        "<p>{% if a > b %}style{% endif %}</p>",
    ],
)
def test_the_page_check_lets_honest_pages_pass(page: str) -> None:
    assert faults_of(page) == []
