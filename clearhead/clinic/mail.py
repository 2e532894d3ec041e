"""The mail server of a site, read from one line of its settings."""

from __future__ import annotations

from email.utils import parseaddr
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SMTP = "django.core.mail.backends.smtp.EmailBackend"
DUMMY = "django.core.mail.backends.dummy.EmailBackend"
FORM = "smtp://user:password@host:587?tls=start"
PORTS = {"start": 587, "wrapped": 465, "none": 25}
"""STARTTLS, TLS from the first byte, and none at all: the last only to a server on this machine."""
AT_HOME = {"localhost", "127.0.0.1", "::1"}
TIMEOUT_S = 20


class Unreadable(ValueError):
    """The line is not understood; says what is wrong, never the password."""


def server(url: str) -> dict[str, Any]:
    """Django's mail settings for `smtp://user:password@host:587?tls=start`."""
    parts = urlsplit(url)
    tls, port = _tls(parts), _port(parts)
    if parts.scheme != "smtp" or not parts.hostname or parts.path.strip("/"):
        raise Unreadable(f"It is written {FORM}; characters such as @ : / in a password are written %40 %3A %2F.")
    if tls == "none" and parts.hostname not in AT_HOME:
        raise Unreadable("tls=none would send letters readable over the network; it is only for a server on localhost.")
    if bool(parts.username) != bool(parts.password):
        raise Unreadable("User and password are given both, or neither.")
    return {
        "EMAIL_BACKEND": SMTP,
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port or PORTS[tls],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": tls == "start",
        "EMAIL_USE_SSL": tls == "wrapped",
        "EMAIL_TIMEOUT": TIMEOUT_S,
    }


def _tls(parts: SplitResult) -> str:
    asked = dict(parse_qsl(parts.query, keep_blank_values=True))
    tls = asked.pop("tls", "start")
    if tls not in PORTS or asked:
        raise Unreadable(
            "After a ? only tls=start, tls=wrapped or tls=none may stand; in a password it is written %3F."
        )
    return tls


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError as fault:
        raise Unreadable("The port is not a number from 1 to 65535.") from fault


def setup(url: str, sender: str, backend: str) -> tuple[dict[str, Any], str]:
    """The mail settings, and what is wrong with them in a sentence; empty when nothing is."""
    given: dict[str, Any] = {"EMAIL_BACKEND": backend or DUMMY}
    if sender:
        given["DEFAULT_FROM_EMAIL"] = given["SERVER_EMAIL"] = sender
    if url and backend:
        return given, "CLEARHEAD_EMAIL_URL and CLEARHEAD_EMAIL_BACKEND are both set. Unset one of them."
    if sender and ("@" not in parseaddr(sender)[1] or "\n" in sender):
        return (
            given,
            "CLEARHEAD_EMAIL_FROM is no mail address. Write it like Clinic <clinic@example.org>.",
        )
    try:
        return given | (server(url) if url else {}), ""
    except ValueError as fault:
        return given, f"CLEARHEAD_EMAIL_URL cannot be read. {fault}"
