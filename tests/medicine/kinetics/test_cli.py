"""The kinetics commands: stable input, stable output, refusals on stderr with status 1."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from clearhead.medicine.errors import Refused, WrongFile
from clearhead.medicine.kinetics.cli import main
from clearhead.medicine.kinetics.dose_list import read_doses

TEN_MG = [{"start_min": 0, "duration_min": 30, "mg": 10}]
PERSON = ["--weight-kg", "68", "--age-years", "30"]


@pytest.fixture
def doses(tmp_path: Path) -> str:
    path = tmp_path / "doses.json"
    path.write_text(json.dumps(TEN_MG), encoding="utf-8")
    return str(path)


def test_simulate_gives_one_list_per_analyte_in_the_order_of_the_times(doses: str, capsys) -> None:
    status = main(["simulate", "--model", "otto-2021", *PERSON, "--doses", doses, "--at", "120,30", "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert status == 0
    assert answer["model"] == "otto-2021"
    assert answer["version"] == 1
    assert answer["units"]["level"] == "ng/mL"
    assert answer["warnings"] == []
    assert answer["at_min"] == [120.0, 30.0]
    assert [round(v, 1) for v in answer["analytes"]["S-ketamine"]] == [15.4, 50.9]
    assert [round(v, 1) for v in answer["analytes"]["S-norketamine"]] == [20.5, 11.8]


def test_simulate_reads_doses_from_the_input_and_prints_a_table(monkeypatch, capsys) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(TEN_MG)))

    assert main(["simulate", "--model", "kamp-2020", "--weight-kg", "70", "--doses", "-", "--at", "30"]) == 0

    printed = capsys.readouterr().out
    assert "Kamp 2020 (arterial), ng/mL" in printed
    assert "! Kamp 2020: age not given" in printed


def test_a_racemic_dose_in_a_model_of_s_ketamine_is_named_for_what_it_is(doses: str, capsys) -> None:
    main(["simulate", "--model", "otto", *PERSON, "--drug", "racemic", "--doses", doses, "--at", "30", "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert "ketamine (R+S)" in answer["analytes"]
    assert "as one drug" in answer["warnings"][0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "kamp", "--weight-kg", "300"], "40.0 to 150.0 kg"),
        (["--model", "kamp"], "Weight is missing"),
        (["--model", "nobody", "--weight-kg", "70"], "kamp-2020"),
        (["--model", "flint", "--weight-kg", "20", "--age-years", "8", "--drug", "racemic"], "cannot run racemic"),
        (["--model", "perez", "--weight-kg", "70"], "Age is missing"),
    ],
)
def test_what_a_model_cannot_answer_is_refused_with_status_1(
    arguments: list[str], said: str, doses: str, capsys
) -> None:
    assert main(["simulate", *arguments, "--doses", doses, "--at", "30"]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", ["population", "target", "compare"])
@pytest.mark.parametrize("n", ["0", "-5"])
def test_a_number_of_people_that_makes_no_sense_is_refused_with_status_1(command, n, doses, tmp_path, capsys) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({"label": "one", "assumption": "none", "doses": TEN_MG}))
    limits = ["--level", "50", "--ceiling", "90", "--max-rate", "40", "--max-total-mg", "99"]
    told = {
        "population": ["--model", "kamp", *PERSON, "--doses", doses, "--at", "30"],
        "target": ["--model", "kamp", *PERSON, *limits],
        "compare": [str(plan)],
    }

    assert main([command, *told[command], "--n", n]) == 1
    assert "number of virtual patients" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'[{"start_min": 0, "mg": 3, "mg": 5}]', "names mg more than once"),
        (b"[", "does not read as JSON"),
        (b"\xff\xfe", "does not read as JSON"),
        (None, "cannot be read (no such file or directory)"),
    ],
    ids=["a key twice", "broken", "not text", "absent"],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(text, said, tmp_path, capsys) -> None:
    path = tmp_path / "doses.json"
    if text is not None:
        path.write_bytes(text)

    assert main(["simulate", "--model", "kamp", *PERSON, "--doses", str(path), "--at", "30"]) == 1
    assert said in capsys.readouterr().err


def test_an_answer_says_when_nobody_stated_the_drug_form(doses: str, capsys) -> None:
    asked = ["simulate", "--model", "otto", *PERSON, "--doses", doses, "--at", "30"]

    main(asked)
    assert "taken as S ketamine, since the form was not stated" in capsys.readouterr().out
    main([*asked, "--drug", "S", "--json"])
    answer = json.loads(capsys.readouterr().out)
    assert (answer["drug_given"], answer["drug_stated"]) == ("S", True)


@pytest.mark.parametrize(("mg", "warned"), [(306, False), (307, True), (1e9, True)])
def test_more_within_an_hour_than_induces_anaesthesia_is_warned_of(mg, warned, tmp_path, capsys) -> None:
    path = tmp_path / "doses.json"
    path.write_text(json.dumps([{"start_min": 0, "duration_min": 60, "mg": mg}]))

    main(["simulate", "--model", "kamp", *PERSON, "--doses", str(path), "--at", "30", "--json"])

    assert any("check amount and unit" in said for said in json.loads(capsys.readouterr().out)["warnings"]) is warned


def test_too_few_people_leave_an_interval_open(doses: str, capsys) -> None:
    asked = ["population", "--model", "kamp", *PERSON, "--doses", doses, "--at", "30", "--n", "3"]

    main([*asked, "--json"])
    assert json.loads(capsys.readouterr().out)["quantiles_within_95"]["0.05"][0] == [None]
    main(asked)
    assert "too few people were drawn to say" in capsys.readouterr().out


@pytest.mark.parametrize("odd", [{"value": True}, {"vaule": 3}, {"value": -1}, {"value": 3, "below": 2}])
def test_a_measured_level_that_is_none_is_refused(odd, doses, tmp_path, capsys) -> None:
    path = tmp_path / "levels.json"
    path.write_text(json.dumps([{"at_min": 60, **odd}]))

    assert main(["fit", "--model", "kamp", *PERSON, "--doses", doses, "--levels", str(path)]) == 1
    assert capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [[], ["nonsense"], ["simulate"], ["simulate", "--model", "kamp", "--at", "x", "--doses", "-"]]
)
def test_what_is_not_understood_has_status_2(arguments: list[str], capsys) -> None:
    assert main(arguments) == 2
    assert "usage" in capsys.readouterr().err


def test_every_way_of_writing_a_dose_gives_the_same_milligrams() -> None:
    same = [
        {"start_min": 0, "duration_min": 30, "mg": 35}, {"start_min": 0, "duration_min": 30, "mg_per_kg": 0.5},
        {"start_min": 0, "duration_min": 30, "mg_per_h": 70}, {"start_min": 0, "duration_min": 30, "mg_per_kg_h": 1.0},
    ]  # fmt: skip

    assert {read_doses([item], 70.0, "racemic").total_mg for item in same} == {35.0}
    assert read_doses([{"start_min": 5, "mg": 3}], 70.0, "racemic").boluses[0].at_min == 5
    assert read_doses([], 70.0, "S").total_mg == 0


@pytest.mark.parametrize(
    ("item", "key"),
    [
        ({"duration_min": 30, "mg": 1}, "start_min"),
        ({"start_min": 0, "duration_min": 30}, "dose 1"),
        ({"start_min": 0, "mg": 1, "mg_per_kg": 1}, "dose 1"),
        ({"start_min": 0, "mg_per_h": 1}, "duration_min"),
        ({"start_min": -1, "mg": 1}, "start_min"),
        ({"start_min": 0, "mg": "1"}, "mg"),
        ({"start_min": 0, "mg": True}, "mg"),
        ({"start_min": 0, "mg": float("inf")}, "mg"),
        ({"start_min": 0, "mgs": 1}, "mgs"),
        ("10 mg", "dose 1"),
    ],
)
def test_a_dose_that_could_be_misread_is_refused(item: object, key: str) -> None:
    with pytest.raises(WrongFile) as refusal:
        read_doses([item], 70.0, "racemic")
    assert any(key in fault.key for fault in refusal.value.faults)


def test_mixed_drug_forms_and_a_list_that_is_none_are_refused() -> None:
    mixed = [{"start_min": 0, "mg": 1, "drug_form": "S"}, {"start_min": 5, "mg": 1, "drug_form": "racemic"}]

    with pytest.raises(Refused, match="cannot be mixed"):
        read_doses(mixed, 70.0, "racemic")
    with pytest.raises(Refused, match="JSON list"):
        read_doses({"start_min": 0, "mg": 1}, 70.0, "racemic")


def test_models_lists_all_with_site_and_flaws(capsys) -> None:
    assert main(["models"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("flaw:") >= 10
    assert main(["models", "--json"]) == 0
    assert {one["model"] for one in json.loads(capsys.readouterr().out)} >= {"kamp-2020", "otto-2021", "flint-2017"}


def test_population_target_fit_and_validate_answer(doses: str, tmp_path: Path, capsys) -> None:
    who = ["--model", "kamp", *PERSON]
    levels = tmp_path / "levels.json"
    levels.write_text(json.dumps([{"at_min": 40, "value": 60}, {"at_min": 900, "below": 2}]), encoding="utf-8")

    assert main(["population", *who, "--n", "200", "--seed", "1", "--doses", doses, "--at", "30", "--json"]) == 0
    population = json.loads(capsys.readouterr().out)
    assert population["n"] == 200
    assert population["quantiles"]["0.05"][0] < population["quantiles"]["0.95"][0]
    target = ["--level", "100", "--ceiling", "200", "--max-rate", "60", "--max-total-mg", "200"]
    assert main(["target", *who, *target]) == 0
    assert "never a pump command" in capsys.readouterr().out
    assert main(["fit", *who, "--doses", doses, "--levels", str(levels), "--at", "60"]) == 0
    assert "Research use" in capsys.readouterr().out
    assert main(["validate"]) == 0
    assert "kamp-2020 on 8 arterial levels" in capsys.readouterr().out


def test_a_score_of_effect_is_refused_by_fit(doses: str, tmp_path: Path, capsys) -> None:
    levels = tmp_path / "levels.json"
    levels.write_text(json.dumps([{"at_min": 40, "analyte": "CADSS", "value": 20}]), encoding="utf-8")

    assert main(["fit", "--model", "kamp", *PERSON, "--doses", doses, "--levels", str(levels)]) == 1
    assert "A score of effect is not a level" in capsys.readouterr().err


def test_importing_the_commands_imports_neither_scipy_nor_numba() -> None:
    import subprocess
    import sys

    heavy = "[m for m in ('scipy', 'numba', 'dask') if m in sys.modules]"
    code = f"import sys, clearhead.medicine.kinetics.cli; print({heavy})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
