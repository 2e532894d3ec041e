"""Every address of the project: the matrix, the docs and the browser walk over them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

LIBRARY_PAGES = ("account/", "static/")
"""Pages of libraries, which carry their own checks and know no patient."""


@dataclass(frozen=True)
class Page:
    """One address of the project."""

    route: str
    name: str
    view: Any
    parts: tuple[str, ...]

    @property
    def rule(self) -> Any:
        return self.view.access_rule

    @property
    def subject(self) -> Any:
        return self.view.access_subject


def pages(resolver: URLResolver | None = None, before: str = "") -> Iterator[Page]:
    """All addresses of the URL configuration."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from pages(pattern, route)
        elif isinstance(pattern, URLPattern) and not route.startswith(LIBRARY_PAGES):
            yield Page(route, pattern.name or route, pattern.callback, tuple(re.findall(r"<(?:\w+:)?(\w+)>", route)))
