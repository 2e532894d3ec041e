"""A page of the house as a PDF: WeasyPrint where it is installed, else the page itself, to print from the browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

NOWHERE = "http://clearhead.invalid/"  # a base for relative addresses; nothing is ever asked of it
KINDS = {".css": "text/css", ".woff2": "font/woff2"}


def size_asked(request: HttpRequest) -> str:
    """A4, unless the address says Letter."""
    return "Letter" if request.GET.get("size") == "letter" else "A4"


def sheet(
    request: HttpRequest, template: str, shown: dict[str, Any], name: str, *, style: str = "infusion/paper"
) -> HttpResponse:
    """The page, or with `?as=pdf` the same as a file of the asked size, of which `style` has one file each."""
    size = size_asked(request)
    shown = {**shown, "size": size, "page_css": f"{style}-{size.lower()}.css"}
    if request.GET.get("as") != "pdf":
        return render(request, template, shown)
    page = render(request, template, {**shown, "pdf": True, "svg_style": drawing_style()})
    made = pdf(page.content.decode())
    if made is None:
        return render(request, template, {**shown, "no_pdf": True})
    reply = HttpResponse(made, content_type="application/pdf")
    reply["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return reply


def pdf(html: str) -> bytes | None:
    """The page as PDF, or None without WeasyPrint."""
    laid = laid_out(html)
    made: bytes | None = None if laid is None else laid.write_pdf()
    return made


def laid_out(html: str) -> Any:
    """WeasyPrint's document, or None without it. Styles come from own files, never from the network."""
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher, URLFetcherResponse
    except (ImportError, OSError):
        return None

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        """Answers from the static files of this installation."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            """One style sheet or font."""
            place = _own_file(url)
            kind = KINDS.get(place.suffix, "application/octet-stream")
            return URLFetcherResponse(url, body=place.read_bytes(), headers={"Content-Type": kind})

    return HTML(string=html, url_fetcher=OwnFiles(), base_url=NOWHERE).render()


def drawing_style() -> str:
    """The rules of the drawing: WeasyPrint reads those inside it, not the page's."""
    rules = _own_file(f"{NOWHERE}static/infusion/paper-trend.css").read_text(encoding="utf-8")
    return f"<style>{rules}</style>"  # only on the way to a PDF, never on a page


def _own_file(url: str) -> Path:
    from django.conf import settings
    from django.contrib.staticfiles import finders

    name = url.partition(f"/{settings.STATIC_URL.strip('/')}/")[2]
    place = finders.find(name) if url.startswith(NOWHERE) and name else None
    if place is None:
        raise ValueError(f"{url} is not a file of this installation.")
    return Path(place)
