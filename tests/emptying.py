"""Empty the test database between tests that really commit, past the triggers that guard facts.

On PostgreSQL the emptying is TRUNCATE, which no row trigger sees. SQLite has only DELETE, so the triggers step aside
and come back in the same transaction.
"""

from __future__ import annotations

from typing import Any


def let_sqlite_be_emptied() -> None:
    """Make Django's flush drop and re-create every trigger around its DELETEs."""
    from django.db.backends.sqlite3.base import DatabaseOperations

    plain = DatabaseOperations.sql_flush

    def sql_flush(self: Any, *arguments: Any, **options: Any) -> list[str]:
        with self.connection.cursor() as cursor:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
        dropped = [f'DROP TRIGGER "{name}"' for name, _ in triggers]
        return [*dropped, *plain(self, *arguments, **options), *(sql for _, sql in triggers)]

    DatabaseOperations.sql_flush = sql_flush
