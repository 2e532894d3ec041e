"""The databases under the tests are what the clinic runs on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from tests.database import POSTGRES


def asked(sql: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


@pytest.mark.django_db
def test_this_pass_runs_on_the_database_it_claims() -> None:
    assert connection.vendor == ("postgresql" if POSTGRES else "sqlite")


SETTINGS_OF_A_CONNECTION = """
import django
django.setup()
from django.db import connection
with connection.cursor() as cursor:
    print([cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")])
"""


@pytest.mark.sqlite
def test_sqlite_writes_ahead_syncs_fully_and_checks_foreign_keys(tmp_path: Path) -> None:
    """In a process of its own: the tests themselves do not wait for the disk."""
    own = {**os.environ, "CLEARHEAD_DATABASE_URL": f"sqlite://{tmp_path}/clinic.sqlite3"}

    done = subprocess.run([sys.executable, "-c", SETTINGS_OF_A_CONNECTION], env=own, capture_output=True, text=True)

    assert done.stdout.strip() == "['wal', 2, 1]", done.stderr


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
def test_emptying_the_test_database_passes_guards_and_leaves_them_standing() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_content_type (app_label, model) VALUES ('guarded', 'row')")
        cursor.execute(
            "CREATE TRIGGER guarded_row BEFORE DELETE ON django_content_type BEGIN SELECT RAISE(ABORT, 'guarded'); END"
        )

    call_command("flush", interactive=False, inhibit_post_migrate=True)

    assert asked("SELECT count(*) FROM django_content_type") == 0
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_content_type (app_label, model) VALUES ('guarded', 'row')")
        with pytest.raises(IntegrityError, match="guarded"), transaction.atomic():
            cursor.execute("DELETE FROM django_content_type")
        cursor.execute("DROP TRIGGER guarded_row")


@pytest.mark.postgres
@pytest.mark.django_db
def test_postgres_needs_no_extension() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extname FROM pg_extension")
        assert {name for (name,) in cursor.fetchall()} == {"plpgsql"}
