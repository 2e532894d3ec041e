"""Whether the database has the tables that this program knows."""

from __future__ import annotations

from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def missing_migrations() -> str:
    """What a command that needs the tables says where they are missing or older than the program; else nothing."""
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not missing:
        return ""
    return f"{len(missing)} migrations are missing. Run: clearhead migrate (it makes a backup first)."
