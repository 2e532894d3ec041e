"""`serve` names every reason not to start, and starts when there is none."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from clearhead.clinic import checks
from clearhead.clinic.checks import faults_before_serving
from clearhead.clinic.rehearsal.management.commands import serve
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(settings, monkeypatch):
    """Settings of a clinic that may serve."""
    settings.SECRET_KEY = "k" * 60
    settings.DEBUG = settings.DEMO = settings.THROWAWAY = False
    monkeypatch.setattr(checks.sqlite3, "sqlite_version_info", (3, 51, 3))
    cast.mesa()
    return settings


def test_a_clinic_that_is_set_up_may_serve(ready) -> None:
    assert faults_before_serving() == []


@pytest.mark.parametrize("secret", ["short", "not-a-secret: set CLEARHEAD_SECRET_KEY"])
def test_an_unset_or_short_secret_is_named_with_its_remedy(ready, secret: str) -> None:
    ready.SECRET_KEY = secret

    (fault,) = faults_before_serving()

    assert "secret key" in fault
    assert "CLEARHEAD_SECRET_KEY" in fault


@pytest.mark.parametrize(
    ("name", "word"), [("DEBUG", "CLEARHEAD_DEBUG"), ("THROWAWAY", "CLEARHEAD_THROWAWAY"), ("DEMO", "holds the demo")]
)
def test_a_setting_for_play_is_named(ready, name: str, word: str) -> None:
    setattr(ready, name, True)

    (fault,) = faults_before_serving()

    assert word in fault


@pytest.mark.parametrize("who", ["site", "user"])
def test_demo_rows_in_the_database_are_named(ready, who: str) -> None:
    row = cast.mesa() if who == "site" else cast.member("nina")
    type(row).objects.filter(pk=row.pk).update(is_demo=True)

    (fault,) = faults_before_serving()

    assert "holds the demo" in fault


def test_a_missing_migration_is_named_before_any_table_is_read(ready, monkeypatch) -> None:
    monkeypatch.setattr(checks.MigrationExecutor, "migration_plan", lambda *_: ["one", "two"])

    (fault,) = faults_before_serving()

    assert "2 migrations are missing" in fault


def test_a_database_without_a_site_is_named(ready) -> None:
    cast.Site.objects.all().delete()

    (fault,) = faults_before_serving()

    assert "clearhead setup" in fault


@pytest.mark.sqlite
@pytest.mark.hazard("H-23")
@pytest.mark.parametrize(
    ("version", "faulty"), [((3, 6, 23), False), ((3, 7, 0), True), ((3, 51, 2), True), ((3, 51, 3), False)]
)
def test_a_sqlite_that_is_known_to_corrupt_is_named(ready, monkeypatch, version, faulty: bool) -> None:
    monkeypatch.setattr(checks.sqlite3, "sqlite_version_info", version)

    assert ["WAL-reset" in fault for fault in faults_before_serving()] == ([True] if faulty else [])


def test_serve_prints_all_faults_at_once_and_does_not_start(ready, monkeypatch) -> None:
    ready.DEBUG, ready.SECRET_KEY = True, "short"
    monkeypatch.setattr(serve, "run", lambda *_, **__: pytest.fail("it started"))

    with pytest.raises(CommandError) as refusal:
        call_command("serve")

    assert str(refusal.value).count("\n- ") == 2


@pytest.fixture
def no_start(monkeypatch) -> None:
    monkeypatch.setattr(serve, "run", lambda *_, **__: pytest.fail("it started"))


def test_a_taken_port_is_one_sentence_and_no_crash(ready, no_start) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(CommandError, match="Choose another with --port"):
            call_command("serve", port=taken.getsockname()[1])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"certificate": "cert.pem"}, "TLS needs both"),
        ({"certificate": "cert.pem", "key": "lost.pem"}, "There is no file"),
        ({"certificate": "cert.pem", "key": "key.pem"}, "does not begin with https://"),
    ],
)
def test_a_certificate_that_protects_nothing_is_named(ready, no_start, tmp_path, given, said) -> None:
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text("x")

    with pytest.raises(CommandError, match=said):
        call_command("serve", port=0, **{name: tmp_path / file for name, file in given.items()})


def test_serve_starts_when_there_is_no_fault(ready, monkeypatch) -> None:
    started = []
    monkeypatch.setattr(serve, "run", lambda *_, **said: started.append(said["port"]))

    call_command("serve", port=8123)

    assert started == [8123]


def started(folder: Path, *command: str, **sets: str) -> subprocess.CompletedProcess[str]:
    """A command of the project as a process of its own, as a service starts it, on a database in this folder."""
    own = {"CLEARHEAD_VAR": str(folder), "CLEARHEAD_DATABASE_URL": f"sqlite:///{folder}/clinic.sqlite3"}
    kept = {name: said for name, said in os.environ.items() if not name.startswith(("CLEARHEAD_", "DJANGO_"))}
    env = kept | own | {"CLEARHEAD_SECRET_KEY": "k" * 60} | sets
    run = [sys.executable, "-m", "clearhead", *command]
    return subprocess.run(run, env=env, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.sqlite  # the process has a file of its own, whatever the tests use
def test_the_process_refuses_a_database_that_was_never_migrated(tmp_path: Path) -> None:
    refused = started(tmp_path, "serve", "--port", "0")

    assert refused.returncode == 1
    assert "Not started:" in refused.stderr
    assert "migrations are missing. Run: clearhead migrate" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "Serving on" not in refused.stdout


@pytest.mark.slow
@pytest.mark.sqlite
def test_the_process_refuses_a_database_with_demo_logins(tmp_path: Path) -> None:
    assert started(tmp_path, "migrate", "--verbosity", "0").returncode == 0
    create = "from clearhead.clinic.people.models import User; User.objects.create_user('d@example.org', is_demo=True)"
    assert started(tmp_path, "shell", "--command", create).returncode == 0

    refused = started(tmp_path, "serve", "--port", "0")

    assert refused.returncode == 1
    assert "This database holds the demo." in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "Serving on" not in refused.stdout
