"""A backup is a copy that was restored once and found whole.

SQLite: the library's own online backup, then integrity, foreign keys and row counts of the copy. PostgreSQL: pg_dump in
the custom format, then a restore into a database of its own and the same counts. Beside every backup lies a manifest.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

NOTES = "proven.jsonl"
"""Beside the backups in `CLEARHEAD_VAR`: one line for each that was made elsewhere."""


class BackupFailed(Exception):
    """The backup was not made, or the copy is not whole."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds, to be found again at restore."""

    engine: str
    taken_at: str
    sha256: str
    rows: dict[str, int]


def make(folder: Path, at: datetime) -> Path:
    """Copy the database into the folder, prove the copy by restoring it, and write its manifest."""
    folder.mkdir(parents=True, exist_ok=True)
    ending = "sqlite3" if connection.vendor == "sqlite" else "pgdump"
    target = folder / f"clearhead-{at:%Y%m%d-%H%M%S}.{ending}"
    if target.exists():
        raise BackupFailed(f"{target} exists already; backups are never overwritten.")
    part = target.with_suffix(".part")
    try:
        rows = _copy_sqlite(part) if ending == "sqlite3" else _copy_postgres(part)
        manifest = Manifest(connection.vendor, at.isoformat(), _digest(part), rows)
        target.with_suffix(".json").write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
    return target


def verify(backup: Path) -> Manifest:
    """Read a backup's manifest and prove that the file is what it says."""
    try:
        manifest = Manifest(**json.loads(backup.with_suffix(".json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as fault:
        raise BackupFailed(f"{backup.name} has no readable manifest beside it.") from fault
    if not backup.exists() or _digest(backup) != manifest.sha256:
        raise BackupFailed(f"{backup.name} is not the file that its manifest describes: it was damaged or exchanged.")
    if manifest.engine == "sqlite":
        found = counts_of(backup)
        if found != manifest.rows:
            raise BackupFailed(f"{backup.name} does not hold the rows that its manifest lists.")
    return manifest


def note(backup: Path, folder: Path) -> None:
    """Write one line about a proven backup that lies elsewhere: when, where, its sha256."""
    said = verify(backup)
    line = json.dumps({"taken_at": said.taken_at, "where": str(backup.resolve()), "sha256": said.sha256})
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / NOTES).open("a", encoding="utf-8") as notes:
            notes.write(line + "\n")
    except OSError as fault:
        raise BackupFailed(f"{backup} is whole, but could not be noted in {folder}: {fault.strerror}.") from fault


def last_good(folder: Path) -> datetime | None:
    """When the newest backup in a folder, or noted there, was taken. Both are written only after it was proven."""
    return max([*_lying_in(folder), *_noted_in(folder)], default=None)


def _lying_in(folder: Path) -> Iterator[datetime]:
    for manifest in folder.glob("clearhead-*.json"):
        try:
            said = Manifest(**json.loads(manifest.read_text(encoding="utf-8")))
            taken = datetime.fromisoformat(said.taken_at)
        except (OSError, ValueError, TypeError):
            continue
        if any(manifest.with_suffix(ending).exists() for ending in (".sqlite3", ".pgdump")):
            yield taken


def _noted_in(folder: Path) -> Iterator[datetime]:
    try:
        lines = (folder / NOTES).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return
    for line in lines:
        try:
            said = json.loads(line)
            taken, where = datetime.fromisoformat(said["taken_at"]), Path(said["where"])
        except (ValueError, TypeError, KeyError):
            continue  # a line cut short by a full disk is no backup
        if not _is_gone(where):
            yield taken


def _is_gone(backup: Path) -> bool:
    """True when its folder can be read and it is not there. A disk that was taken away still holds its copy."""
    try:
        return backup.parent.is_dir() and not backup.exists()
    except OSError:
        return False


def restore(backup: Path, at: datetime) -> Path | None:
    """Put a backup in the place of the database. What was there is kept aside and its path returned."""
    manifest = verify(backup)
    if manifest.engine != connection.vendor:
        raise BackupFailed(f"This is a backup of {manifest.engine}; the database set here is {connection.vendor}.")
    if manifest.engine == "postgresql":
        return _restore_postgres(backup, at)
    current = Path(settings.DATABASES["default"]["NAME"])
    connections.close_all()
    aside = None
    if current.exists():
        _refuse_while_open(current)
        aside = current.with_name(f"{current.name}.before-restore-{at:%Y%m%d-%H%M%S}")
        os.replace(current, aside)
        for ending in ("-wal", "-shm"):
            Path(f"{current}{ending}").unlink(missing_ok=True)
    current.parent.mkdir(parents=True, exist_ok=True)
    part = current.with_name(current.name + ".part")
    shutil.copyfile(backup, part)
    os.replace(part, current)
    return aside


def _refuse_while_open(current: Path) -> None:
    """Leaving the write-ahead log asks to be alone with the file: a server that still has it open is noticed.

    Whoever kept the old file open would write into what is set aside, and could take the new log along on closing.
    """
    alone = sqlite3.connect(current, timeout=2)
    try:
        alone.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError as fault:
        if "locked" in str(fault):
            raise BackupFailed("The database is open elsewhere. Stop `serve` first; nothing was changed.") from fault
    except sqlite3.DatabaseError:
        return  # a damaged database is what restores are for
    finally:
        alone.close()


def _restore_postgres(backup: Path, at: datetime) -> Path:
    aside = backup.with_name(f"before-restore-{at:%Y%m%d-%H%M%S}.pgdump")
    _run(["pg_dump", "--format=custom", "--no-owner", "--file", str(aside), "--dbname", _dsn()])
    replace = ["--clean", "--if-exists", "--no-owner", "--single-transaction"]
    connections.close_all()
    _run(["pg_restore", *replace, "--dbname", _dsn(), str(backup)])
    return aside


def counts_of(file: Path) -> dict[str, int]:
    """Rows per table of a SQLite file that is whole; refuses one that is not."""
    copy = sqlite3.connect(f"file:{file}?mode=ro&immutable=1", uri=True)
    try:
        said = [row[0] for row in copy.execute("PRAGMA integrity_check")]
        broken = list(copy.execute("PRAGMA foreign_key_check"))
        if said != ["ok"] or broken:
            raise BackupFailed(f"{file.name} is not whole: {said[0]}; {len(broken)} rows point at nothing.")
        names = [row[0] for row in copy.execute("SELECT name FROM sqlite_master WHERE type='table' ORDER BY name")]
        return {name: _count(copy, name) for name in names if not name.startswith("sqlite_")}
    except sqlite3.DatabaseError as fault:
        raise BackupFailed(f"{file.name} is damaged: {fault}") from fault
    finally:
        copy.close()


def _count(copy: Any, table: str) -> int:
    return int(copy.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608 - names of our own tables


def _copy_sqlite(part: Path) -> dict[str, int]:
    connection.ensure_connection()
    copy = sqlite3.connect(part)
    try:
        connection.connection.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
    finally:
        copy.close()
    with tempfile.TemporaryDirectory() as folder:
        return counts_of(Path(shutil.copyfile(part, Path(folder) / "restored.sqlite3")))


def _copy_postgres(part: Path) -> dict[str, int]:
    _run(["pg_dump", "--format=custom", "--no-owner", "--file", str(part), "--dbname", _dsn()])
    scratch = f"clearhead_verify_{os.getpid()}"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{scratch}"')
    try:
        _run(["pg_restore", "--no-owner", "--single-transaction", "--dbname", _dsn(scratch), str(part)])
        return _postgres_counts(scratch)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE IF EXISTS "{scratch}"')


def _postgres_counts(database: str) -> dict[str, int]:
    import psycopg

    with psycopg.connect(_dsn(database)) as copy:
        tables = [
            row[0] for row in copy.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        ]
        return {name: _count(copy, name) for name in tables}


def _dsn(database: str = "") -> str:
    said = connection.settings_dict
    parts = {
        "dbname": database or said["NAME"],
        "user": said["USER"],
        "host": said["HOST"],
        "port": said["PORT"],
        "password": said["PASSWORD"],
    }
    return " ".join(f"{key}='{value}'" for key, value in parts.items() if value)


def _run(command: list[str]) -> None:
    tool = shutil.which(
        command[0], path=os.environ.get("CLEARHEAD_PG_BIN", "") + os.pathsep + os.environ.get("PATH", "")
    )
    if tool is None:
        raise BackupFailed(f"{command[0]} is not here. On Debian: apt-get install postgresql-client")
    done = subprocess.run([tool, *command[1:]], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupFailed(
            f"{command[0]} failed: {done.stderr.strip().splitlines()[-1] if done.stderr else 'no reason given'}"
        )


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
