"""`clearhead serve`: the production server. Refuses to start on a setting that would hurt somebody."""

from __future__ import annotations

import logging
import multiprocessing
import socket
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from clearhead.clinic.checks import faults_before_serving

TICK_SECONDS = 20


class Command(BaseCommand):
    help = "Serve the clinic (reads CLEARHEAD_* from the environment)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=1)
        parser.add_argument("--certificate", type=Path, help="TLS certificate (PEM)")
        parser.add_argument("--key", type=Path, help="its key (PEM)")

    def handle(self, *args: Any, **options: Any) -> None:
        faults = [*faults_before_serving(), *address_faults(options)]
        if faults:
            raise CommandError("Not started:\n" + "\n".join(f"- {fault}" for fault in faults))
        run(self, **{key: options[key] for key in ("host", "port", "workers", "certificate", "key")})


def address_faults(options: dict[str, Any]) -> list[str]:
    """What is wrong with port and certificate, each with its remedy."""
    host, port, certificate, key = (options[name] for name in ("host", "port", "certificate", "key"))
    faults = []
    if not can_listen(host, port):
        faults.append(f"Nobody can listen on {host}:{port}: it is taken or not allowed. Choose another with --port.")
    if (certificate is None) != (key is None):
        faults.append("TLS needs both: --certificate FILE and --key FILE.")
    faults += [f"There is no file {file}." for file in (certificate, key) if file is not None and not file.is_file()]
    if certificate is not None and not settings.HTTPS:
        faults.append("TLS is on, but CLEARHEAD_PUBLIC_URL does not begin with https://: cookies would go unprotected.")
    return faults


def can_listen(host: str, port: int) -> bool:
    """True when a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError):
            return False
    return True


def run(
    command: BaseCommand,
    *,
    host: str,
    port: int,
    workers: int = 1,
    certificate: Path | None = None,
    key: Path | None = None,
) -> None:
    """Serve until told to stop, with the letters' ticker beside it. `demo` uses this too."""
    from granian import Granian
    from granian.constants import Interfaces

    call_command("collectstatic", interactive=False, verbosity=0)
    # A forked worker would inherit SQLite's own account of its locks, taken by this process or by a thread of it.
    multiprocessing.set_start_method("spawn", force=True)
    threading.Thread(target=send_letters, daemon=True, name="letters").start()
    scheme = "https" if certificate else "http"
    command.stdout.write(f"Serving on {scheme}://{host}:{port}/  (stop with Ctrl-C; health at /health/)")
    command.stdout.flush()
    Granian(
        "clearhead.clinic.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=4,
        ssl_cert=certificate,
        ssl_key=key,
        log_access=False,
    ).serve()


def send_letters(stop: threading.Event | None = None) -> None:
    """Send what is due and free what was held too long, every few seconds, until the process ends."""
    from clearhead.clinic.letters import actions as letters
    from clearhead.clinic.schedule import actions as schedule

    pause = stop or threading.Event()
    while not pause.wait(TICK_SECONDS):
        close_old_connections()
        try:
            letters.claim_and_send(now=timezone.now(), limit=50)
            schedule.release_expired(at=timezone.now())
        except Exception:  # a full disk or a busy database must not end the ticker: it tries again
            logging.getLogger("clearhead").exception("The ticker could not finish; it tries again.")
