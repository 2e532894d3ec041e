"""`serve` names every reason not to start, and starts when there is none."""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import call_command
from django.core.management.base import CommandError

from clearhead.clinic import checks, tables
from clearhead.clinic.checks import faults_before_serving
from clearhead.clinic.policy.clinic_file import CLINICS
from clearhead.clinic.rehearsal.management.commands import serve
from tests import cast

pytestmark = pytest.mark.django_db
HOST = "127.0.0.1"


@pytest.fixture
def ready(settings, monkeypatch):
    """Settings of a clinic that may serve."""
    settings.SECRET_KEY = "k" * 60
    settings.DEBUG = settings.DEMO = settings.THROWAWAY = False
    settings.PUBLIC_URL_IS_SET = True
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


def test_an_address_that_nobody_set_is_named_because_letters_would_lead_nowhere(ready) -> None:
    ready.PUBLIC_URL_IS_SET = False

    (fault,) = faults_before_serving()

    assert "CLEARHEAD_PUBLIC_URL is not set" in fault


@pytest.mark.parametrize("who", ["site", "user"])
def test_demo_rows_in_the_database_are_named(ready, who: str) -> None:
    row = cast.mesa() if who == "site" else cast.member("nina")
    type(row).objects.filter(pk=row.pk).update(is_demo=True)

    (fault,) = faults_before_serving()

    assert "holds the demo" in fault


def test_a_missing_migration_is_named_before_any_table_is_read(ready, monkeypatch) -> None:
    monkeypatch.setattr(tables.MigrationExecutor, "migration_plan", lambda *_: ["one", "two"])

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


def test_a_worker_begins_with_nothing_of_this_process(ready, monkeypatch) -> None:
    """A forked one would inherit SQLite's account of locks that this process or one of its threads holds."""
    before, begun = multiprocessing.get_start_method(), []
    monkeypatch.setattr("granian.Granian.serve", lambda _self: begun.append(multiprocessing.get_start_method()))
    monkeypatch.setattr(serve.threading, "Thread", lambda **_: SimpleNamespace(start=lambda: None))
    monkeypatch.setattr(serve, "call_command", lambda *_, **__: None)

    try:
        serve.run(serve.Command(), host=HOST, port=free_port())
    finally:
        multiprocessing.set_start_method(before, force=True)

    assert begun == ["spawn"]


@pytest.mark.sqlite
def test_what_was_signed_before_a_change_of_the_key_is_good_as_long_as_the_old_one_is_named(tmp_path: Path) -> None:
    make = "from django.core import signing; print(signing.dumps('petra', salt='form'))"
    signed = started(tmp_path, "shell", "--command", make, CLEARHEAD_SECRET_KEY="o" * 60).stdout.split()[-1]
    read = f"from django.core import signing; print(signing.loads('{signed}', salt='form'))"

    named = started(tmp_path, "shell", "--command", read, CLEARHEAD_OLD_SECRET_KEYS=f"{'x' * 60},{'o' * 60}")
    not_named = started(tmp_path, "shell", "--command", read)

    assert named.stdout.split()[-1:] == ["petra"], named.stderr
    assert "BadSignature" in not_named.stderr


def environment(folder: Path, **sets: str) -> dict[str, str]:
    """What a service sets, for a database in this folder."""
    own = {"CLEARHEAD_VAR": str(folder), "CLEARHEAD_DATABASE_URL": f"sqlite:///{folder}/clinic.sqlite3"}
    kept = {name: said for name, said in os.environ.items() if not name.startswith(("CLEARHEAD_", "DJANGO_"))}
    return kept | own | {"CLEARHEAD_SECRET_KEY": "k" * 60} | sets


def started(folder: Path, *command: str, **sets: str) -> subprocess.CompletedProcess[str]:
    """A command of the project as a process of its own, as a service starts it."""
    run, env = [sys.executable, "-m", "clearhead", *command], environment(folder, **sets)
    return subprocess.run(run, env=env, capture_output=True, text=True, check=False, timeout=300)


@pytest.mark.sqlite  # the process has a file of its own, whatever the tests use
def test_the_process_refuses_a_database_that_was_never_migrated(tmp_path: Path) -> None:
    refused = started(tmp_path, "serve", "--port", "0")
    verified = started(tmp_path, "audit", "verify")

    assert (refused.returncode, verified.returncode) == (1, 1)
    assert "Not started:" in refused.stderr
    for said in (refused.stderr, verified.stderr):
        assert "migrations are missing. Run: clearhead migrate" in said
        assert "Traceback" not in said
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


def self_signed(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine that nobody else vouches for, and its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(hours=1))
    made = made.not_valid_after(now + timedelta(hours=1))
    made = made.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
    certificate, secret = folder / "cert.pem", folder / "key.pem"
    certificate.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(pem, pkcs8, serialization.NoEncryption()))
    return certificate, secret


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(folder: Path, *words: str, **sets: str) -> Iterator[subprocess.Popen[bytes]]:
    """`clearhead serve` until the test is over."""
    command = [sys.executable, "-m", "clearhead", "serve", *words]
    with (folder / "said.txt").open("wb") as said:
        server = subprocess.Popen(command, env=environment(folder, **sets), stdout=said, stderr=said)
    try:
        yield server
    finally:
        server.terminate()
        server.wait(30)


def answer_of(url: str, server: subprocess.Popen[bytes], trusted: Path) -> tuple[int, bytes]:
    """Status and body, as soon as it answers; the certificate is checked against the one that is trusted."""
    context, until = ssl.create_default_context(cafile=str(trusted)), time.monotonic() + 90
    while server.poll() is None and time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, context=context, timeout=10) as answer:
                return answer.status, answer.read()
        except OSError:
            time.sleep(0.3)
    return 0, b"no answer"


@pytest.mark.slow
@pytest.mark.sqlite
def test_the_process_serves_over_tls_and_ends_when_it_is_told_to(tmp_path: Path) -> None:
    made = started(tmp_path, "setup", "--file", f"{CLINICS / 'short-total-dose.toml'}")
    assert made.returncode == 0, made.stderr
    assert "Making the tables of a new database." in made.stdout
    (certificate, key), port = self_signed(tmp_path), free_port()
    words = ["--host", HOST, "--port", f"{port}", "--certificate", f"{certificate}", "--key", f"{key}"]

    with serving(tmp_path, *words, CLEARHEAD_PUBLIC_URL=f"https://{HOST}:{port}") as server:
        answer = answer_of(f"https://{HOST}:{port}/health/", server, certificate)

    said = (tmp_path / "said.txt").read_text()
    assert answer[0] == 200, said
    assert f"Serving on https://{HOST}:{port}/" in said
    assert server.returncode in (0, -signal.SIGTERM), said
    with socket.socket() as probe:
        assert probe.connect_ex((HOST, port)) != 0, "nobody listens there any more"


@pytest.mark.slow
@pytest.mark.sqlite
def test_the_process_refuses_a_database_that_lacks_the_newest_migration_alone(tmp_path: Path) -> None:
    assert started(tmp_path, "migrate", "--verbosity", "0").returncode == 0
    back = started(tmp_path, "migrate", "review", "0001", "--verbosity", "0")
    assert back.returncode == 0, back.stderr

    refused = started(tmp_path, "serve", "--port", "0")

    assert refused.returncode == 1
    assert "1 migrations are missing. Run: clearhead migrate" in refused.stderr
    assert "Serving on" not in refused.stdout
