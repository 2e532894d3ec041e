"""The claims register and the wording rules."""

from __future__ import annotations

from datetime import date

import pytest

from clearhead.medicine.errors import Missing, WrongFile
from clearhead.medicine.evidence.register import claim, claims, read_claims, studies
from clearhead.medicine.evidence.wording import forbidden_wording

SIGNED = 'reviewed = 2026-11-21\nsigner = "medical_director"\n'


def test_every_shipped_claim_has_a_source_a_date_and_fit_wording():
    for one in claims().values():
        assert one.studies
        assert forbidden_wording(one.text) == []


def test_the_negative_trials_and_the_other_condition_are_told():
    assert {"negative_trials", "other_condition", "off_label", "no_controlled_trial"} <= set(claims())


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[a]\ntext = "It rains."\nstudies = []\n' + SIGNED, "an unsourced claim is not published"),
        ('[a]\ntext = "It rains."\nstudies = ["nobody-1900"]\n' + SIGNED, "an id of studies.toml"),
        ('[a]\ntext = "It rains."\nstudies = ["cohen-2018"]\nsigner = "x"\n', "a date"),
        ('[a]\ntext = "It cures migraine."\nstudies = ["cohen-2018"]\n' + SIGNED, "nothing cures migraine"),
    ],
)
def test_a_claim_without_source_date_or_fit_wording_refuses_the_file(text, fault):
    with pytest.raises(WrongFile, match=fault):
        read_claims(text, studies(), name="claims.toml")


def test_what_is_not_in_the_register_is_not_published():
    with pytest.raises(Missing, match="not published"):
        claim("works_for_everyone")


def test_a_claim_is_overdue_after_a_year():
    assert not claim("off_label").overdue(on=date(2027, 10, 30))
    assert claim("off_label").overdue(on=date(2027, 11, 1))


@pytest.mark.parametrize(
    "text",
    [
        "Ketamine cures migraine.",
        "It teaches your brain to create new pathways.",
        "It resets the brain.",
        "Break the cycle of pain; we are breaking the cycle.",
        "It reduces the body's inflammation signals.",
        "It prevents future migraines.",
        "It is non-addictive in these doses.",
        "Infusions are safe.",
        "Treatment is well tolerated.",
        "Ketamine is an FDA-approved medicine.",
        "We use low doses.",
        "Nearly 3 of 4 patients felt better.",
        "40% had relief.",
        "Relief for up to 100 days.",
        "Relief lasts three months.",
        "You qualify for treatment.",
        "No warning signs found.",
        "Your last hope.",
        "Book before relapse.",
        "You need maintenance.",
        "You are being monitored by this screen.",
        "You are OK to drive at 14:00.",
        "Stop taking your blood pressure tablets.",
        "Stress causes your migraines.",
        "It promotes healing.",
    ],
)
def test_each_forbidden_wording_is_named(text):
    assert forbidden_wording(text)


@pytest.mark.parametrize(
    "text",
    [
        "Ketamine is approved by the FDA as an anaesthetic, not for migraine.",
        "Spaciness was felt in 299 of 490 infusions.",
        "Do not stop your blood pressure medicine unless we tell you.",
        "Do not drive before Tue 14:40 and a night's sleep.",
        "In 61 hospital patients treated over five days, uncontrolled, about 40 % were better at later visits.",
        "We look at the diary of the last three months.",
    ],
)
def test_plain_truthful_sentences_pass(text):
    assert forbidden_wording(text) == []
