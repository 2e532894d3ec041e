"""The auditor reads what was done in words; the chain keeps what was stored."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse

from clearhead.clinic.audit import actions as audit
from clearhead.clinic.audit.models import Fact
from clearhead.clinic.home.audit_words import subject_words, verb_words
from clearhead.medicine.protocols import codes
from tests import builders
from tests.cast import AT_TEN, member, mesa, petra

CLINIC = Path(__file__).resolve().parents[3] / "clearhead" / "clinic"
CODE = re.compile(r"_|\b\w+:\w+")


def verbs_in_the_source() -> Iterator[str]:
    """Every fixed verb that an action gives to the chain."""
    for path in CLINIC.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "verb" and isinstance(node.value, ast.Constant):
                yield str(node.value.value)


def test_no_verb_of_the_source_is_read_as_a_code():
    found = sorted(set(verbs_in_the_source()))

    assert len(found) > 60
    assert [verb for verb in found if CODE.search(verb_words(verb))] == []


@pytest.mark.parametrize("gate", [*codes.GO_FACTS, *(f"readiness:{one}" for one in codes.READINESS_CHECKS)])
def test_every_answer_before_the_start_has_its_words(gate):
    said = verb_words(f"gate: {gate}")

    assert said.startswith("answered before the start: ")
    assert not CODE.search(said)
    assert gate.rpartition(":")[2] not in said or gate in {"fasting"}


@pytest.mark.parametrize(
    ("verb", "words"),
    [
        ("event: prescriber_agrees", "noted at the chair: the prescriber agrees to a step"),
        ("visit: no_show", "visit: did not come"),
        ("record bp", "recorded blood pressure"),
        ("record pregnancy_test", "record pregnancy test"),
        ("left: criteria_met", "left the clinic: criteria met"),
        ("gate: readiness:aed", "answered before the start: Defibrillator, self-test passed"),
    ],
)
def test_a_verb_with_a_code_in_it_is_said_in_words(verb, words):
    assert verb_words(verb) == words


def test_every_kind_of_fact_is_named_by_words_and_a_short_code():
    labels = [model._meta.label_lower for model in apps.get_models() if issubclass(model, Fact)]

    said = [subject_words(f"{label}:0e00d276-c281-402f-8d71-d4061c44e40d") for label in labels]

    assert len(said) > 30
    assert [words for words in said if "." in words or "_" in words or not words.endswith(" 0e00d276")] == []


def test_a_page_that_was_looked_at_keeps_its_address():
    assert subject_words("/infusion/0e00d276/") == "/infusion/0e00d276/"


@pytest.mark.django_db
def test_the_page_shows_words_and_still_finds_by_the_stored_verb():
    site, patient = mesa(), petra()
    row = builders.course_of(patient)
    audit.record(chain=site.slug, at=AT_TEN, by=None, verb="gate: readiness:aed", subject=row, patient=patient)
    auditor = Client()
    auditor.force_login(member("ada"))

    body = auditor.get(reverse("audit-list", args=[site.slug]), {"verb": "gate: readiness:aed"}).content.decode()

    assert "answered before the start: Defibrillator, self-test passed<br>" in body
    assert '<option value="gate: readiness:aed" selected>' in body
    assert f"course {str(row.code)[:8]}" in body
    assert "people.course" not in body


@pytest.mark.django_db
@pytest.mark.hazard("H-33")
def test_the_auditor_reads_who_looked_into_which_chart_and_when():
    chart = reverse("people-details", args=[builders.course_of(petra()).code])
    desk, auditor = Client(), Client()
    desk.force_login(member("fern"))
    auditor.force_login(member("ada"))
    page = reverse("audit-list", args=[mesa().slug])
    assert chart not in auditor.get(page, {"verb": "look"}).content.decode()

    assert desk.get(chart).status_code == 200

    body = auditor.get(page, {"verb": "look"}).content.decode()
    assert chart in body
    assert "Fern Adeyemi" in body
