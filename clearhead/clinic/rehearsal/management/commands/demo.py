"""`clearhead demo`: an invented clinic in a database of its own, with three chairs running, served on this machine."""

from __future__ import annotations

import hashlib
import os
import secrets
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections, transaction
from django.utils import timezone

from clearhead.clinic.checks import sqlite_is_mended
from clearhead.clinic.rehearsal import fastclock

LOOK_ROUND_S = 15
CLINIC = Path(__file__).resolve().parents[3]


class Command(BaseCommand):
    help = "Serve the demo: invented people only, in a database of its own."
    requires_system_checks = "__all__" if settings.DEMO else []  # once, by the process that will serve

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--fresh", action="store_true", help="throw the demo's old data away first")
        parser.add_argument("--speed", type=float, default=1.0, help="how fast time passes in the rooms (1 to 60)")
        parser.add_argument("--load-only", action="store_true", help="load the demo and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            _again_as_demo(options["speed"], options["port"])
        if not 1 <= options["speed"] <= fastclock.FASTEST:
            raise CommandError("Time passes 1 to 60 times as fast.")
        from clearhead.clinic.rehearsal.management.commands.serve import can_listen

        if not options["load_only"] and not can_listen("127.0.0.1", options["port"]):
            raise CommandError(f"Port {options['port']} is taken. Choose another with --port.")
        for warning in sqlite_is_mended(None):
            self.stderr.write(f"Warning: {warning.msg} {warning.hint}")
        database = Path(settings.DATABASES["default"]["NAME"])
        new = options["fresh"] or not ready(database)
        with in_use(database, alone=new) as share:
            if new:
                self._load()
            share()
            if not options["load_only"]:
                self._serve(options["port"], stale=not new)

    def _serve(self, port: int, *, stale: bool) -> None:
        from clearhead.clinic.rehearsal.management.commands.serve import run

        threading.Thread(target=self._live, args=(stale,), daemon=True, name="room").start()
        self.stdout.write(f"The demo is at http://127.0.0.1:{port}/demo/  (nothing here is real)")
        run(self, host="127.0.0.1", port=port)

    def _load(self) -> None:
        """Begin anew."""
        database = Path(settings.DATABASES["default"]["NAME"])
        throw_away(database)
        begun = time.monotonic()
        call_command("migrate", verbosity=0)
        from clearhead.clinic.rehearsal import demo

        self.stdout.write("Loading the demo")
        now = timezone.now()
        with transaction.atomic():
            loaded = demo.load(now, lambda line: self._say(f"  {line}"))
        demo.give_login("petra.lindqvist@example.org", now)
        demo.give_login("jonas.berg@example.org", now)
        self.stdout.write(f"  {loaded.running} chairs running · loaded in {time.monotonic() - begun:.0f} s")
        _stamp(database).write_text(made_by(), encoding="utf-8")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _live(self, stale: bool) -> None:
        """Somebody charts in the rooms while the demo is open; infusions of an earlier day are ended first."""
        from clearhead.clinic.rehearsal import demo, room

        if stale and room.stop_stale(timezone.now()):
            demo.seat_again(timezone.now())
        while True:
            close_old_connections()
            room.tick(timezone.now())
            time.sleep(LOOK_ROUND_S)


@contextmanager
def in_use(database: Path, *, alone: bool) -> Iterator[Callable[[], None]]:
    """Two demos may serve the same data; nobody throws it away under another. The yielded call ends being alone."""
    try:
        import fcntl
    except ImportError:  # Windows: no such locks
        yield lambda: None
        return
    with Path(f"{database}.in-use").open("a") as mark:
        try:
            fcntl.flock(mark, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except OSError as taken:
            what = "runs on the same data: stop it first" if alone else "is just being loaded: wait until it serves"
            raise CommandError(f"Another demo {what}. Nothing was changed.") from taken
        yield lambda: fcntl.flock(mark, fcntl.LOCK_SH)


def ready(database: Path) -> bool:
    """Whether a demo stands there that was loaded to its end. Refused where another version of the program made it."""
    if not (database.exists() and _stamp(database).exists()):
        return False
    if _stamp(database).read_text(encoding="utf-8") != made_by():
        raise CommandError(
            "This demo was made by another version of Clearhead, which kept its tables differently. "
            "Run: python3 run.py demo --fresh (it begins anew; what was typed into the old demo is lost)."
        )
    return True


def throw_away(database: Path) -> None:
    """What is left of an older or an unfinished demo."""
    for ending in ("", "-wal", "-shm"):
        Path(f"{database}{ending}").unlink(missing_ok=True)
    _stamp(database).unlink(missing_ok=True)


def made_by() -> str:
    """Which tables this program keeps: a digest of all its migrations."""
    found = sorted(CLINIC.rglob("migrations/*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in found)).hexdigest()


def _stamp(database: Path) -> Path:
    return Path(f"{database}.made-by")


def kept_key(file: Path) -> str:
    """The demo's own key, the same at every start: what waits on a tablet meanwhile stays good."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_urlsafe(50), encoding="utf-8")
    return file.read_text(encoding="utf-8")


def _again_as_demo(speed: float, port: int) -> None:
    """The same command with the demo's own settings: its folder, its database, its address, its clock."""
    folder = settings.VAR / "demo"
    folder.mkdir(parents=True, exist_ok=True)
    env = {name: value for name, value in os.environ.items() if not name.startswith("CLEARHEAD_")}
    env |= {
        "CLEARHEAD_DEMO": "1",
        "CLEARHEAD_VAR": str(folder),
        "CLEARHEAD_SECRET_KEY": kept_key(folder / "secret.key"),
    }
    env["CLEARHEAD_PUBLIC_URL"] = f"http://127.0.0.1:{port}"
    if speed != 1:
        env[fastclock.NAME] = f"{time.time()}:{speed}"
    os.execve(sys.executable, [sys.executable, "-m", "clearhead", *sys.argv[1:]], env)
