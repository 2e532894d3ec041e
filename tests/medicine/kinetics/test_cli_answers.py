"""What the kinetics commands refuse, warn of and say beside the numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from clearhead.medicine.errors import Refused, WrongFile
from clearhead.medicine.kinetics.cli import main
from clearhead.medicine.kinetics.dose_list import read_doses

PERSON = ["--model", "kamp", "--weight-kg", "68", "--age-years", "30"]
TARGET = ["--level", "50", "--ceiling", "90", "--max-rate", "40", "--max-total-mg", "99"]


def _file(tmp_path: Path, content: object) -> str:
    path = tmp_path / "file.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)


@pytest.fixture
def doses(tmp_path: Path) -> str:
    return _file(tmp_path, [{"start_min": 0, "duration_min": 30, "mg_per_kg": 0.2}])


@pytest.fixture
def plan(tmp_path: Path) -> str:
    path = tmp_path / "plan.json"
    doses = [{"start_min": 0, "duration_min": 30, "mg": 10}]
    path.write_text(json.dumps({"label": "one", "assumption": "none", "doses": doses}), encoding="utf-8")
    return str(path)


def _json(capsys: pytest.CaptureFixture[str], arguments: list[str]) -> dict[str, Any]:
    assert main([*arguments, "--json"]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


@pytest.mark.parametrize("command", ["population", "target", "compare"])
def test_a_negative_seed_is_refused_in_a_sentence(command: str, doses: str, plan: str, capsys) -> None:
    told = {
        "population": [*PERSON, "--doses", doses, "--at", "30", "--n", "5"],
        "target": [*PERSON, *TARGET],
        "compare": [plan, "--n", "5"],
    }

    assert main([command, *told[command], "--seed", "-1"]) == 1
    assert "A seed is a whole number of at least 0, and -1 is none" in capsys.readouterr().err


@pytest.mark.parametrize("weight", ["nan", "inf", "-70", "0"])
def test_compare_refuses_a_weight_that_is_none_with_the_range(weight: str, plan: str, capsys) -> None:
    assert main(["compare", plan, f"--weight-kg={weight}"]) == 1
    assert "40.0 to 150.0 kg, the range covered by Kamp 2020" in capsys.readouterr().err


def test_compare_with_named_protocols_refuses_a_weight_that_is_none(capsys) -> None:
    from clearhead.medicine.protocols import kinetics_cli

    assert kinetics_cli.main(["compare", "--weight-kg", "nan"]) == 1
    assert "weight of nan kg is outside 40.0 to 150.0 kg" in capsys.readouterr().err


@pytest.mark.parametrize("form", [["S"], "T", 3, None, {}])
def test_a_drug_form_that_is_none_is_refused_in_doses_and_in_a_plan(form: object, tmp_path: Path, capsys) -> None:
    one = {"start_min": 0, "mg": 5, "drug_form": form}

    assert main(["simulate", *PERSON, "--at", "30", "--doses", _file(tmp_path, [one])]) == 1
    assert "dose 1.drug_form" in capsys.readouterr().err
    assert main(["compare", _file(tmp_path, {"label": "a", "assumption": "b", "doses": [one]})]) == 1
    assert "dose 1.drug_form" in capsys.readouterr().err
    if form:
        plan = {"label": "a", "assumption": "b", "drug_form": form, "doses": [{"start_min": 0, "mg": 5}]}
        assert main(["compare", _file(tmp_path, plan)]) == 1
        assert "does not read as one of racemic, S, R" in capsys.readouterr().err


@pytest.mark.parametrize("odd", [None, 3, "", ["a"]])
@pytest.mark.parametrize("key", ["label", "assumption"])
def test_a_plan_without_words_for_itself_is_refused(key: str, odd: object, tmp_path: Path, capsys) -> None:
    plan = {"label": "a", "assumption": "b", "doses": [{"start_min": 0, "mg": 5}], key: odd}

    assert main(["compare", _file(tmp_path, plan)]) == 1
    assert "does not read as a dose plan {label, assumption, doses}" in capsys.readouterr().err


@pytest.mark.parametrize("key", ["mg", "mg_per_kg", "start_min", "duration_min"])
def test_an_amount_or_a_time_too_large_to_mean_anything_is_refused(key: str) -> None:
    dose = {"start_min": 0, "duration_min": 30, **({} if key == "mg_per_kg" else {"mg": 1}), key: 1e308}

    with pytest.raises(WrongFile, match=rf"dose 1\.{key}: found 1e\+308, expected at most"):
        read_doses([dose], 70.0, "racemic")


@pytest.mark.parametrize(
    ("key", "odd"),
    [
        ("start_min", 10**400),
        ("duration_min", 10**400),
        ("mg", 10**400),
        ("start_min", 5e-324),
        ("duration_min", 5e-324),
    ],
    ids=["far off", "for ever", "endless", "at once", "next to nothing"],
)
def test_numbers_that_no_pump_and_no_computer_can_take_are_told_in_words(key, odd, tmp_path: Path, capsys) -> None:
    one = {"start_min": 0, "duration_min": 30, "mg": 1, key: odd}
    asked = ["population", *PERSON, "--at", "30", "--n", "5", "--doses", _file(tmp_path, [one])]

    assert main(asked) == 1
    assert f"dose 1.{key}: found" in capsys.readouterr().err


def test_a_measured_level_of_400_digits_is_refused_in_a_sentence(doses: str, tmp_path: Path, capsys) -> None:
    levels = tmp_path / "levels.json"
    levels.write_text(json.dumps([{"at_min": 60, "value": 10**400}]))

    assert main(["fit", *PERSON, "--doses", doses, "--levels", str(levels)]) == 1
    assert "is not a number of at least 0" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore:overflow")
def test_no_answer_holds_an_infinite_number(tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr("clearhead.medicine.kinetics.dose_list.MOST", 1e308)
    asked = ["simulate", *PERSON, "--at", "30", "--doses", _file(tmp_path, [{"start_min": 0, "mg": 1e308}])]

    for more in ([], ["--json"]):
        assert main([*asked, *more]) == 1
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "amounts or times are too large" in captured.err


@pytest.mark.parametrize("above", ["0", "-5", "nan", "inf", "50,0"])
def test_population_refuses_a_level_that_nobody_can_be_above(above: str, doses: str, capsys) -> None:
    assert main(["population", *PERSON, "--doses", doses, "--at", "30", "--n", "5", f"--above={above}"]) == 1
    assert "finite and lie above 0 ng/mL" in capsys.readouterr().err


def test_population_says_until_when_time_above_a_level_is_counted(doses: str, capsys) -> None:
    asked = ["population", *PERSON, "--doses", doses, "--at", "30", "--n", "20"]

    assert _json(capsys, asked)["counted_until_min"] == 30 + 24 * 60
    main(asked)
    assert "counted until 1470 min, 24 h after the last dose, and not beyond" in capsys.readouterr().out


def test_a_list_where_only_some_doses_name_their_form_is_refused(tmp_path: Path, capsys) -> None:
    some = [{"start_min": 0, "mg": 1}, {"start_min": 5, "mg": 1, "drug_form": "S"}, {"start_min": 9, "mg": 1}]

    with pytest.raises(Refused, match="Only some doses name their drug form; dose 1, dose 3 do not"):
        read_doses(some, 70.0, "S")
    for more in ([], ["--drug", "S"]):
        assert main(["simulate", *PERSON, "--at", "30", "--doses", _file(tmp_path, some), *more]) == 1
        assert "Name it for every dose, or for none" in capsys.readouterr().err


def test_fit_warns_of_the_amount_and_says_nothing_twice(tmp_path: Path, capsys) -> None:
    doses, levels = tmp_path / "doses.json", tmp_path / "levels.json"
    doses.write_text(json.dumps([{"start_min": 0, "duration_min": 30, "mg": 500}]))
    levels.write_text(json.dumps([{"at_min": 60, "value": 900}]))
    person = ["--model", "domino", "--weight-kg", "68"]

    warnings = _json(capsys, ["fit", *person, "--doses", str(doses), "--levels", str(levels)])["warnings"]

    assert any("check amount and unit" in one for one in warnings)
    assert any("age not given" in one for one in warnings)
    assert len(warnings) == len(set(warnings))


def test_compare_warns_of_an_amount_that_no_label_names(tmp_path: Path, capsys) -> None:
    doses = [{"start_min": 0, "duration_min": 30, "mg": 500}]

    assert main(["compare", _file(tmp_path, {"label": "a", "assumption": "b", "doses": doses}), "--n", "20"]) == 0
    assert "check amount and unit" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["simulate", "population", "target", "fit"])
def test_a_sex_that_no_model_uses_is_said_to_be_unused(command: str, doses: str, tmp_path: Path, capsys) -> None:
    levels = tmp_path / "levels.json"
    levels.write_text(json.dumps([{"at_min": 60, "value": 20}]))
    asked = {
        "simulate": ["--doses", doses, "--at", "30"],
        "population": ["--doses", doses, "--at", "30", "--n", "20"],
        "target": TARGET,
        "fit": ["--doses", doses, "--levels", str(levels)],
    }[command]

    said = "sex given; no model here uses it."
    assert said in _json(capsys, [command, *PERSON, *asked, "--sex", "female"])["warnings"]
    assert said not in _json(capsys, [command, *PERSON, *asked])["warnings"]


def test_compare_asks_for_the_folder_of_its_figure_before_it_computes(plan: str, tmp_path: Path, capsys) -> None:
    missing = tmp_path / "nowhere" / "x.svg"

    assert main(["compare", plan, "--svg", str(missing)]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"“{missing.parent}” is not there, so “x.svg” cannot be written" in captured.err
    assert main(["compare", plan, "--svg", str(tmp_path)]) == 1
    assert "is a folder. Name a file in it" in capsys.readouterr().err


def test_simulate_and_models_say_where_a_sampling_site_is_assumed(doses: str, capsys) -> None:
    person = ["--weight-kg", "68", "--age-years", "30", "--doses", doses, "--at", "30"]

    main(["simulate", "--model", "domino", *person])
    printed = capsys.readouterr().out
    assert "Domino 1984 (arterial, assumed), ng/mL" in printed
    assert "! Domino 1984: the sampling site was not read in the paper" in printed
    answer = _json(capsys, ["simulate", "--model", "domino", *person])
    assert (answer["sampling_site"], answer["sampling_site_basis"]) == ("arterial", "assumption")
    main(["models"])
    assert capsys.readouterr().out.count("site assumed, not read in the paper") == 5


def test_population_prints_the_warnings_of_every_model_of_the_middle_layer(tmp_path: Path, capsys) -> None:
    days = _file(tmp_path, [{"start_min": 0, "duration_min": 7200, "mg_per_kg_h": 0.1}])
    asked = ["population", *PERSON, "--doses", days, "--at", "7200", "--n", "20"]

    main(asked)
    printed = capsys.readouterr().out
    assert "! Clements 1981: 120 h is longer than the 1 h of infusion" in printed
    assert printed.count("! Kamp 2020: 120 h is longer") == 1
    assert "clements-1981 (venous), domino-1984 (arterial, assumed)" in printed


def test_population_draws_people_who_differ_in_weight_and_age(doses: str, capsys) -> None:
    asked = ["population", *PERSON, "--doses", doses, "--at", "30", "--n", "300"]
    spread = ["--weight-sd-kg", "12", "--age-sd-years", "5", "--weight-limits-kg", "50,100"]

    answer, alike = _json(capsys, [*asked, *spread]), _json(capsys, asked)

    assert answer["cohort"]["weight_limits_kg"] == [50.0, 100.0]
    assert answer["quantiles"]["0.95"][0] > alike["quantiles"]["0.95"][0]
    assert any("same milligrams: doses per kg are those of 68 kg" in one for one in answer["warnings"])
    assert "cohort" not in alike


@pytest.mark.parametrize(
    ("model", "arguments", "said"),
    [
        (
            "simons",
            ["--age-years", "30", "--weight-sd-kg", "10"],
            "lowest weight of the cohort of 45.0 kg is outside",
        ),
        ("kamp", ["--weight-sd-kg", "10"], "Age is missing"),
        ("kamp", ["--age-years", "30", "--weight-limits-kg", "50,90"], "Spread is missing"),
        ("kamp", ["--age-years", "30", "--weight-sd-kg", "-1"], "a spread of at least 0"),
        ("kamp", ["--age-years", "30", "--weight-sd-kg", "9", "--weight-limits-kg", "80,90"], "within its limits"),
    ],
)
def test_a_cohort_outside_the_model_or_without_sense_is_refused(model, arguments, said, doses, capsys) -> None:
    assert main(["population", "--model", model, "--weight-kg", "70", *arguments, "--doses", doses, "--at", "30"]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("limits", ["50", "90,50", "a,b", "nan,90"])
def test_limits_that_are_none_are_not_understood(limits: str, doses: str, capsys) -> None:
    asked = ["population", *PERSON, "--weight-sd-kg", "9", "--doses", doses, "--at", "30"]

    assert main([*asked, "--weight-limits-kg", limits]) == 2
    assert "usage" in capsys.readouterr().err


def test_models_lists_the_effects_with_their_status(capsys) -> None:
    main(["models"])
    printed = capsys.readouterr().out
    assert "drug-high  (published)" in printed
    assert "half of the effect at 71 ng/mL" in printed
    assert "lowest-measurable  (convention)" in printed
    assert main(["models", "--json"]) == 0
    models = {one["model"]: one for one in json.loads(capsys.readouterr().out)}
    effects = {one["id"]: one for one in models["kamp-2020"]["effects"]}
    assert effects["dissociation"]["range_ng_per_ml"] == [100.0, 250.0]
    assert effects["drug-high"]["status"] == "published"
    assert effects["drug-high"]["doi"] == "10.3389/fpain.2022.946487"
    assert {one["drug"] for one in models["flint-2017"]["effects"]} == {"S"}


def test_the_validation_table_says_which_models_only_assume_their_site() -> None:
    from clearhead.medicine.kinetics.validate import table

    lines = table().splitlines()

    for line in (one for one in lines if one.startswith(("domino-1984", "hijazi-2003"))):
        assert "(its site, arterial, is assumed)" in line
    assert not any("assumed" in one for one in lines if one.startswith(("kamp-2020", "otto-2021", "simons-2022")))
    assert any(one.startswith("hornik-2018") and "venous, assumed" in one for one in lines)
