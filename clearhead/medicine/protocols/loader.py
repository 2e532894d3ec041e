"""Protocol files to protocols: read, filled from the reference where asked, checked, frozen."""

from __future__ import annotations

import functools
import hashlib
from dataclasses import replace
from pathlib import Path

from clearhead.medicine.errors import Fault, Missing, WrongFile
from clearhead.medicine.protocols.check import faults_of
from clearhead.medicine.protocols.origin import NEVER_INHERITED, Node, fill, leaves, parse
from clearhead.medicine.protocols.protocol import Origin, Protocol
from clearhead.medicine.protocols.reader import AMOUNT_UNITS, BAD, RATE_UNITS, Reader

SHIPPED = Path(__file__).parent
REFERENCE = SHIPPED / "reference.toml"
IDENTITY = (
 "id", "version", "title", "summary", "example", "indications", "purposes", "setting", "intended_depth", "reference"
)  # fmt: skip


def protocol_from(text: str, *, name: str) -> Protocol:
    """The protocol in this text. Raises WrongFile with every fault at once."""
    faults: list[Fault] = []
    own = parse(text, name, faults)
    tree = fill(own, _reference_of(own, faults), "", faults)
    reader = Reader(faults)
    protocol = reader.table(tree, Protocol, "")
    origins = _origins(tree, faults)
    if protocol is not BAD:
        faults += faults_of(protocol, reader.line_of, partly=bool(faults))
    if faults:
        raise WrongFile(name, sorted(set(faults), key=lambda fault: (fault.line or 0, fault.key)))
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    read: Protocol = replace(protocol, origins=origins, sha256=sha256, toml=text)
    return read


def text_of(path: Path) -> str:
    """The text of a data file, or a refusal that says where it stops being UTF-8."""
    raw = path.read_bytes()
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"the byte {raw[error.start]:#04x}"
        raise WrongFile(path.name, [Fault(line, "the file", found, "text in UTF-8")]) from error


def load(path: Path) -> Protocol:
    """The protocol in this file."""
    return protocol_from(text_of(path), name=path.name)


def shipped_ids() -> tuple[str, ...]:
    """Ids of the protocols that come with Clearhead, all of them examples, in alphabetical order."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.toml") if path != REFERENCE))


@functools.cache
def shipped(id: str) -> Protocol:
    """One of the protocols that come with Clearhead."""
    if id not in shipped_ids():
        raise Missing(f"protocol {id}", f"the shipped ones are {', '.join(shipped_ids())}.")
    return load(SHIPPED / f"{id}.toml")


def _reference_of(own: Node, faults: list[Fault]) -> Node | None:
    """The reference that this file names, in exactly the version it names."""
    named = own.value.get("reference")
    if named is None or named.value == "none":
        return None
    path = reference_path(str(named.value))
    if path is None:
        faults.append(Fault(named.line, "reference", f'"{named.value}"', "the version of a reference file we have"))
        return None
    return reference(path)


def reference_path(version: str) -> Path | None:
    """Where the reference of this version is: the present file or one of the earlier ones."""
    earlier = SHIPPED / "earlier" / f"reference-{version}.toml"
    if version == str(reference(REFERENCE).value["version"].value):
        return REFERENCE
    return earlier if version.replace(".", "").isalnum() and earlier.exists() else None


@functools.cache
def reference(path: Path = REFERENCE) -> Node:
    """Consensus and label values that a file may ask for. It holds no dose and is no protocol."""
    faults: list[Fault] = []
    tree = parse(path.read_text(encoding="utf-8"), path.name, faults)
    for key, node in leaves(tree):
        if node.origin is None and key != "version":
            faults.append(Fault(node.line, key, "no status", "a status on the value or its table"))
        if key.startswith(NEVER_INHERITED):
            faults.append(Fault(node.line, key, "a dose in the reference", "none: doses are never copied"))
    if faults:
        raise WrongFile(path.name, faults)
    return tree


def _origins(tree: Node, faults: list[Fault]) -> dict[str, Origin]:
    """Where each value comes from; a section without any status is a fault, told once."""
    origins, silent = {}, set()
    for key, node in leaves(tree):
        section = key.split(".")[0]
        if node.origin is not None:
            origins[key] = node.origin
            quantity, _, unit = key.rpartition(".")
            if unit in RATE_UNITS or unit in AMOUNT_UNITS:
                origins[quantity] = node.origin
        elif key not in IDENTITY and (key, node.value) != ("statements", "none") and section not in silent:
            silent.add(section)
            faults.append(Fault(node.line, section, "values without a status", "a status on the table or the value"))
    return origins
