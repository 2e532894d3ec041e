"""One writer at a time per process, so that no thread waits inside SQLite for another thread of the same process.

A thread that waits for SQLite's write lock sleeps with its connection's mutex in its hand. When the thread that holds
the write lock is just then collecting garbage, and the garbage is a cursor of the waiting thread, it needs that mutex:
each waits for the other until the timeout, or for ever when the waiting one then closes its connection. Here the
waiting is done before SQLite is asked, with nothing in the hand, and a refused statement is not left as garbage.
Other processes still wait as SQLite has it, which is harmless: garbage never crosses a process.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from sqlite3 import dbapi2  # the mended library, where there is one: see clearhead.clinic
from typing import Any

from django.db.backends.sqlite3 import base as django_sqlite

from clearhead.clinic.sqlite.turn import Turn, turn_of

READS = ("SELECT", "PRAGMA", "EXPLAIN")


class Connection(dbapi2.Connection):
    """Holds the turn exactly while it is in a transaction, or in a single write outside one."""

    turn: Turn | None = None
    patience_s: float = 0
    mine = False

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Wait for the turn; keep it afterwards only while a transaction stays open."""
        self._take()
        try:
            yield
        finally:
            self._settle()

    def commit(self) -> None:
        """End the transaction and the turn. A refused commit leaves both open."""
        try:
            super().commit()
        finally:
            self._settle()

    def rollback(self) -> None:
        """Undo the transaction and end the turn."""
        try:
            super().rollback()
        finally:
            self._settle()

    def close(self) -> None:
        """SQLite undoes what is open; then the turn ends, also where closing failed."""
        try:
            super().close()
        finally:
            self._give()

    def __del__(self) -> None:
        """A thread that died without closing must not keep the turn."""
        if self.mine:
            self.close()

    def _settle(self) -> None:
        """SQLite knows best whether a transaction is open: some faults undo it without being asked."""
        try:
            still_open = self.in_transaction
        except dbapi2.ProgrammingError:  # the connection was closed
            still_open = False
        if not still_open:
            self._give()

    def _take(self) -> None:
        if self.mine or self.turn is None:
            return
        if not self.turn.take(self.patience_s):
            raise dbapi2.OperationalError("database is locked")  # as SQLite says it of another process
        self.mine = True

    def _give(self) -> None:
        if self.mine and self.turn is not None:
            self.mine = False
            self.turn.give()


class Cursor(django_sqlite.SQLiteCursorWrapper):
    """Reads pass; everything else waits for the connection's turn."""

    rows: list[Any] | None = None  # what a single write returned, fetched before its turn ended

    def execute(self, query: str, params: Any = None) -> Any:
        """Run one statement. A write outside a transaction is finished, its RETURNING read, before the turn ends."""
        self.rows = None
        if query.lstrip()[:7].upper().startswith(READS):
            return super().execute(query, params)
        with self.connection.in_turn(), self._cleared_up():
            super().execute(query, params)
            if self.description is not None and not self.connection.in_transaction:
                self.rows = super().fetchall()
        return self

    def executemany(self, query: str, param_list: Any) -> Any:
        """Run one statement many times, in one turn."""
        self.rows = None
        with self.connection.in_turn(), self._cleared_up():
            return super().executemany(query, param_list)

    @contextmanager
    def _cleared_up(self) -> Iterator[None]:
        """pysqlite3 keeps a refused statement until its cursor is garbage. The next statement frees it now."""
        try:
            yield
        except dbapi2.Error:
            with suppress(dbapi2.Error):
                super().execute("SELECT 1 WHERE 0")
            raise

    def __next__(self) -> Any:
        if self.rows is None:
            return super().__next__()
        if not self.rows:
            raise StopIteration
        return self.rows.pop(0)

    def fetchone(self) -> Any:
        """The next row, or None."""
        return super().fetchone() if self.rows is None else next(self, None)

    def fetchmany(self, size: int | None = 1) -> Any:
        """The next rows, at most so many."""
        if self.rows is None:
            return super().fetchmany(size)
        size = self.arraysize if size is None else size
        taken, self.rows = self.rows[:size], self.rows[size:]
        return taken

    def fetchall(self) -> Any:
        """All rows that are left."""
        return super().fetchall() if self.rows is None else self.fetchmany(len(self.rows))


class DatabaseWrapper(django_sqlite.DatabaseWrapper):
    """Django's own, with connections and cursors that wait for their turn."""

    opened_file: tuple[int, int] | None = None  # device and number of the file that is open

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """Open a connection that knows the turn of its file. A database in memory has no second connection."""
        made = super().get_new_connection({**conn_params, "factory": Connection})
        if not self.is_in_memory_db():
            made.turn = turn_of(str(conn_params["database"]))
            made.patience_s = float(conn_params.get("timeout", 5))
            self.opened_file = self._file_now()
        return made

    def close_if_unusable_or_obsolete(self) -> None:
        """A connection is kept from request to request, but not when a restore has put another file in its place."""
        super().close_if_unusable_or_obsolete()
        if self.connection is None or self.in_atomic_block or self.is_in_memory_db():
            return
        if self._file_now() != self.opened_file:
            self.close()

    def _file_now(self) -> tuple[int, int] | None:
        try:
            said = os.stat(self.settings_dict["NAME"])
        except OSError:
            return None
        return said.st_dev, said.st_ino

    def create_cursor(self, name: str | None = None) -> Any:
        """A cursor that waits for its turn."""
        return self.connection.cursor(factory=Cursor)
