"""`clearhead audit verify|head`: check the chains, or take their heads to print."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clearhead.clinic.audit.actions import anchor
from clearhead.clinic.audit.models import Anchor, Chain
from clearhead.clinic.audit.verify import ENOUGH, Head, breaks, head_from
from clearhead.clinic.tables import missing_migrations


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
            help=f"a head as it was printed; of the hash the first {ENOUGH} letters do; may be repeated",
        )
        verify.add_argument("--heads", metavar="FILE", help="a file with one printed head a line")
        head = verbs.add_parser("head", help="print the heads, and note that they were printed")
        head.add_argument("--place", default="day sheet", help="where the copy will be kept")

    def handle(self, *args: Any, **options: Any) -> None:
        if missing := missing_migrations():
            raise CommandError(missing)
        if options["verb"] == "head":
            self._head(options["place"])
            return
        printed = [_printed(text) for text in (*options["head"], *_lines(options["heads"]))]
        found = list(breaks(printed=printed))
        for one in found:
            self.stdout.write(str(one))
        if found:
            raise CommandError(f"{len(found)} breaks in the audit chains.")
        total = sum(Chain.objects.values_list("head_seq", flat=True))
        self.stdout.write(f"{Chain.objects.count()} chains, {total} events: whole.")
        self._against(printed)

    def _against(self, printed: list[Head]) -> None:
        kept = Anchor.objects.order_by("-taken_at").first()
        if kept is not None:
            self.stdout.write(
                f"Every head that was printed still stands: {Anchor.objects.count()} kept in the database, "
                f"the last of {kept.taken_at:%Y-%m-%d %H:%M} UTC ({kept.place})."
            )
        if printed:
            self.stdout.write(f"{len(printed)} from paper: each still stands.")
        else:
            self.stdout.write(
                "Without a head from paper (--head), a re-hash by an administrator cannot be seen: the copies kept "
                "here can be removed with it."
            )

    def _head(self, place: str) -> None:
        now = timezone.now()
        for name in Chain.objects.order_by("name").values_list("name", flat=True):
            self.stdout.write(str(anchor(chain=name, place=place, at=now)))


def _lines(path: str | None) -> Iterable[str]:
    if path is None:
        return []
    try:
        text = Path(path).read_text(encoding="utf-8")
    except OSError as fault:
        raise CommandError(f"{path} cannot be read: {fault.strerror}.") from fault
    return [line for line in text.splitlines() if line.strip()]


def _printed(text: str) -> Head:
    head = head_from(text)
    if head is None:
        raise CommandError(
            f"“{text}” is not CHAIN:SEQ:HASH with at least {ENOUGH} letters of the hash, as the day list and "
            "`clearhead audit head` show it."
        )
    return head
