"""`protocol check | show | diff`: pure, reads files, touches no database."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path

from clearhead.medicine.errors import ClearheadError, Unreadable
from clearhead.medicine.protocols.diff import differences, every_difference, softer_than_reference, values
from clearhead.medicine.protocols.loader import REFERENCE, load, reference, shipped, shipped_ids
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.protocols.wording import sentences

Say = Callable[[str], None]


def main(argv: Sequence[str], say: Say = print) -> int:
    """Runs one command. 0 = fine, 1 = faults found, 2 = not understood."""
    parser = argparse.ArgumentParser(prog="protocol", description="Read protocol files without a database.")
    commands = parser.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", help="every fault of the files; without names, of all shipped ones")
    check.add_argument("names", nargs="*", metavar="FILE|ID")
    show = commands.add_parser("show", help="what a protocol means, in words")
    show.add_argument("name", metavar="FILE|ID")
    show.add_argument("--all", action="store_true", help="every value with where it comes from")
    diff = commands.add_parser("diff", help="what changes for a patient from the first to the second")
    diff.add_argument("old", metavar="FILE|ID")
    diff.add_argument("new", metavar="FILE|ID")
    diff.add_argument("--all", action="store_true", help="every value that differs")
    try:
        asked = parser.parse_args(list(argv))
    except SystemExit as left:  # argparse leaves the program; we only want its answer
        return int(left.code or 0)
    try:
        return {"check": _check, "show": _show, "diff": _diff}[asked.command](asked, say)
    except ClearheadError as error:
        say(str(error))
        return 1


def _open(name: str) -> Protocol:
    if name in shipped_ids():
        return shipped(name)
    if not Path(name).is_file():
        raise Unreadable("Name", name, f"a file, or one of {', '.join(shipped_ids())}")
    return load(Path(name))


def _check(asked: argparse.Namespace, say: Say) -> int:
    worst = 0
    for name in asked.names or [*shipped_ids(), str(REFERENCE)]:
        if Path(name).name == REFERENCE.name:
            version = reference(Path(name)).value["version"].value
            say(f"reference {version}: no faults")
            continue
        try:
            protocol = _open(name)
        except ClearheadError as error:
            say(str(error))
            worst = 1
            continue
        mark = ", an example: not for orders until adopted" if protocol.example else ""
        say(f"{protocol.id} {protocol.version}: no faults{mark}")
        for sentence in softer_than_reference(protocol):
            say(f"  less careful than the reference: {sentence}")
    return worst


def _show(asked: argparse.Namespace, say: Say) -> int:
    protocol = _open(asked.name)
    say(f"{protocol.title} ({protocol.id} {protocol.version})")
    say(protocol.summary.replace("\n", " "))
    for topic, answer in sentences(protocol):
        say(f"  {topic}: {answer}")
    if asked.all:
        for key, text in values(protocol):
            origin = protocol.origin(key)
            say(f"  {key} = {text}" + (f"   [{origin}]" if origin else ""))
    return 0


def _diff(asked: argparse.Namespace, say: Say) -> int:
    old, new = _open(asked.old), _open(asked.new)
    found = every_difference(old, new) if asked.all else differences(old, new)
    say(f"{old.id} {old.version} → {new.id} {new.version}: {len(found) or 'no'} differences")
    for sentence in found:
        say(f"  {sentence}")
    return 0
