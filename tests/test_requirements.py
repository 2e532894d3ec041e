"""The pinned lists say what pyproject.toml asks for. Reads files only: no network, no resolver."""

from __future__ import annotations

import importlib.util
import tomllib
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PYPROJECT = (ROOT / "pyproject.toml").read_text()
ASKED = tomllib.loads(PYPROJECT)
REMEDY = "Run: python3 requirements/pin.py"
LISTS = ("core", "dev", "uv")


def pin_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("pin", ROOT / "requirements" / "pin.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


pin = pin_script()


def text_of(name: str) -> str:
    return (ROOT / "requirements" / f"{name}.txt").read_text()


def pins_of(name: str) -> dict[str, list[Version]]:
    """Every pinned version by name; a name may be pinned twice, for different Pythons."""
    pins: dict[str, list[Version]] = {}
    for line in text_of(name).splitlines():
        if found := pin.PINNED.match(line):
            pins.setdefault(canonicalize_name(found["name"]), []).append(Version(found["version"]))
    return pins


def asked_by(name: str) -> list[Requirement]:
    """What pyproject.toml asks of this list, by itself or through a group or an extra."""
    groups, extras = ASKED["dependency-groups"], ASKED["project"]["optional-dependencies"]
    if name == "uv":
        return [Requirement(line) for line in groups["uv"]]
    lines = [*ASKED["project"]["dependencies"], *groups["build"], *ASKED["build-system"]["requires"]]
    if name == "dev":
        lines += [line for line in groups["dev"] if isinstance(line, str) and not line.startswith("clearhead")]
        lines += [line for extra in extras.values() for line in extra]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", LISTS)
def test_the_list_was_made_from_this_pyproject(name: str) -> None:
    assert text_of(name).splitlines()[0] == pin.FINGERPRINT + pin.fingerprint(PYPROJECT), (
        f"requirements/{name}.txt lags behind pyproject.toml. {REMEDY}"
    )


@pytest.mark.parametrize("name", LISTS)
def test_every_requirement_is_pinned_to_a_version_that_meets_it(name: str) -> None:
    pins = pins_of(name)
    unmet = [
        str(requirement)
        for requirement in asked_by(name)
        if not any(version in requirement.specifier for version in pins.get(canonicalize_name(requirement.name), []))
    ]
    assert not unmet, f"requirements/{name}.txt does not meet {unmet}. {REMEDY}"


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.hazard("H-48")
def test_the_list_holds_pins_and_hashes_and_no_address_or_path(name: str) -> None:
    assert pin.strange_lines(text_of(name)) == []


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.hazard("H-48")
def test_every_pin_has_a_hash(name: str) -> None:
    lines = text_of(name).splitlines()
    pairs = [(line, after) for line, after in pairwise([*lines, ""]) if pin.PINNED.match(line)]
    assert pairs
    assert [line for line, after in pairs if not pin.HASH.match(after)] == []


def test_an_unpinned_name_an_address_and_a_path_are_called_strange() -> None:
    wrong = ["django", "--index-url https://example.org/simple", "-e .", "django @ file:///tmp/django.whl"]
    assert pin.strange_lines("\n".join(wrong)) == wrong


def test_the_fingerprint_changes_with_a_dependency_and_not_with_a_lint_rule() -> None:
    before = pin.fingerprint(PYPROJECT)
    assert pin.fingerprint(PYPROJECT.replace('"tzdata"', '"tzdata>=2026"')) != before
    assert pin.fingerprint(PYPROJECT.replace("line-length = 120", "line-length = 100")) == before


def test_the_core_is_part_of_the_development_list_and_stays_small() -> None:
    core, dev = pins_of("core"), pins_of("dev")
    assert {name: versions for name, versions in core.items() if dev.get(name) != versions} == {}
    assert len(core) <= 40, "a clinic without an IT department follows every one of these"


def test_no_lock_file_with_registry_addresses_is_tracked() -> None:
    ignored = (ROOT / ".gitignore").read_text().split()
    assert "uv.lock" in ignored
