"""`clearhead protocol check|show|diff`: read protocol files without touching a database."""

from __future__ import annotations

from argparse import REMAINDER, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from clearhead.medicine.protocols import cli


class Command(BaseCommand):
    help = "Check a protocol file, show it, or say in words what differs between two."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Everything goes on to the science's own command line."""
        parser.add_argument("words", nargs=REMAINDER, help="check FILE … | show FILE | diff A B")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it and leave with its exit code."""
        raise SystemExit(cli.main(options["words"]))
