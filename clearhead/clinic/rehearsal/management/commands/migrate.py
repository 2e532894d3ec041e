"""`clearhead migrate`: Django's own, with a verified backup before anything is changed."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as Migrate
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.signals import pre_migrate
from django.utils import timezone

from clearhead.clinic import backup


class Command(Migrate):
    """Back up, then migrate: forward, back, or one step alone."""

    def handle(self, *args: Any, **options: Any) -> None:
        once = apps.get_app_config("people")  # Django says so for every app; one of them is enough
        pre_migrate.connect(self.back_up, sender=once)
        try:
            super().handle(*args, **options)
        finally:
            pre_migrate.disconnect(self.back_up, sender=once)

    def back_up(self, *, plan: list[Any], **told: Any) -> None:
        """Copy what is there before Django follows its plan. With `--plan` and `--check` it never comes so far."""
        if settings.DEMO or not plan or not MigrationRecorder(connection).applied_migrations():
            return
        try:
            made = backup.make(settings.VAR / "backups", timezone.now())
        except backup.BackupFailed as fault:
            raise CommandError(f"No backup, so nothing was migrated: {fault}") from fault
        self.stdout.write(f"Backup before migrating: {made}")
