"""`clearhead migrate`: Django's own, with a verified backup before anything is changed."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from clearhead.clinic import backup


class Command(Migrate):
    """Back up, then migrate."""

    def handle(self, *args: Any, **options: Any) -> None:
        executor = MigrationExecutor(connection)
        used = bool(executor.loader.applied_migrations)
        if used and not settings.DEMO and executor.migration_plan(executor.loader.graph.leaf_nodes()):
            try:
                made = backup.make(settings.VAR / "backups", timezone.now())
            except backup.BackupFailed as fault:
                raise CommandError(f"No backup, so nothing was migrated: {fault}") from fault
            self.stdout.write(f"Backup before migrating: {made}")
        super().handle(*args, **options)
