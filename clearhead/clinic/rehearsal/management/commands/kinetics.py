"""`clearhead kinetics …`: the kinetics of clearhead.medicine from the command line. Needs no database."""

from __future__ import annotations

from argparse import REMAINDER, ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from clearhead.medicine.protocols import kinetics_cli


class Command(BaseCommand):
    help = "Models, simulations, populations, targets, fits, comparisons and validation of ketamine kinetics."
    requires_system_checks: list[str] = []

    def run_from_argv(self, argv: list[str]) -> None:
        """Everything after the command's name goes on as it is, options included."""
        raise SystemExit(kinetics_cli.main(argv[2:]))

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For call_command: the words of the science's own command line."""
        parser.add_argument("words", nargs=REMAINDER)

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it and leave with its exit code."""
        self.run_from_argv(["clearhead", "kinetics", *options["words"]])
