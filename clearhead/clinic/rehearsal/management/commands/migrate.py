"""`clearhead migrate`: Django's own, with a verified backup before anything is changed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import AmbiguityError
from django.utils import timezone

from clearhead.clinic import backup


class Command(Migrate):
    """Back up, then migrate: forward, back, or one step alone."""

    def handle(self, *args: Any, **options: Any) -> None:
        looks_only = options["plan"] or options["check_unapplied"]
        if not looks_only and not settings.DEMO and changes_something(options["app_label"], options["migration_name"]):
            try:
                made = backup.make(settings.VAR / "backups", timezone.now())
            except backup.BackupFailed as fault:
                raise CommandError(f"No backup, so nothing was migrated: {fault}") from fault
            self.stdout.write(f"Backup before migrating: {made}")
        super().handle(*args, **options)


def changes_something(app: str | None, name: str | None) -> bool:
    """True when a database in use would be changed on the way to this target: forward or back."""
    executor = MigrationExecutor(connection)
    if not executor.loader.applied_migrations:
        return False
    try:
        return bool(executor.migration_plan(_targets(executor.loader, app, name)))
    except (AmbiguityError, KeyError):
        return False  # no such migration: Django says so itself, and changes nothing


def _targets(loader: Any, app: str | None, name: str | None) -> list[tuple[str, str | None]]:
    """The migrations that Django's own command would go to."""
    if app is None or name is None:
        return list(loader.graph.leaf_nodes(app))
    if name == "zero":
        return [(app, None)]
    target = (app, loader.get_migration_by_prefix(app, name).name)
    if target not in loader.graph.nodes and target in loader.replacements:
        target = loader.replacements[target].replaces[-1]
    return [target]
