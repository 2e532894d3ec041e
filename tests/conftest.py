"""What every test stands on: the database of this pass, a quick password hash, a real browser.

python3 run.py test                                              everything, on both databases
.venv/bin/python -m pytest tests/clinic/infusion                 some of it, on SQLite
CLEARHEAD_TEST_DATABASE=postgres .venv/bin/python -m pytest …    the same on PostgreSQL
"""

from __future__ import annotations

import os
from collections.abc import Generator

import pytest
from hypothesis import settings as hypothesis_settings

from tests.database import POSTGRES
from tests.emptying import let_sqlite_be_emptied

pytest_plugins = ["tests.browser", "tests.tables"] if "DJANGO_SETTINGS_MODULE" in os.environ else []

# Two busy cores are slow now and then; that is no fault of the code under test.
hypothesis_settings.register_profile("clearhead", deadline=None)
hypothesis_settings.load_profile("clearhead")

CI = os.environ.get("CI", "").lower() in {"1", "true", "yes"}
NO_POSTGRES = os.environ.get("CLEARHEAD_TEST_NO_POSTGRES", "")
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup", "live_server"}
COMMITTING = {"transactional_db", "live_server"}


def pytest_configure(config: pytest.Config) -> None:
    """The cheapest Argon2, no static files for test clients, no waiting for the disk; guarded tables can be emptied."""
    if "DJANGO_SETTINGS_MODULE" in os.environ:
        from django.conf import settings

        settings.PASSWORD_HASHERS = ["clearhead.clinic.people.hashers.QuickArgon2"]
        database = settings.DATABASES["default"]
        database["CONN_MAX_AGE"] = 0
        settings.WHITENOISE_USE_FINDERS = False  # every test client would list all static files anew
        if "init_command" in database.get("OPTIONS", {}):  # nothing here has to survive a power cut
            database["OPTIONS"]["init_command"] = database["OPTIONS"]["init_command"].replace("=FULL", "=OFF")
        let_sqlite_be_emptied()


def touches_database(item: pytest.Item) -> bool:
    """True when a test could behave differently on another database."""
    wants = DATABASE_FIXTURES & set(getattr(item, "fixturenames", ()))
    return bool(wants) or item.get_closest_marker("django_db") is not None


def turn(item: pytest.Item) -> tuple[bool, bool, bool]:
    """When a test runs: without a database first, those that commit last; in each group the long ones begin.

    So the workers end together: what is left for the end is short.
    """
    marker = item.get_closest_marker("django_db")
    commits = bool(COMMITTING & set(getattr(item, "fixturenames", ()))) or bool(
        marker and marker.kwargs.get("transaction")
    )
    return commits, touches_database(item), item.get_closest_marker("slow") is None


def looks_only(item: pytest.Item) -> bool:
    """True when a browser looks at single pages: what it sees does not hang on the database. Whole journeys may."""
    return "chromium" in getattr(item, "fixturenames", ()) and "journeys" not in item.path.parts


def belongs_here(item: pytest.Item) -> bool:
    """True when a test is part of this database's pass."""
    if POSTGRES:
        marked = item.get_closest_marker("postgres") is not None
        here = item.get_closest_marker("sqlite") is None and not looks_only(item)
        return marked or (touches_database(item) and here)
    return item.get_closest_marker("postgres") is None


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests of this pass, in turn; mark what drives a browser; skip by name what lacks PostgreSQL."""
    kept = [item for item in items if belongs_here(item)]
    if dropped := [item for item in items if not belongs_here(item)]:
        config.hook.pytest_deselected(items=dropped)
    for item in kept:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if POSTGRES and NO_POSTGRES:
            item.add_marker(pytest.mark.skip(reason=NO_POSTGRES))
    items[:] = sorted(kept, key=turn)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CI=true, a browser or PostgreSQL test that is skipped has failed."""
    report = yield
    guarded = POSTGRES or any(item.get_closest_marker(name) for name in ("browser", "postgres"))
    if CI and guarded and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome, report.longrepr = "failed", f"Not allowed with CI=true. {reason}"
    return report
