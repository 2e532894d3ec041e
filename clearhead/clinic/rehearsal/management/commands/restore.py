"""`clearhead restore FILE`: put a backup in the place of the database. What was there is kept aside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from clearhead.clinic import backup
from clearhead.clinic.audit import actions as audit


class Command(BaseCommand):
    help = "Put a backup in the place of the database. Stop `serve` first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["yes"] and not _sure():
            raise CommandError("Nothing was changed. Type RESTORE when asked, or say --yes where nobody can type.")
        try:
            aside = backup.restore(options["file"], timezone.now())
        except backup.BackupFailed as fault:
            raise CommandError(str(fault)) from fault
        self.stdout.write(f"Restored {options['file']}." + (f" What was there is now {aside}." if aside else ""))
        audit.record(
            chain=audit.HOUSE, at=timezone.now(), by=None, verb="restore backup", subject=options["file"].name[:250],
            body={"aside": aside.name if aside else ""},
        )  # fmt: skip
        call_command("audit", "verify", stdout=self.stdout)


def _sure() -> bool:
    try:
        return input("Everything since that backup will be set aside. Type RESTORE: ") == "RESTORE"
    except EOFError:
        return False
