"""How every gate words itself: allowed, warned, open, refused; and how an override turns a relative refusal."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from clearhead.medicine.errors import Refused
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.verdict import Outcome, Reason


@dataclass(frozen=True, slots=True)
class Override:
    """A prescriber goes on in spite of a relative ground, with a written reason."""

    gate: str
    reason: str
    by: str

    def __post_init__(self) -> None:
        if not self.reason.strip() or not self.by.strip():
            raise Refused(f"An override of {self.gate} needs a written reason and a name.")


def allowed(gate: str, title: str, sentence: str, source: str = "") -> Reason:
    """Looked at, and nothing stands against it."""
    return Reason(gate, Outcome.ALLOWED, title, sentence, source)


def warned(gate: str, title: str, sentence: str, source: str = "", *, limit: str = "", who: str = "") -> Reason:
    """May go on; a person reads it."""
    return Reason(gate, Outcome.WARNED, title, sentence, source, who, limit=limit)


def missing(gate: str, title: str, sentence: str, source: str = "", *, limit: str = "", who: str = "") -> Reason:
    """Open: a new fact (or an explicit confirmation) clears it, an override never."""
    return Reason(gate, Outcome.OPEN, title, sentence, source, who, limit=limit)


def asked(gate: str, title: str, sentence: str, source: str = "", *, read: bool) -> Reason:
    """Open until its sentence was read and confirmed by name, then a warning that says so."""
    if read:
        return warned(gate, title, f"{sentence} Read and confirmed.", source)
    return missing(gate, title, f"{sentence} Give it all the same?", source)


def refused(
    gate: str, title: str, sentence: str, source: str = "", *, limit: str = "", who: str = "", overridable: bool = False
) -> Reason:
    """Stands against it. `overridable` only for relative grounds."""
    return Reason(gate, Outcome.REFUSED, title, sentence, source, who, overridable, limit)


def by_level(level: str, gate: str, title: str, sentence: str, source: str = "", *, who: str = "") -> list[Reason]:
    """What a missing fact means at this level: off says nothing, warn warns, refuse and require keep it open."""
    if level == "off":
        return []
    wording = warned if level == "warn" else missing
    return [wording(gate, title, sentence, source, who=who)]


def with_overrides(reasons: Iterable[Reason], overrides: Iterable[Override]) -> list[Reason]:
    """Relative refusals that somebody overrode become warnings that name who and why. Nothing else changes."""
    by_gate = {override.gate: override for override in overrides}
    return [_overridden(reason, by_gate.get(reason.gate)) for reason in reasons]


def _overridden(reason: Reason, override: Override | None) -> Reason:
    if override is None or reason.outcome is not Outcome.REFUSED or not reason.overridable:
        return reason
    sentence = f"{reason.sentence} Overridden by {override.by}: {override.reason.strip()}"
    return replace(reason, outcome=Outcome.WARNED, sentence=sentence)


def source_of(protocol: Protocol, key: str) -> str:
    """Where the protocol takes this value from, as one line for the screen."""
    origin = protocol.origin(key)
    return f"{protocol.id} {protocol.version}, {key}" + (f" ({origin})" if origin else "")


def sources_under(protocol: Protocol, key: str) -> str:
    """Where the rows of a list come from: every status that is among them, as one line for the screen."""
    found = {str(origin) for name, origin in protocol.origins.items() if name.startswith(f"{key}.")}
    return f"{protocol.id} {protocol.version}, {key} ({', '.join(sorted(found)) or 'nothing listed'})"
