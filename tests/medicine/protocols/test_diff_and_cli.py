"""What changes between two protocols, in words, and the command that tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearhead.medicine.errors import WrongFile
from clearhead.medicine.protocols.check import ALWAYS_RED
from clearhead.medicine.protocols.cli import main
from clearhead.medicine.protocols.diff import differences, every_difference, softer_than_reference
from clearhead.medicine.protocols.loader import SHIPPED, protocol_from, shipped
from clearhead.medicine.protocols.wording import sentences, span

STEPPED = (SHIPPED / "stepped-series.toml").read_text(encoding="utf-8")


def run(*argv: str) -> tuple[int, str]:
    said: list[str] = []
    code = main(argv, said.append)
    return code, "\n".join(said)


def test_a_patient_reads_what_changes_from_one_clinic_to_another():
    said = differences(shipped("short-total-dose"), shipped("stepped-series"))

    assert "last light meal 4 h → 6 h before" in said
    assert "infusion 40 to 60 min → 3 to 5 h" in said
    assert "place a private room → a comfortable chair" in said


def test_the_same_protocol_has_no_differences():
    assert differences(shipped("stepped-series"), shipped("stepped-series")) == []
    assert every_difference(shipped("stepped-series"), shipped("stepped-series")) == []


def test_one_changed_condition_is_one_sentence():
    row = '[assessment]\nfrom   = "reference"\nstatus = "assumption"\ncontraindications = [\n    { code = "epilepsy", '
    row += 'level = "absolute", title = "Epilepsy", clearance = "none", expires_days = "none" },\n]\n'
    new = protocol_from(STEPPED.replace('[assessment]\nfrom   = "reference"\nstatus = "assumption"\n', row), name="x")

    assert differences(shipped("stepped-series"), new) == ["Epilepsy relative → absolute"]


SOFTER = 'rescreen = [{{ code = "{code}", yes = "told" }}]\n'
START = '[start]\nfrom = "reference"\n'


def asking(code: str) -> str:
    return STEPPED.replace(START, START + 'status = "site"\n' + SOFTER.format(code=code))


def test_an_answer_of_the_day_that_waits_no_longer_is_one_sentence_and_said_aloud():
    new = protocol_from(asking("alcohol"), name="x")

    words = "on the day, “Alcohol in the last 24 hours?” yes: waits for the prescriber → is written down"
    assert differences(shipped("stepped-series"), new) == [words]
    assert "start.rescreen.alcohol.yes: told here, red in the reference" in softer_than_reference(new)
    assert not [line for line in softer_than_reference(shipped("stepped-series")) if "rescreen" in line]


@pytest.mark.parametrize("code", ALWAYS_RED)
def test_a_sign_of_danger_is_red_in_every_protocol(code):
    with pytest.raises(WrongFile, match=f"start.rescreen.{code}"):
        protocol_from(asking(code), name="x")


def test_a_question_nobody_could_answer_is_refused():
    with pytest.raises(WrongFile, match="horoscope"):
        protocol_from(asking("horoscope"), name="x")


def test_staff_see_every_value_that_differs():
    new = protocol_from(STEPPED.replace("step_interval_min  = 20", "step_interval_min  = 30"), name="x")

    assert differences(shipped("stepped-series"), new) == []
    assert every_difference(shipped("stepped-series"), new) == ["dose.step_interval_min: 20 → 30"]


def test_a_shorter_fast_than_the_reference_is_said_aloud():
    said = softer_than_reference(shipped("short-total-dose"))

    assert "preparation.fasting.light_meal_h: 4 here, 6 in the reference" in said


def test_spans_read_as_people_say_them():
    assert span(40, 60) == "40 to 60 min"
    assert span(180, 300) == "3 to 5 h"
    assert span(60, 60) == "60 min"
    assert span(2880, 7200) == "2 to 5 days"


def test_no_sentence_shows_a_code_or_an_empty_answer():
    for id in ("stepped-series", "inpatient-titration"):
        for topic, answer in sentences(shipped(id)):
            assert answer.strip(), topic
            assert "_" not in answer, (topic, answer)


def test_check_without_names_checks_everything_shipped():
    code, said = run("check")

    assert code == 0
    assert said.count("no faults") == 8


def test_check_names_every_fault_of_a_file(tmp_path: Path):
    path = tmp_path / "mine.toml"
    path.write_text(STEPPED.replace("observe_min = 60", "observe_min = 61.5"), encoding="utf-8")

    code, said = run("check", str(path))

    assert code == 1
    assert "recovery.observe_min: found 61.5, expected a whole number" in said


def test_show_tells_values_and_where_they_come_from():
    code, said = run("show", "stepped-series", "--all")

    assert code == 0
    assert "infusion: 3 to 5 h" in said
    assert "preparation.fasting.light_meal_h = 6   [consensus: American Society of Anesthesiologists" in said


def test_diff_prints_the_sentences():
    code, said = run("diff", "short-total-dose", "stepped-series")

    assert code == 0
    assert "last light meal 4 h → 6 h before" in said


def test_an_unknown_name_is_answered_with_the_known_ones():
    code, said = run("show", "nothing-here")

    assert code == 1
    assert "stepped-series" in said
