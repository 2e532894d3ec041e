"""`clearhead where <url>`: which file answers this address."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import Resolver404, resolve

import clearhead

ROOT = Path(clearhead.__file__).parents[1]


def here(file: Path) -> str:
    """A file of ours from the top of the repository, wherever one calls from; a library's file whole."""
    inside = file.is_relative_to(ROOT) and "site-packages" not in file.parts
    return str(file.relative_to(ROOT) if inside else file)


def file_of(address: str) -> str:
    """What stands behind an address below /static/: no page, a file as it is."""
    found = finders.find(address.removeprefix(settings.STATIC_URL))
    if not found:
        raise CommandError(f"No page answers {address}, and no file of the program has this name.")
    return f"{address}: no page, a file of the program\n{here(Path(found))}"


class Command(BaseCommand):
    help = "Name the view, file, line, access rule and URL name behind an address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("url")

    def handle(self, *args: Any, **options: Any) -> None:
        address = "/" + urlsplit(options["url"]).path.removeprefix("/")
        if address.startswith(settings.STATIC_URL):
            self.stdout.write(file_of(address))
            return
        try:
            match = resolve(address)
        except Resolver404 as fault:
            raise CommandError(f"No page answers {options['url']}.") from fault
        view = inspect.unwrap(match.func)
        file = Path(inspect.getsourcefile(view) or "?")
        line = inspect.getsourcelines(view)[1]
        self.stdout.write(f"{match.view_name}: {view.__module__}.{view.__name__}")
        self.stdout.write(f"{here(file)}:{line}")
        self.stdout.write(f"access: {getattr(match.func, 'access_rule', 'the library’s own')}")
