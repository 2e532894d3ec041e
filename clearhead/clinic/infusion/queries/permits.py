"""What the person who looks may do at this chair by the act × licence table, and who may do the rest.

The screen offers an act only to those who may do it and names the licences beside it for everyone else; the server
refuses all the same. What was done already is charted by anyone who charts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from clearhead.medicine.protocols.before import Act
from clearhead.medicine.protocols.protocol import Protocol


@dataclass(frozen=True, slots=True)
class Permit:
    """One act: may it be offered, and the licences that do it here."""

    may: bool
    who: str


def permits(protocol: Protocol, held: tuple[str, ...]) -> dict[str, Permit]:
    """Every act of the table for somebody who counts as these roles."""
    found = {act: _permit(protocol, act, held) for act in get_args(Act)}
    if protocol.caps.single_bolus is None:
        found["bolus"] = Permit(may=False, who="")
    return found


def _permit(protocol: Protocol, act: Act, held: tuple[str, ...]) -> Permit:
    return Permit(any(protocol.people.may(act, role) for role in held), spoken(protocol.people.who_may(act)))


def spoken(roles: tuple[str, ...]) -> str:
    """Licences as they are said: "nurse anaesthetist, prescriber"."""
    return ", ".join(role.replace("_", " ") for role in roles) or "nobody"
