"""Triggers that refuse UPDATE and DELETE of facts, on both engines, as a migration operation.

The head of a chain moves with every event and never goes: its table refuses DELETE alone (`KeepRows`).

SQLite rebuilds a table when a column changes and drops its triggers with it: a migration that alters a fact table
ends with `ProtectFacts` again. A test compares the triggers in the database with the list of fact models.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.apps import apps as live_apps
from django.db.migrations.operations.base import Operation

PG_FUNCTION = """
CREATE OR REPLACE FUNCTION clearhead_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'facts are added, never edited: %', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;
"""


NEVER = ("UPDATE", "DELETE")


def _create(vendor: str, table: str, verbs: Sequence[str] = NEVER) -> list[str]:
    if vendor == "sqlite":
        return [
            f'CREATE TRIGGER IF NOT EXISTS "guard_{table}_{verb.lower()}" BEFORE {verb} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, 'facts are added, never edited: {table}'); END"
            for verb in verbs
        ]
    return [
        PG_FUNCTION,
        f'CREATE OR REPLACE TRIGGER "guard_{table}" BEFORE {" OR ".join(verbs)} ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION clearhead_refuse_change()",
    ]


def _drop(vendor: str, table: str, verbs: Sequence[str] = NEVER) -> list[str]:
    if vendor == "sqlite":
        return [f'DROP TRIGGER IF EXISTS "guard_{table}_{verb.lower()}"' for verb in verbs]
    return [f'DROP TRIGGER IF EXISTS "guard_{table}" ON "{table}"']


class ProtectFacts(Operation):
    """Guard the tables of these models of the migration's app."""

    reduces_to_sql = True
    reversible = True
    verbs: Sequence[str] = NEVER

    def __init__(self, *models: str) -> None:
        self.models = models

    def state_forwards(self, app_label: str, state: Any) -> None:
        """No change of state: the triggers live in the database alone."""

    def _run(self, app_label: str, editor: Any, state: Any, make: Any) -> None:
        for name in self.models:
            table = state.apps.get_model(app_label, name)._meta.db_table
            for sql in make(editor.connection.vendor, table, self.verbs):
                editor.execute(sql, params=None)  # no parameters: a % in the SQL is a %

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Create the triggers."""
        self._run(app_label, schema_editor, to_state, _create)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Drop the triggers."""
        self._run(app_label, schema_editor, from_state, _drop)

    def describe(self) -> str:
        """One line for `migrate`."""
        return f"Refuse {' and '.join(self.verbs)} of {', '.join(self.models)}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """How to write this operation down."""
        return (self.__class__.__name__, list(self.models), {})


class KeepRows(ProtectFacts):
    """Rows of these models of the migration's app may change, but none may go."""

    verbs = ("DELETE",)


def guarded_models() -> list[Any]:
    """Every model whose rows may not change: all facts, the audit events, the printed heads and the signatures."""
    from clearhead.clinic.audit.models import Anchor, Event, Fact

    return [
        Event,
        Anchor,
        live_apps.get_model("people", "Signature"),
        *(model for model in live_apps.get_models() if issubclass(model, Fact)),
    ]


def kept_models() -> list[Any]:
    """Every model whose rows may change but never go: the heads of the chains."""
    return [live_apps.get_model("audit", "Chain")]


@contextmanager
def lifted(connection: Any) -> Iterator[None]:
    """Guards down for a moment. Only for emptying a test database."""
    tables = {model._meta.db_table: NEVER for model in guarded_models()}
    tables |= {model._meta.db_table: KeepRows.verbs for model in kept_models()}
    with connection.cursor() as cursor:
        for table, verbs in tables.items():
            for sql in _drop(connection.vendor, table, verbs):
                cursor.execute(sql)
        try:
            yield
        finally:
            for table, verbs in tables.items():
                for sql in _create(connection.vendor, table, verbs):
                    cursor.execute(sql)
