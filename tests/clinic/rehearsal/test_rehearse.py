"""`clearhead rehearse`: a process of its own, a table, a verdict per protocol, an exit code."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clearhead.clinic.audit.models import Event
from clearhead.clinic.letters.models import Outgoing
from clearhead.clinic.people.models import Patient, Site
from clearhead.clinic.rehearsal import before, journey
from clearhead.clinic.rehearsal.management.commands.rehearse import OTHER_DATABASE
from clearhead.clinic.rehearsal.world import set_up
from clearhead.medicine.protocols.loader import SHIPPED
from clearhead.medicine.rules import eligibility
from tests import cast

TEXT = (SHIPPED / "neurology-gated.toml").read_text(encoding="utf-8")


def rehearsed(*words: str, **sets: str) -> subprocess.CompletedProcess[str]:
    """The command, as somebody at a terminal calls it."""
    command = [sys.executable, "-m", "clearhead", "rehearse", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ | sets)


@pytest.mark.slow
@pytest.mark.sqlite
def test_the_command_walks_a_protocol_to_its_review_and_prints_the_table() -> None:
    done = rehearsed("short-total-dose")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "short-total-dose: complete"
    rows = {line[:20].strip(): line[20:].strip() for line in done.stdout.splitlines()}
    assert int(rows["gates that refused"]) > 60
    assert rows["given per session"].endswith("mg/kg)")
    assert rows["28-day review"]


@pytest.mark.slow
@pytest.mark.sqlite
def test_a_protocol_that_no_patient_of_ours_may_have_stops_short_and_names_the_gate(tmp_path: Path) -> None:
    file = tmp_path / "for-the-old.toml"
    file.write_text(TEXT.replace("[assessment]\n", "[assessment]\nage_min_years = 70\n"), encoding="utf-8")

    done = rehearsed(str(file))

    assert done.returncode != 0
    assert "stopped." in done.stdout
    assert "yet age refused" in done.stdout
    assert "Not every rehearsal was completed." in done.stderr


@pytest.mark.django_db
def test_a_database_that_holds_a_site_is_refused_and_left_as_it_is() -> None:
    site = cast.mesa()
    written = (Event.objects.count(), Patient.objects.count())

    with pytest.raises(CommandError, match="This database is in use: a rehearsal needs an empty one"):
        call_command("rehearse", str(SHIPPED / "short-total-dose.toml"), in_child=True)

    assert list(Site.objects.all()) == [site]
    assert (Event.objects.count(), Patient.objects.count()) == written


def test_a_named_database_holds_one_rehearsal(monkeypatch) -> None:
    monkeypatch.setenv(OTHER_DATABASE, "sqlite:////nowhere/else.sqlite3")

    with pytest.raises(CommandError, match="holds one rehearsal: name one protocol"):
        call_command("rehearse")


@pytest.mark.sqlite
def test_a_database_in_use_that_the_environment_names_is_refused_in_the_table(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/clinic.sqlite3"
    with closing(sqlite3.connect(tmp_path / "clinic.sqlite3")) as there, there:
        there.execute(f"CREATE TABLE {Site._meta.db_table} (id INTEGER PRIMARY KEY, slug TEXT)")
        there.execute(f"INSERT INTO {Site._meta.db_table} (slug) VALUES ('real')")  # noqa: S608

    done = rehearsed("short-total-dose", **{OTHER_DATABASE: url})

    assert done.returncode == 1
    assert "The rehearsal broke off: " in done.stdout
    assert "This database is in use: a rehearsal needs an empty one. Nothing was changed." in done.stdout
    with closing(sqlite3.connect(tmp_path / "clinic.sqlite3")) as there:
        assert there.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'").fetchone() == (1,)


@pytest.mark.slow
@pytest.mark.django_db
def test_a_gate_that_was_broken_is_found_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eligibility, "_neurology", lambda *_facts: ())

    outcome = journey.rehearse(TEXT, "neurology-gated")

    assert not outcome.complete
    assert "without neurologist_seen it was not refused by it" in outcome.stopped


def test_a_file_that_is_not_there_is_named() -> None:
    done = rehearsed("nowhere.toml")

    assert done.returncode != 0
    assert "nowhere.toml" in done.stderr


@pytest.mark.django_db
def test_every_letter_of_the_patient_is_listed_with_its_subject_and_clock_time() -> None:
    story = set_up(TEXT)
    before.enquire_and_book(story)

    listed = journey._letters(story)

    rows = Outgoing.objects.filter(patient=Patient.objects.get(), withdrawn_at__isnull=True)
    assert len(listed) == rows.count() > 0
    assert all(any(row.subject in line and story.local(row.due_at) in line for line in listed) for row in rows)
