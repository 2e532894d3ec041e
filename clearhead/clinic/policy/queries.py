"""Which protocol runs at a site, which versions it keeps, which of them are withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clearhead.clinic.people.models import Site
from clearhead.clinic.policy.models import Adoption, ProtocolVersion, Selection, Withdrawal
from clearhead.medicine.errors import Missing
from clearhead.medicine.protocols.loader import protocol_from
from clearhead.medicine.protocols.protocol import Protocol

MIGRAINE = "migraine"
"""A course is opened for migraine as such; which migraine it is, assessment finds out."""

_read: dict[str, Protocol] = {}


class NoProtocol(Missing):
    """The site has neither adopted nor selected a protocol for this."""

    def __init__(self, site: Site, indication: str, purpose: str) -> None:
        super().__init__(
            f"A protocol for {purpose} ({indication}) at {site}",
            "a medical director adopts one, or selects an example, on the page Protocols.",
        )


@dataclass(frozen=True, slots=True)
class Running:
    """The protocol a site works under, and how: adopted (orders may be signed), or merely selected as an example."""

    protocol: Protocol
    version: ProtocolVersion
    adopted: Adoption | None
    selected_as: Selection | None

    @property
    def example_limits(self) -> bool:
        """True where pages carry the banner "example limits"."""
        return self.adopted is None


def protocol_of(version: ProtocolVersion) -> Protocol:
    """The protocol in these kept bytes; read once per content."""
    if version.sha256 not in _read:
        _read[version.sha256] = protocol_from(version.toml, name=f"{version.protocol_id}.toml")
    return _read[version.sha256]


def protocol_at(site: Site, indication: str, purpose: str, at: datetime) -> Running:
    """What runs at this moment: the newest adoption that was not withdrawn since, else the newest selection.

    Raises NoProtocol when there is neither.
    """
    running = find_protocol_at(site, indication, purpose, at)
    if running is None:
        raise NoProtocol(site, indication, purpose)
    return running


def find_protocol_at(site: Site, indication: str, purpose: str, at: datetime) -> Running | None:
    """As protocol_at, or None."""
    place = {"site": site, "indication": indication, "purpose": purpose}
    adopted = (
        Adoption.standing().filter(**place, from_at__lte=at).select_related("version").order_by("from_at", "pk").last()
    )
    if adopted is not None and not _withdrawn_since(adopted.version, site, adopted.happened_at, at):
        return Running(protocol_of(adopted.version), adopted.version, adopted, None)
    selected = Selection.standing().filter(**place, happened_at__lte=at).select_related("version").last()
    if selected is None:
        return None
    return Running(protocol_of(selected.version), selected.version, None, selected)


def _withdrawn_since(version: ProtocolVersion, site: Site, since: datetime, at: datetime) -> bool:
    return (
        Withdrawal.standing().filter(version=version, site=site, happened_at__gte=since, happened_at__lte=at).exists()
    )


def withdrawn_for_safety(version: ProtocolVersion, site: Site, at: datetime) -> Withdrawal | None:
    """The withdrawal for safety that stands against every start and increase; None once the director signed anew."""
    last = Withdrawal.standing().filter(version=version, site=site, for_safety=True, happened_at__lte=at).last()
    if last is None:
        return None
    signed_anew = Adoption.standing().filter(
        version=version, site=site, happened_at__gt=last.happened_at, from_at__lte=at
    )
    return None if signed_anew.exists() else last


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept version as the list shows it."""

    version: ProtocolVersion
    title: str
    setting: str
    adoptions: tuple[Adoption, ...]
    selections: tuple[Selection, ...]
    withdrawal: Withdrawal | None
    current_for: tuple[str, ...]
    selected_for: tuple[str, ...]


def kept_versions(site: Site, at: datetime) -> list[Kept]:
    """Every kept version with what this site did with it; what runs comes first."""
    rows = [_kept(version, site, at) for version in ProtocolVersion.standing()]
    return sorted(rows, key=lambda row: (not row.current_for, not row.selected_for, row.version.protocol_id))


def _kept(version: ProtocolVersion, site: Site, at: datetime) -> Kept:
    adoptions = tuple(Adoption.standing().filter(version=version, site=site).select_related("signature__signer"))
    selections = tuple(Selection.standing().filter(version=version, site=site))
    protocol = protocol_of(version)
    current, selected = [], []
    for purpose in protocol.purposes:
        for indication in {row.indication for row in (*adoptions, *selections)}:
            running = find_protocol_at(site, indication, purpose, at)
            if running is not None and running.version.pk == version.pk:
                (current if running.adopted else selected).append(purpose)
    return Kept(
        version,
        protocol.title,
        protocol.setting,
        adoptions,
        selections,
        Withdrawal.standing().filter(version=version, site=site, happened_at__lte=at).last(),
        tuple(current),
        tuple(selected),
    )


def version_by(code: UUID) -> ProtocolVersion | None:
    """A kept version by its code."""
    return ProtocolVersion.standing().filter(code=code).first()


def treats(protocol: Protocol, indication: str) -> bool:
    """True when the protocol is for this indication; each of them is a migraine."""
    return indication == MIGRAINE or indication in protocol.indications
