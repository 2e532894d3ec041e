"""`clearhead backup`: a copy of the database that was restored once and found whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clearhead.clinic import backup


class Command(BaseCommand):
    help = "Copy the database, prove the copy by restoring it, write a manifest beside it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--to", type=Path, default=settings.VAR / "backups", help="folder (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        own: Path = settings.VAR / "backups"
        try:
            made = backup.make(options["to"], timezone.now())
            if made.resolve().parent != own.resolve():
                backup.note(made, own)  # the owner's page looks there
        except backup.BackupFailed as fault:
            raise CommandError(str(fault)) from fault
        rows = sum(backup.verify(made).rows.values())
        self.stdout.write(f"{made} · {made.stat().st_size / 1e6:.1f} MB · {rows} rows · restored once and found whole")
        self.stdout.write("Keep a copy off this machine: a backup on the same disk dies with it.")
