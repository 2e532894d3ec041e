"""The education pages: one TOML file each. A number without a source, or forbidden wording, refuses the page."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from clearhead.medicine.errors import Fault, WrongFile
from clearhead.medicine.evidence.register import Claim, claims
from clearhead.medicine.evidence.wording import forbidden_wording

HERE = Path(__file__).parent / "pages"
STALE_AFTER_DAYS = 365


@dataclass(frozen=True, slots=True)
class Source:
    """Where a number comes from."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Part:
    """A heading, sentences, a list, and claims with what they rest on."""

    heading: str
    text: tuple[str, ...]
    list: tuple[str, ...]
    claims: tuple[Claim, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One short page. `covers`: the requirements it answers. `own_rule`: what the site itself asks for stands below."""

    slug: str
    order: int
    title: str
    teaser: str
    published: date
    reviewed: date
    related: tuple[str, ...]
    covers: tuple[str, ...]
    own_rule: bool
    parts: tuple[Part, ...]

    def stale(self, on: date) -> bool:
        """True when nobody has reviewed it for a year."""
        return (on - self.reviewed).days > STALE_AFTER_DAYS


@cache
def pages(language: str = "en") -> dict[str, Page]:
    """Every page by its name in URLs, in reading order; English where a language has none."""
    folder = HERE / language if (HERE / language).is_dir() else HERE / "en"
    read = [read_page(path.read_text("utf-8"), slug=path.stem) for path in folder.glob("*.toml")]
    faults = [
        Fault(None, f"{page.slug}.related", other, "a page that exists")
        for page in read
        for other in page.related
        if other not in {one.slug for one in read}
    ]
    if faults:
        raise WrongFile(folder.name, faults)
    return {page.slug: page for page in sorted(read, key=lambda page: page.order)}


def read_page(text: str, *, slug: str) -> Page:
    """One page from TOML, or every fault at once."""
    raw: dict[str, Any] = tomllib.loads(text)
    register = claims()
    faults = [fault for part in raw.get("part", []) for fault in _faults(part, register)]
    faults += [
        Fault(None, key, "nothing", "a value")
        for key in ("title", "teaser", "published", "reviewed")
        if not raw.get(key)
    ]
    faults += [Fault(None, "wording", breach, "other words") for breach in _breaches(raw)]
    if faults:
        raise WrongFile(f"{slug}.toml", faults)
    return Page(
        slug=slug,
        order=raw["order"],
        title=raw["title"],
        teaser=raw["teaser"],
        published=raw["published"],
        reviewed=raw["reviewed"],
        related=tuple(raw.get("related", ())),
        covers=tuple(raw.get("covers", ())),
        own_rule=raw.get("own_rule", False),
        parts=tuple(_part(part, register) for part in raw["part"]),
    )


def _part(part: dict[str, Any], register: dict[str, Claim]) -> Part:
    return Part(
        heading=part.get("heading", ""),
        text=tuple(part.get("text", ())),
        list=tuple(part.get("list", ())),
        claims=tuple(register[name] for name in part.get("claims", ())),
        sources=tuple(Source(**one) for one in part.get("sources", ())),
    )


def _faults(part: dict[str, Any], register: dict[str, Claim]) -> list[Fault]:
    found = [
        Fault(None, "claims", name, "an id of the claims register")
        for name in part.get("claims", ())
        if name not in register
    ]
    said = " ".join((*part.get("text", ()), *part.get("list", ())))
    if re.search(r"\d", said) and not part.get("sources"):
        found.append(Fault(None, "sources", f"none for “{said[:60]}”", "a source for every number"))
    return found


def _breaches(raw: dict[str, Any]) -> list[str]:
    said = [raw.get("title", ""), raw.get("teaser", "")]
    for part in raw.get("part", []):
        said += [part.get("heading", ""), *part.get("text", ()), *part.get("list", ())]
    return [breach for sentence in said for breach in forbidden_wording(sentence)]
