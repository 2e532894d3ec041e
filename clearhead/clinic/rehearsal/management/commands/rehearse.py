"""`clearhead rehearse [FILE …]`: a made-up patient goes through each protocol, from enquiry to the 28-day review."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from clearhead.clinic.people.models import Site
from clearhead.clinic.rehearsal.table import Outcome, printed
from clearhead.medicine.errors import WrongFile
from clearhead.medicine.protocols import loader

FIVE = ("stepped-series", "short-total-dose", "neurology-gated", "tried-several", "prescriber-range")
MARK = "REHEARSED "
AT_ONCE = 2
OTHER_DATABASE = "CLEARHEAD_REHEARSE_DATABASE_URL"


class Command(BaseCommand):
    help = "Rehearse protocols on a throwaway database; without a file, the five examples."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="*", metavar="FILE", help="a protocol file, or the id of a shipped one")
        parser.add_argument(
            "--every-site", action="store_true", help="at each site of the clinic, not at its first alone"
        )
        parser.add_argument("--at-site", default="", help="used by the command itself")
        parser.add_argument("--in-child", action="store_true", help="used by the command itself")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["in_child"]:
            self._rehearse(options["files"][0], options["at_site"])
            return
        files = [_path_of(named) for named in options["files"] or FIVE]
        walks = [(file, place) for file in files for place in (_sites_of(file) if options["every_site"] else ("",))]
        if os.environ.get(OTHER_DATABASE) and len(walks) > 1:
            raise CommandError(f"The database of {OTHER_DATABASE} holds one rehearsal: name one protocol, at one site.")
        outcomes = self._side_by_side(walks)
        self.stdout.write(printed(outcomes))
        if not all(one.complete for one in outcomes):
            raise CommandError("Not every rehearsal was completed.")

    def _side_by_side(self, walks: Sequence[tuple[Path, str]]) -> list[Outcome]:
        """Two at a time, each on its own copy of one migrated database; told as each one ends, in order."""
        outcomes = []
        with tempfile.TemporaryDirectory(prefix="clearhead-rehearsal-") as folder:
            ready = _migrated(Path(folder)) if len(walks) > 1 else None
            with ThreadPoolExecutor(AT_ONCE) as pool:
                for outcome in pool.map(lambda walk: self._in_child(*walk, ready=ready), walks):
                    self.stderr.write(outcome.line)
                    outcomes.append(outcome)
        return outcomes

    def _in_child(self, file: Path, place: str = "", *, ready: Path | None = None) -> Outcome:
        """In a process of its own, on a database that is gone afterwards."""
        with tempfile.TemporaryDirectory(prefix="clearhead-rehearsal-") as folder:
            if ready is not None:
                shutil.copy(ready, folder)
            url = os.environ.get(OTHER_DATABASE)
            env = _env_of(Path(folder)) | ({"CLEARHEAD_DATABASE_URL": url} if url else {})
            command = [sys.executable, "-m", "clearhead", "rehearse", "--in-child", "--at-site", place, str(file)]
            done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
        for line in done.stdout.splitlines():
            if line.startswith(MARK):
                said = json.loads(line.removeprefix(MARK))
                return Outcome(**{**said, "gates": tuple(said["gates"]), "letters": tuple(said["letters"])})
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return Outcome(file.stem, False, f"The rehearsal broke off: {last}")

    def _rehearse(self, file: str, place: str = "") -> None:
        from clearhead.clinic.rehearsal.journey import rehearse

        if Site._meta.db_table in connection.introspection.table_names() and Site.objects.exists():
            raise CommandError("This database is in use: a rehearsal needs an empty one. Nothing was changed.")
        call_command("migrate", verbosity=0)
        path = Path(file)
        outcome = rehearse(path.read_text(encoding="utf-8"), path.stem, at_site=place)
        self.stdout.write(MARK + json.dumps(asdict(outcome)))


def _env_of(folder: Path) -> dict[str, str]:
    """A clinic of invented people in this folder, whatever the settings of this one."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("CLEARHEAD_")}
    return env | {
        "CLEARHEAD_VAR": str(folder),
        "CLEARHEAD_THROWAWAY": "1",
        "DJANGO_SETTINGS_MODULE": "clearhead.clinic.settings",
    }


def _migrated(folder: Path) -> Path:
    """An empty database, made once for all of them."""
    command = [sys.executable, "-m", "clearhead", "migrate", "--verbosity", "0"]
    done = subprocess.run(command, capture_output=True, text=True, env=_env_of(folder), check=False)
    if done.returncode:
        raise CommandError(f"The throwaway database could not be made: {done.stderr.strip()}")
    return folder / "clearhead.sqlite3"


def _sites_of(file: Path) -> tuple[str, ...]:
    """Where a protocol is rehearsed when every site counts."""
    from clearhead.clinic.rehearsal.world import sites_for

    return sites_for(loader.protocol_from(file.read_text(encoding="utf-8"), name=file.name))


def _path_of(named: str) -> Path:
    """The file that was named; a shipped id names its file. Every fault of a wrong file is told at once."""
    path = Path(named)
    if not path.exists():
        path = Path(loader.__file__).with_name(f"{named}.toml")
    if not path.exists():
        raise CommandError(f"There is no file {named}, and no shipped protocol of that id.")
    try:
        loader.protocol_from(path.read_text(encoding="utf-8"), name=path.name)
    except WrongFile as fault:
        raise CommandError(str(fault)) from fault
    return path.resolve()
