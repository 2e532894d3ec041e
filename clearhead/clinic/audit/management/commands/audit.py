"""`clearhead audit verify|head`: check the chains, or take their heads to print."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clearhead.clinic.audit.models import Anchor, Chain
from clearhead.clinic.audit.verify import breaks


class Command(BaseCommand):
    help = "Check the audit chains, or take their heads to keep elsewhere."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verify = verbs.add_parser("verify", help="find any edited, deleted or swapped row")
        verify.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="CHAIN:SEQ:HASH",
            help="a head as it was printed; may be repeated",
        )
        head = verbs.add_parser("head", help="print the heads, and note that they were printed")
        head.add_argument("--place", default="day sheet", help="where the copy will be kept")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verb"] == "head":
            self._head(options["place"])
            return
        found = list(breaks(printed=dict(_printed(text) for text in options["head"])))
        for one in found:
            self.stdout.write(str(one))
        if found:
            raise CommandError(f"{len(found)} breaks in the audit chains.")
        total = sum(Chain.objects.values_list("head_seq", flat=True))
        self.stdout.write(f"{Chain.objects.count()} chains, {total} events: whole.")
        if not options["head"]:
            self.stdout.write("Without a printed head (--head), a re-hash by an administrator cannot be seen.")

    def _head(self, place: str) -> None:
        for chain in Chain.objects.order_by("name"):
            Anchor.objects.create(
                chain=chain.name, seq=chain.head_seq, hash=chain.head_hash, taken_at=timezone.now(), place=place
            )
            self.stdout.write(f"{chain.name}:{chain.head_seq}:{chain.head_hash}")


def _printed(text: str) -> tuple[str, tuple[int, str]]:
    try:
        chain, seq, digest = text.split(":")
        return chain, (int(seq), digest)
    except ValueError as fault:
        raise CommandError(f"“{text}” is not CHAIN:SEQ:HASH, as `clearhead audit head` prints it.") from fault
