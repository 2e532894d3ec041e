"""Is every chain whole? Finds any edited, deleted or swapped row.

With a printed head it also finds what was put in, written again, or cut off at the end. The database keeps a copy of
every printed head; whoever can write a chain again can remove that copy too, so the paper has the last word.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from clearhead.clinic.audit.actions import link_hash
from clearhead.clinic.audit.models import Anchor, Chain, Event

ENOUGH = 16
"""Letters of a hash that may be typed off the paper: 64 bits, more than anybody can forge by trying."""
PRINTED = re.compile(rf"(?P<chain>[-\w]+):(?P<seq>[1-9][0-9]*):(?P<hash>[0-9a-f]{{{ENOUGH},64}})")


class Head(NamedTuple):
    """The head of a chain at some moment: its last event, and at least the first letters of its hash."""

    chain: str
    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """One place where a chain does not hold."""

    chain: str
    seq: int
    what: str

    def __str__(self) -> str:
        return f"chain {self.chain}, event {self.seq}: {self.what}"


def head_from(text: str) -> Head | None:
    """A head as the paper shows it, CHAIN:SEQ:HASH; of the hash the first 16 letters do, and spaces do no harm."""
    found = PRINTED.fullmatch("".join(text.split()).lower())
    return Head(found["chain"], int(found["seq"]), found["hash"]) if found else None


def breaks(*, printed: Iterable[Head] = ()) -> Iterator[Break]:
    """Every break. `printed`: heads typed off paper, any number of any chain, beside those the database keeps."""
    known: dict[str, dict[int, set[str]]] = defaultdict(lambda: defaultdict(set))
    for head in (*Anchor.objects.values_list("chain", "seq", "hash"), *printed):
        known[head[0]][head[1]].add(head[2])
    names = {*Chain.objects.values_list("name", flat=True), *Event.objects.values_list("chain", flat=True).distinct()}
    for name in sorted({*names, *known}):
        yield from _breaks_of(name, known[name])


def _breaks_of(name: str, known: dict[int, set[str]]) -> Iterator[Break]:
    seq, prev = 0, ""
    for event in Event.objects.filter(chain=name).order_by("seq").iterator(chunk_size=2000):
        if event.seq != seq + 1:
            yield Break(name, event.seq, f"follows event {seq}: {event.seq - seq - 1} missing before it")
        if event.prev != prev:
            yield Break(name, event.seq, "does not continue from the event before it")
        if _hash_of(event) != event.hash:
            yield Break(name, event.seq, "was changed after it was written")
        if not all(event.hash.startswith(one) for one in known.pop(event.seq, ())):
            yield Break(name, event.seq, "differs from the head that was printed: the chain was written again")
        seq, prev = event.seq, event.hash
    for missing in sorted(known):
        yield Break(name, missing, _gone(missing, seq))
    head = Chain.objects.filter(name=name).first()
    if seq and not head:
        yield Break(name, seq, "is the last, but the chain has no head: its row was removed")
    if head and (head.head_seq, head.head_hash) != (seq, prev):
        yield Break(name, seq, f"is the last, but the chain's head says {head.head_seq}")


def _hash_of(event: Event) -> str:
    return link_hash(
        prev=event.prev,
        seq=event.seq,
        at=event.at,
        actor=event.actor_code,
        verb=event.verb,
        subject=event.subject,
        patient=event.patient_code,
        body=event.body,
    )


def _gone(seq: int, last: int) -> str:
    if not last:
        return "was printed as a head, but there is no such chain"
    if seq < last:
        return "was printed as a head, but this event is missing"
    return f"was printed as a head, but the chain now ends at {last}"


def stands(head: Head) -> bool:
    """Is this head still an event of its chain? One question; whether the chain is whole below it, `breaks` says."""
    return Event.objects.filter(chain=head.chain, seq=head.seq, hash__startswith=head.hash).exists()
