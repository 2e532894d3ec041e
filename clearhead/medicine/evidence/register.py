"""The claims register: loads studies and claims, and refuses a claim without source, date, signer or fit wording."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from clearhead.medicine.errors import Fault, Missing, WrongFile
from clearhead.medicine.evidence.wording import forbidden_wording

HERE = Path(__file__).parent
SETTINGS = ("outpatient", "inpatient", "emergency department", "population", "mixed")


@dataclass(frozen=True, slots=True)
class Study:
    """One study card."""

    id: str
    citation: str
    condition: str
    setting: str
    design: str
    people: int
    regimen: str
    result: str
    lasting: str
    harms: str
    known: str
    url: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence for patients with what it rests on."""

    id: str
    text: str
    studies: tuple[Study, ...]
    reviewed: date
    signer: str

    def overdue(self, *, on: date, months: int = 12) -> bool:
        """True when nobody has looked at the claim for so long."""
        return (on.year - self.reviewed.year) * 12 + on.month - self.reviewed.month >= months


def studies() -> dict[str, Study]:
    """The shipped study cards by id."""
    return read_studies(HERE.joinpath("studies.toml").read_text("utf-8"), name="studies.toml")


def claims() -> dict[str, Claim]:
    """The shipped claims by id."""
    return read_claims(HERE.joinpath("claims.toml").read_text("utf-8"), studies(), name="claims.toml")


def claim(id: str) -> Claim:
    """One claim; a text that is not in the register is not published."""
    found = claims().get(id)
    if found is None:
        raise Missing(f"The claim {id}", "what is not in the register is not published.")
    return found


def read_studies(text: str, *, name: str) -> dict[str, Study]:
    """Study cards from TOML; every field is asked for."""
    raw: dict[str, dict[str, Any]] = tomllib.loads(text)
    wanted = [field.name for field in fields(Study) if field.name != "id"]
    faults = []
    for id, card in raw.items():
        faults += [Fault(None, f"{id}.{key}", "nothing", "a value") for key in wanted if card.get(key) in (None, "")]
        faults += [Fault(None, f"{id}.{key}", "an unknown key", "none") for key in card if key not in wanted]
        if card.get("setting") not in SETTINGS:
            faults.append(Fault(None, f"{id}.setting", str(card.get("setting")), " / ".join(SETTINGS)))
    if faults:
        raise WrongFile(name, faults)
    return {id: Study(id=id, **card) for id, card in raw.items()}


def read_claims(text: str, known: dict[str, Study], *, name: str) -> dict[str, Claim]:
    """Claims from TOML. An unsourced, undated, unsigned or wrongly worded claim refuses the whole file."""
    raw: dict[str, dict[str, Any]] = tomllib.loads(text)
    faults = [fault for id, claim in raw.items() for fault in _faults(id, claim, known)]
    if faults:
        raise WrongFile(name, faults)
    return {
        id: Claim(id, one["text"], tuple(known[s] for s in one["studies"]), one["reviewed"], one["signer"])
        for id, one in raw.items()
    }


def _faults(id: str, claim: dict[str, Any], known: dict[str, Study]) -> list[Fault]:
    found = [Fault(None, f"{id}.{key}", "nothing", "a value") for key in ("text", "signer") if not claim.get(key)]
    sources = claim.get("studies") or []
    if not sources:
        found.append(Fault(None, f"{id}.studies", "nothing", "at least one study: an unsourced claim is not published"))
    found += [Fault(None, f"{id}.studies", s, "an id of studies.toml") for s in sources if s not in known]
    if not isinstance(claim.get("reviewed"), date):
        found.append(Fault(None, f"{id}.reviewed", str(claim.get("reviewed")), "a date"))
    found += [Fault(None, f"{id}.text", breach, "other words") for breach in forbidden_wording(claim.get("text", ""))]
    return found
