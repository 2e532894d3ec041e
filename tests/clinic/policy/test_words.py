"""A medical director reads words with units, not the names of fields and codes."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from clearhead.clinic.policy import actions, reading
from clearhead.medicine.protocols import loader
from clearhead.medicine.protocols.given import given
from tests.cast import AT_TEN, member, mesa

CODE = re.compile(r"\b[a-z]+_[a-z_]+\b|\bml per h\b|\bmg per ml\b|\bnrs\b|\b[Ss]calar\b|\b[Tt]aper\b|\b[a-z]+_v1\b")
"""What no sentence for people holds: words joined by an underscore, units spelled out, a field's own name."""


@pytest.mark.parametrize("name", loader.shipped_ids())
def test_no_line_of_a_protocol_holds_a_code(name):
    lines = [line for part in reading.sections(loader.shipped(name)) for line in part.lines if line.key != "id"]

    assert [f"{line.label} | {line.value}" for line in lines if CODE.search(f"{line.label} {line.value}")] == []


@pytest.mark.parametrize("name", loader.shipped_ids())
def test_what_would_be_given_is_told_with_a_unit_in_every_sentence_about_a_dose(name):
    said = given(loader.shipped(name))

    assert re.match(r"[\d.]+ mg/kg", said[0])
    assert any(line.startswith("Planned over ") for line in said)
    assert not [line for line in said if CODE.search(line)]


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("tried-several", "0.3 mg/kg/h, steady from start to end. An order may choose 0.1 mg/kg/h to 0.4 mg/kg/h."),
        (
            "monitored-bed",
            "0.3 mg/kg over 10 min, then 0.35 mg/kg/h, steady to the end. "
            "An order may choose 0.1 mg/kg/h to 0.35 mg/kg/h.",
        ),
        ("stepped-series", "0.1 mg/kg/h to start. An order may choose 0.05 mg/kg/h to 0.2 mg/kg/h."),
        (
            "short-total-dose",
            "0.5 mg/kg in all, evenly over the time: a shorter infusion runs faster. "
            "An order may choose 0.25 mg/kg to 0.5 mg/kg.",
        ),
    ],
)
def test_each_way_of_dosing_has_its_sentence(name, first):
    assert given(loader.shipped(name))[0] == first


def test_a_long_infusion_says_who_agrees_to_steps_when_and_how_it_ends():
    said = " ".join(given(loader.shipped("inpatient-titration")))

    assert "A prescriber agrees before each step up." in said
    assert "Steps up only between 07:00 and 22:00." in said
    assert "At the end down by 0.1 mg/kg/h every 2 h." in said
    assert "the measured or the adjusted weight, whichever is lower" in said


@pytest.mark.django_db
@pytest.mark.parametrize("name", loader.shipped_ids())
def test_the_page_of_adoption_shows_it(client, name):
    mesa()
    version = actions.keep_version(toml=(loader.SHIPPED / f"{name}.toml").read_text("utf-8"), by=None, at=AT_TEN)
    client.force_login(member("maya"))

    body = client.get(reverse("policy-adopt", args=["mesa", version.code])).content.decode()

    assert "What would be given" in body
    assert given(loader.shipped(name))[0] in body
    shown = re.findall(r"<(?:dt|dd|li)>(.*?)</(?:dt|dd|li)>", body)
    assert len(shown) > 20
    assert [line for line in shown if CODE.search(line)] == []
