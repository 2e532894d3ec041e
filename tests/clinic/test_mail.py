"""The mail server is one line of settings: read whole, or refused in a sentence before anything is served."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from clearhead.clinic import checks, mail


def test_one_line_says_all_that_django_asks() -> None:
    said = mail.server("smtp://clinic%40example.org:p%40ss%2Fw@mail.example.org:2525?tls=start")

    assert (said["EMAIL_BACKEND"], said["EMAIL_HOST"], said["EMAIL_PORT"]) == (mail.SMTP, "mail.example.org", 2525)
    assert (said["EMAIL_HOST_USER"], said["EMAIL_HOST_PASSWORD"]) == ("clinic@example.org", "p@ss/w")
    assert (said["EMAIL_USE_TLS"], said["EMAIL_USE_SSL"]) == (True, False)


@pytest.mark.parametrize(
    ("url", "port", "start", "wrapped"),
    [
        ("smtp://u:p@mail.example.org", 587, True, False),
        ("smtp://u:p@mail.example.org?tls=wrapped", 465, False, True),
        ("smtp://localhost?tls=none", 25, False, False),
    ],
)
def test_without_a_port_each_way_has_its_own(url: str, port: int, start: bool, wrapped: bool) -> None:
    said = mail.server(url)

    assert (said["EMAIL_PORT"], said["EMAIL_USE_TLS"], said["EMAIL_USE_SSL"]) == (port, start, wrapped)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mail.example.org", "It is written smtp://"),
        ("http://u:p@mail.example.org", "It is written smtp://"),
        ("smtp://u:hunter2@", "It is written smtp://"),
        ("smtp://u:hunter2@mail.example.org/in", "It is written smtp://"),
        ("smtp://u:hunter2/x@mail.example.org", "port is not a number"),
        ("smtp://u:hunter2@mail.example.org:x", "port is not a number"),
        ("smtp://u:hunter2@mail.example.org?tls=yes", "tls=start, tls=wrapped or tls=none"),
        ("smtp://u:hunter2@mail.example.org?ssl=1", "tls=start, tls=wrapped or tls=none"),
        ("smtp://u:hunter2@mail.example.org?tls=none", "readable over the network"),
        ("smtp://u:x?hunter2@mail.example.org", "tls=start, tls=wrapped or tls=none"),
        ("smtp://u@mail.example.org", "both, or neither"),
        ("smtp://u:hunter2@[mail", "cannot be read"),
    ],
)
def test_a_line_that_is_not_understood_is_refused_without_its_password(url: str, why: str) -> None:
    said, fault = mail.setup(url, "", "")

    assert fault.startswith("CLEARHEAD_EMAIL_URL cannot be read. ")
    assert why in fault
    assert "hunter2" not in fault
    assert said["EMAIL_BACKEND"] == mail.DUMMY


def test_two_ways_at_once_and_a_sender_without_an_address_are_refused() -> None:
    assert "Unset one of them" in mail.setup("smtp://localhost", "", mail.SMTP)[1]
    assert "CLEARHEAD_EMAIL_FROM is no mail address" in mail.setup("", "The clinic", "")[1]
    assert mail.setup("", "The clinic <clinic@example.org>", "")[0]["DEFAULT_FROM_EMAIL"].endswith("org>")


def test_without_a_line_letters_go_to_files() -> None:
    assert mail.setup("", "", "") == ({"EMAIL_BACKEND": mail.DUMMY}, "")


def test_serve_asks_who_sends_the_letters(settings) -> None:
    settings.EMAIL_BACKEND, settings.MAIL_FAULT, settings.MAIL_FROM_IS_SET = mail.SMTP, "", False
    (fault,) = checks.mail_faults()
    assert "Set CLEARHEAD_EMAIL_FROM" in fault

    settings.MAIL_FROM_IS_SET = True
    assert checks.mail_faults() == []


def test_the_environment_reaches_django_and_a_fault_stops_the_command(tmp_path: Path) -> None:
    sets = {"CLEARHEAD_EMAIL_URL": "smtp://u:p@mail.example.org", "CLEARHEAD_EMAIL_FROM": "clinic@example.org"}
    read = "from django.conf import settings as s; print(s.EMAIL_HOST, s.EMAIL_PORT, s.DEFAULT_FROM_EMAIL)"

    good = _run(["-c", read], tmp_path, **sets)
    bad = _run(["-m", "clearhead", "check"], tmp_path, CLEARHEAD_EMAIL_URL="smtp://u:hunter2@mail.example.org:x")

    assert good.stdout.strip() == "mail.example.org 587 clinic@example.org"
    assert bad.returncode != 0
    assert "CLEARHEAD_EMAIL_URL cannot be read. The port is not a number" in bad.stderr
    assert "hunter2" not in bad.stderr
    assert "Traceback" not in bad.stderr


def _run(command: list[str], folder: Path, **sets: str) -> subprocess.CompletedProcess[str]:
    own = {"CLEARHEAD_VAR": str(folder), "DJANGO_SETTINGS_MODULE": "clearhead.clinic.settings"}
    return subprocess.run(
        [sys.executable, *command],
        env=os.environ | own | sets,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
