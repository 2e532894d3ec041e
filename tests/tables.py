"""One set of tables for all workers: the first that needs them runs the migrations, the others copy what it made.

Each worker would run the same fifty migrations, which takes seconds of a core. Django's own means make the copy, on
both databases; the worker that takes it migrates as always and finds nothing left to do.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

SUFFIX = "tables"
WORKER = "PYTEST_XDIST_WORKER" in os.environ


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Generator[None]:
    """The test database of this worker, in the place of pytest-django's own fixture."""
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    folder = Path(os.environ["CLEARHEAD_VAR"])
    told = folder / "tables.name"
    with django_db_blocker.unblock():
        with in_turn(folder):
            copied = WORKER and told.exists()
            if copied:
                begin_with(told.read_text())
            made = setup_databases(verbosity=0, interactive=False, keepdb=copied and connection.vendor == "sqlite")
            if WORKER and not copied:
                connection.close()  # SQLite's log goes into its file; PostgreSQL copies nothing that is open
                connection.creation.clone_test_db(SUFFIX, verbosity=0)
                told.write_text(str(connection.creation.get_test_db_clone_settings(SUFFIX)["NAME"]))
        yield
        if WORKER and not copied:
            with in_turn(folder):
                told.unlink()
                connection.creation.destroy_test_db(suffix=SUFFIX, verbosity=0)
        teardown_databases(made, verbosity=0)


def begin_with(tables: str) -> None:
    """Let this worker's database begin as a copy of that one."""
    from django.db import connection

    if connection.vendor == "sqlite":
        shutil.copy(tables, connection.settings_dict["TEST"]["NAME"])
    else:
        connection.settings_dict["TEST"]["TEMPLATE"] = tables


@contextmanager
def in_turn(folder: Path) -> Iterator[None]:
    """One worker at a time."""
    if not WORKER:
        yield
        return
    import fcntl

    with (folder / "tables.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
