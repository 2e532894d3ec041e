"""No two unreleased occupancies of one resource overlap: refused by the database itself, on both engines.

SQLite: a trigger. PostgreSQL: an exclusion constraint that needs no extension. SQLite rebuilds a table when a column
changes and drops its triggers with it: a migration that alters Occupancy ends with `ForbidOverlap` again.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations.base import Operation

NAME = "occupancy_no_overlap"
TABLE = "schedule_occupancy"

SQLITE_BODY = f"""
WHEN NEW.released_at IS NULL AND EXISTS (
  SELECT 1 FROM "{TABLE}" AS other
  WHERE other.resource_id = NEW.resource_id AND other.released_at IS NULL AND other.id IS NOT NEW.id
    AND other.starts_at < NEW.ends_at AND NEW.starts_at < other.ends_at)
BEGIN SELECT RAISE(ABORT, '{NAME}: this resource is already taken then'); END
"""  # noqa: S608 - fixed names only

CREATE = {
    "sqlite": (
        f'CREATE TRIGGER IF NOT EXISTS "{NAME}_insert" BEFORE INSERT ON "{TABLE}" {SQLITE_BODY}',
        f'CREATE TRIGGER IF NOT EXISTS "{NAME}_update" '
        f'BEFORE UPDATE OF resource_id, starts_at, ends_at, released_at ON "{TABLE}" {SQLITE_BODY}',
    ),
    "postgresql": (
        f'ALTER TABLE "{TABLE}" ADD CONSTRAINT "{NAME}" EXCLUDE USING gist '
        "(int8range(resource_id, resource_id, '[]') WITH &&, tstzrange(starts_at, ends_at) WITH &&) "
        "WHERE (released_at IS NULL)",
    ),
}
DROP = {
    "sqlite": (f'DROP TRIGGER IF EXISTS "{NAME}_insert"', f'DROP TRIGGER IF EXISTS "{NAME}_update"'),
    "postgresql": (f'ALTER TABLE "{TABLE}" DROP CONSTRAINT IF EXISTS "{NAME}"',),
}


class ForbidOverlap(Operation):
    """Guard the table of occupancies."""

    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """No change of state: the rule lives in the database alone."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the rule."""
        for sql in CREATE[schema_editor.connection.vendor]:
            schema_editor.execute(sql)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the rule."""
        for sql in DROP[schema_editor.connection.vendor]:
            schema_editor.execute(sql)

    def describe(self) -> str:
        """One line for `migrate`."""
        return "Refuse overlapping occupancies"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How to write this operation down."""
        return (self.__class__.__name__, [], {})
