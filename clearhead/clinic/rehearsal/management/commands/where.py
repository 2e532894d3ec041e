"""`clearhead where <url>`: which file answers this address."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import Resolver404, resolve


class Command(BaseCommand):
    help = "Name the view, file, line, access rule and URL name behind an address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            match = resolve(urlsplit(options["url"]).path)
        except Resolver404 as fault:
            raise CommandError(f"No page answers {options['url']}.") from fault
        view = inspect.unwrap(match.func)
        file = Path(inspect.getsourcefile(view) or "?")
        here = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file
        line = inspect.getsourcelines(view)[1]
        self.stdout.write(f"{match.view_name}: {view.__module__}.{view.__name__}")
        self.stdout.write(f"{here}:{line}")
        self.stdout.write(f"access: {getattr(match.func, 'access_rule', 'the library’s own')}")
