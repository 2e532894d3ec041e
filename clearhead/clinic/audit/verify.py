"""Is every chain whole? Finds any edited, deleted or swapped row.

With a printed head it also finds what was put in, written again, or cut off at the end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from clearhead.clinic.audit.actions import link_hash
from clearhead.clinic.audit.models import Anchor, Chain, Event


@dataclass(frozen=True, slots=True)
class Break:
    """One place where a chain does not hold."""

    chain: str
    seq: int
    what: str

    def __str__(self) -> str:
        return f"chain {self.chain}, event {self.seq}: {self.what}"


def breaks(*, printed: dict[str, tuple[int, str]] | None = None) -> Iterator[Break]:
    """Every break. `printed` gives the last printed head of a chain as (seq, hash)."""
    for name in sorted(
        {*Chain.objects.values_list("name", flat=True), *Event.objects.values_list("chain", flat=True).distinct()}
    ):
        yield from _breaks_of(name, (printed or {}).get(name))


def _breaks_of(name: str, printed: tuple[int, str] | None) -> Iterator[Break]:
    seq, prev = 0, ""
    known = {anchor.seq: anchor.hash for anchor in Anchor.objects.filter(chain=name)}
    if printed:
        known[printed[0]] = printed[1]
    for event in Event.objects.filter(chain=name).order_by("seq").iterator(chunk_size=2000):
        if event.seq != seq + 1:
            yield Break(name, event.seq, f"follows event {seq}: {event.seq - seq - 1} missing before it")
        if event.prev != prev:
            yield Break(name, event.seq, "does not continue from the event before it")
        said = link_hash(
            prev=event.prev,
            seq=event.seq,
            at=event.at,
            actor=event.actor_code,
            verb=event.verb,
            subject=event.subject,
            patient=event.patient_code,
            body=event.body,
        )
        if said != event.hash:
            yield Break(name, event.seq, "was changed after it was written")
        if event.seq in known and known.pop(event.seq) != event.hash:
            yield Break(name, event.seq, "differs from the head that was printed: the chain was written again")
        seq, prev = event.seq, event.hash
    for missing in sorted(known):
        yield Break(name, missing, f"was printed as a head, but the chain now ends at {seq}")
    head = Chain.objects.filter(name=name).first()
    if head and (head.head_seq, head.head_hash) != (seq, prev):
        yield Break(name, seq, f"is the last, but the chain's head says {head.head_seq}")
