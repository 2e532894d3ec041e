"""A wrong setting is found at start, not at the bedside."""

from __future__ import annotations

import sqlite3
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connection
from django.utils.module_loading import import_string

from clearhead.clinic import mail
from clearhead.clinic.tables import missing_migrations

CORRUPTING = ((3, 7, 0), (3, 51, 2))
"""SQLite versions that carry the WAL-reset corruption fault (found in March 2026, mended in 3.51.3)."""


def library_may_corrupt() -> bool:
    """Is this SQLite one of those that can damage a database in WAL mode?"""
    return connection.vendor == "sqlite" and CORRUPTING[0] <= sqlite3.sqlite_version_info <= CORRUPTING[1]


@register()
def reactions_exist(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every name in reactions.py leads to a function."""
    from clearhead.clinic.reactions import QUEUED, REACTIONS

    faults: list[CheckMessage] = []
    for fact, names in (*REACTIONS.items(), *((kind, (name,)) for kind, name in QUEUED.items())):
        for name in names:
            try:
                import_string(name)
            except ImportError as fault:
                faults.append(Error(f"Reaction to “{fact}” names {name}: {fault}", id="clearhead.E001"))
    return faults


@register()
def sqlite_is_mended(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn of a database library that is known to corrupt; `serve` refuses it."""
    if not library_may_corrupt():
        return []
    hint = "Install the pysqlite3 wheel (Linux, x86-64 or arm64), or use PostgreSQL."
    return [Warning(f"SQLite {sqlite3.sqlite_version} carries the WAL-reset fault.", hint=hint, id="clearhead.W001")]


@register(Tags.security, deploy=True)
def secret_is_set(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The secret key of a real site is its own."""
    if settings.SECRET_KEY != settings.INSECURE_SECRET and len(settings.SECRET_KEY) >= 50:
        return []
    make = 'python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
    hint = f"Set CLEARHEAD_SECRET_KEY to 50 characters or more: {make}"
    return [Error("The secret key is unset or short.", hint=hint, id="clearhead.E002")]


@register()
def mail_is_readable(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A line about the mail server that is not understood stops every command, not the first letter."""
    return [Error(settings.MAIL_FAULT, id="clearhead.E003")] if settings.MAIL_FAULT else []


def mail_faults() -> list[str]:
    """What would keep letters from leaving, or make servers refuse them."""
    faults = [str(fault.msg) for fault in mail_is_readable(None)]
    if settings.EMAIL_BACKEND == mail.SMTP and not settings.MAIL_FROM_IS_SET:
        faults.append("Mail goes out by SMTP, but nobody is named as its sender. Set CLEARHEAD_EMAIL_FROM.")
    return faults


def faults_before_serving() -> list[str]:
    """Why `serve` must not start; empty when it may. Each is one sentence with its remedy."""
    from clearhead.clinic.people.models import Site, User

    faults = [f"{fault.msg} {fault.hint or ''}".strip() for fault in secret_is_set(None)]
    if settings.DEBUG:
        faults.append("CLEARHEAD_DEBUG is on. Unset it.")
    if library_may_corrupt():
        faults += [f"{fault.msg} {fault.hint}" for fault in sqlite_is_mended(None)]
    if not settings.PUBLIC_URL_IS_SET:
        faults.append(
            f"CLEARHEAD_PUBLIC_URL is not set: links in letters would lead to {settings.PUBLIC_URL}. "
            "Set it to the address that people type."
        )
    faults += mail_faults()
    if missing := missing_migrations():
        return [*faults, missing]
    if settings.THROWAWAY:
        faults.append("CLEARHEAD_THROWAWAY is on: secrets would be hashed quickly. Unset it.")
    if settings.DEMO or User.objects.filter(is_demo=True).exists() or Site.objects.filter(is_demo=True).exists():
        faults.append(
            "This database holds the demo. Real data needs a database of its own: set CLEARHEAD_DATABASE_URL."
        )
    if not Site.objects.exists():
        faults.append("No site is set up yet. Run: clearhead setup")
    return faults
