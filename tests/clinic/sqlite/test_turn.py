"""One writer at a time per process: nobody stalls, and nobody keeps a turn that is over."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connections, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper as Plain

from clearhead.clinic.settings import database
from clearhead.clinic.sqlite.base import DatabaseWrapper, dbapi2
from clearhead.clinic.sqlite.turn import turn_of

PATIENCE_S = 2
THREADS = 16


def opened(file: Path, kind: type[Any] = DatabaseWrapper) -> Any:
    """A connection of its own to this file, with the settings of a clinic but little patience."""
    said = {**connections["default"].settings_dict, **database(f"sqlite://{file}")}
    said["OPTIONS"] = {**said["OPTIONS"], "timeout": PATIENCE_S}
    return kind(said, alias="turn")


@pytest.fixture
def file(tmp_path: Path, django_db_blocker: Any) -> Iterator[Path]:
    with django_db_blocker.unblock():  # each test has a database of its own
        made = opened(tmp_path / "turn.sqlite3")
        with made.cursor() as cursor:
            cursor.execute("CREATE TABLE vial (id integer PRIMARY KEY, name text NOT NULL UNIQUE)")
        made.close()
        yield tmp_path / "turn.sqlite3"


@pytest.fixture
def pair(file: Path) -> Iterator[tuple[Any, Any]]:
    first, second = opened(file), opened(file)
    yield first, second
    first.close()
    second.close()


def add(connection: Any, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO vial (name) VALUES (%s)", [name])


def names(connection: Any) -> list[str]:
    with connection.cursor() as cursor:
        return [row[0] for row in cursor.execute("SELECT name FROM vial ORDER BY id")]


def begin(connection: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("BEGIN IMMEDIATE")


def in_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


# ---- the stall -------------------------------------------------------------------------------------------------------


Do = Callable[[Any, str], None]


def add_unclosed(connection: Any, name: str) -> None:
    """Without closing the cursor, as Django begins a transaction."""
    connection.cursor().execute("INSERT INTO vial (name) VALUES (%s)", [name])


def add_past_the_turn(connection: Any, name: str) -> None:
    """Straight to the driver, as if this backend were not there."""
    connection.ensure_connection()
    connection.connection.cursor().execute("INSERT INTO vial (name) VALUES (?)", [name])


def litter(connection: Any, refuse: Do) -> None:
    """A refused write, left in a ring that only the garbage collector finds."""
    ring: list[Any] = []
    try:
        refuse(connection, "one")
    except Exception as fault:
        ring += [fault, ring]  # its frames keep the cursor


def seconds_of_collecting(
    file: Path, kind: type[Any], refuse: Do = add_unclosed, write: Do = add
) -> tuple[float, list[str]]:
    """How long a writer collects the garbage of a thread that waits to write, and what that thread was told."""
    told: list[str] = []
    littered, begun, collected = threading.Event(), threading.Event(), threading.Event()
    writer = opened(file, kind)
    add(writer, "one")

    def wait_to_write() -> None:
        waiting = opened(file, kind)
        litter(waiting, refuse)
        littered.set()
        begun.wait()
        try:
            write(waiting, "two")
            told.append("written")
        except Exception as fault:
            told.append(str(fault))
        collected.wait()  # or the collector would look for the mutex of a connection that is gone, for ever
        waiting.close()

    gc.collect()
    gc.disable()
    try:
        thread = in_thread(wait_to_write)
        littered.wait()
        begin(writer)
        begun.set()
        time.sleep(0.3)  # by now the other one waits
        began = time.monotonic()
        gc.collect()
        seconds = time.monotonic() - began
        writer.connection.commit()
    finally:
        gc.enable()
        collected.set()
    thread.join()
    writer.close()
    return seconds, told


def test_collecting_garbage_of_a_thread_that_waits_to_write_does_not_stall_the_writer(file: Path) -> None:
    seconds, told = seconds_of_collecting(file, DatabaseWrapper, refuse=add_past_the_turn)

    assert seconds < PATIENCE_S / 2
    assert told == ["written"]


def test_a_refused_write_leaves_no_garbage_that_could_stall_anyone(file: Path) -> None:
    seconds, told = seconds_of_collecting(file, DatabaseWrapper, write=add_past_the_turn)

    assert seconds < PATIENCE_S / 2
    assert told == ["written"]


def test_the_same_on_djangos_own_backend_stalls_until_the_timeout_or_the_test_proves_nothing(file: Path) -> None:
    if dbapi2.__name__ != "pysqlite3.dbapi2":
        pytest.skip("only pysqlite3 keeps refused statements open")
    seconds, told = seconds_of_collecting(file, Plain)

    assert seconds > PATIENCE_S / 2
    assert told == ["database is locked"]


def test_sixteen_threads_write_and_collect_and_nobody_is_turned_away(file: Path) -> None:
    faults: list[str] = []
    ready = threading.Barrier(THREADS)
    first = opened(file)
    add(first, "one")

    def write(number: int) -> None:
        mine = opened(file)
        mine.settings_dict["OPTIONS"]["timeout"] = 60
        ready.wait()
        for turn in range(12):
            try:
                begin(mine)
                add(mine, f"{number}/{turn}")
                litter(mine, add_past_the_turn)
                if turn % 4 == 0:
                    gc.collect()
                mine.connection.commit()
            except DatabaseError as fault:
                faults.append(str(fault))
        mine.close()

    threads = [in_thread(lambda number=number: write(number)) for number in range(THREADS)]
    for thread in threads:
        thread.join(120)

    assert not any(thread.is_alive() for thread in threads)
    assert faults == []
    assert len(names(first)) == THREADS * 12 + 1
    first.close()


# ---- when the turn begins and ends -----------------------------------------------------------------------------------


def holds(connection: Any) -> bool:
    return bool(connection.connection.mine)


def test_a_read_neither_waits_nor_takes_the_turn(pair: tuple[Any, Any]) -> None:
    writer, reader = pair
    begin(writer)
    add(writer, "unseen")

    assert names(reader) == []
    assert not holds(reader)
    assert holds(writer)


def test_a_single_write_gives_the_turn_back_and_so_does_a_refused_one(pair: tuple[Any, Any]) -> None:
    first, second = pair
    add(first, "one")
    with pytest.raises(DatabaseError, match="UNIQUE"):
        add(first, "one")

    assert not holds(first)
    add(second, "two")
    assert names(first) == ["one", "two"]


def test_what_a_single_write_returns_is_read_before_the_turn_ends(pair: tuple[Any, Any]) -> None:
    first, second = pair
    with first.cursor() as cursor:
        cursor.execute("INSERT INTO vial (name) VALUES ('one'), ('two'), ('three') RETURNING id, name")
        assert not holds(first)
        add(second, "four")  # the database is free although nothing was fetched yet
        assert cursor.fetchone() == (1, "one")
        assert cursor.fetchmany(1) == [(2, "two")]
        assert list(cursor) == [(3, "three")]
        assert cursor.fetchone() is None
        assert cursor.fetchall() == []


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_a_savepoint_keeps_the_turn_and_the_end_of_the_transaction_ends_it(pair: tuple[Any, Any], end: str) -> None:
    first, second = pair
    begin(first)
    with first.cursor() as cursor:
        cursor.execute("SAVEPOINT inner_one")
        add(first, "one")
        cursor.execute("ROLLBACK TO SAVEPOINT inner_one")
        cursor.execute("RELEASE SAVEPOINT inner_one")
    assert holds(first)

    getattr(first.connection, end)()

    assert not holds(first)
    add(second, "two")


def test_a_fault_that_undoes_the_transaction_by_itself_gives_the_turn_back(pair: tuple[Any, Any]) -> None:
    first, second = pair
    add(first, "one")
    begin(first)
    with first.cursor() as cursor, pytest.raises(DatabaseError):
        cursor.execute("INSERT OR ROLLBACK INTO vial (name) VALUES ('one')")

    assert not holds(first)
    add(second, "two")


def test_closing_in_the_middle_of_a_transaction_gives_the_turn_back(pair: tuple[Any, Any]) -> None:
    first, second = pair
    begin(first)
    first.close()

    add(second, "one")

    assert names(second) == ["one"]


def test_a_thread_that_dies_in_a_transaction_gives_the_turn_back(file: Path) -> None:
    def die() -> None:
        begin(opened(file))

    in_thread(die).join()
    gc.collect()
    after = opened(file)

    add(after, "one")

    assert names(after) == ["one"]
    after.close()


def test_who_waits_too_long_hears_that_the_database_is_locked(pair: tuple[Any, Any]) -> None:
    first, second = pair
    begin(first)

    with pytest.raises(OperationalError, match="database is locked"):
        add(second, "one")

    assert not holds(second)
    first.connection.rollback()
    add(second, "two")


def test_a_closed_connection_takes_no_turn_with_it(pair: tuple[Any, Any]) -> None:
    first, second = pair
    with first.cursor() as cursor:
        first.connection.close()
        with pytest.raises(DatabaseError):
            cursor.execute("INSERT INTO vial (name) VALUES ('one')")

    add(second, "two")


def test_each_file_has_a_turn_of_its_own(tmp_path: Path) -> None:
    assert turn_of(str(tmp_path / "a")) is turn_of(str(tmp_path / "a"))
    assert turn_of(str(tmp_path / "a")) is not turn_of(str(tmp_path / "b"))


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_djangos_atomic_blocks_hold_one_turn_from_the_outermost_begin_to_its_end() -> None:
    connection = connections["default"]
    with transaction.atomic():
        with pytest.raises(ValueError, match="inner"), transaction.atomic():
            raise ValueError("inner")
        assert holds(connection)

    assert not holds(connection)
    with pytest.raises(ValueError, match="outer"), transaction.atomic():
        raise ValueError("outer")
    assert not holds(connection)


def test_a_kept_connection_moves_to_the_file_that_a_restore_put_in_its_place(tmp_path: Path, file: Path) -> None:
    kept, other = opened(file), opened(tmp_path / "restored.sqlite3")
    add(kept, "one")
    with other.cursor() as cursor:
        cursor.execute("CREATE TABLE vial (id integer PRIMARY KEY, name text NOT NULL UNIQUE)")
    add(other, "restored")
    other.close()

    kept.close_if_unusable_or_obsolete()
    assert names(kept) == ["one"]

    for ending in ("-wal", "-shm"):
        file.with_name(file.name + ending).unlink()
    (tmp_path / "restored.sqlite3").replace(file)
    kept.close_if_unusable_or_obsolete()
    assert names(kept) == ["restored"]
    kept.close()
