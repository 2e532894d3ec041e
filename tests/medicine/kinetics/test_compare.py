"""Plans side by side, in numbers and as one picture; from protocols, and from plain files."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from clearhead.medicine.errors import Missing, Refused
from clearhead.medicine.kinetics.compare import Comparison, DosePlan, compare, table
from clearhead.medicine.kinetics.doses import DoseHistory, Segment
from clearhead.medicine.kinetics.figure import figure_svg, pens
from clearhead.medicine.kinetics.seam import Person
from clearhead.medicine.protocols.dose_plans import dose_plans
from clearhead.medicine.protocols.kinetics_cli import main
from clearhead.medicine.protocols.loader import shipped_ids

PETRA = Person(70.0, 40)


def evenly(label: str, minutes: float, mg: float, group: str) -> DosePlan:
    doses = DoseHistory.of("racemic", segments=[Segment(0, minutes, mg / minutes * 60)])
    return DosePlan(label, doses, f"Assumed dose: {mg:g} mg.", group, "40 to 60 minutes")


@pytest.fixture(scope="module")
def compared() -> Comparison:
    return compare(
        [evenly("fast", 40, 35, "Short"), evenly("slow", 180, 35, "Short"), evenly("none", 60, 0.001, "Nil")],
        PETRA,
        n=80,
    )


def test_the_same_dose_over_a_shorter_time_peaks_higher_with_the_same_exposure(compared: Comparison) -> None:
    fast, slow = (row for row in compared.rows if row.model_label == "Kamp 2020" and row.plan.label != "none")

    assert fast.peak[1] > 1.8 * slow.peak[1]
    assert fast.exposure == pytest.approx(slow.exposure, rel=1e-9)
    assert fast.exposure[1] == pytest.approx(1000 * 35 / 84, rel=0.05)
    assert fast.peak_at_min == pytest.approx(40.0)
    assert fast.overshoot > 0.9 > 0.05 > slow.overshoot
    assert fast.mg == slow.mg == pytest.approx(35.0)


def test_the_table_prints_every_assumption_and_warning_once(compared: Comparison) -> None:
    text = table(compared)

    assert text.count("Short: Assumed dose: 35 mg.") == 1
    assert text.count("is run as one drug") == 1
    assert "Kamp 2020 (arterial)" in text
    assert "Otto 2021 (venous)" in text


def test_the_picture_prints_the_assumption_and_holds_no_script_and_no_style(compared: Comparison) -> None:
    svg = figure_svg(compared)
    root = ElementTree.fromstring(svg)

    words = " ".join("".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text"))
    assert "Assumed dose: 35 mg." in words
    assert "No clinic states a dose" in words
    assert "arterial plasma" in words
    assert "venous plasma" in words
    assert "style=" not in svg
    assert "<script" not in svg
    assert not any(key.startswith("on") for element in root.iter() for key in element.attrib)


def test_two_models_of_one_sampling_site_are_drawn_apart() -> None:
    models = ("kamp-2020", "otto-2021", "domino-1984", "simons-2022", "clements-1981")
    found = compare([evenly("fast", 40, 35, "Short")], PETRA, models=models, n=20)

    lines = {
        (element.get("stroke"), element.get("stroke-dasharray"))
        for element in ElementTree.fromstring(figure_svg(found)).iter("{http://www.w3.org/2000/svg}polyline")
        if element.get("stroke-width") == "2"
    }

    assert len(set(pens(found).values())) == len(lines) == len(models)


def test_the_foot_speaks_of_thin_lines_only_where_a_plan_has_more_than_one_run(compared: Comparison) -> None:
    single = compare([evenly("fast", 40, 35, "Short"), evenly("slow", 180, 35, "Long")], PETRA, n=20)

    assert "Thin lines" in figure_svg(compared)
    assert "Thin lines" not in figure_svg(single)
    assert 'stroke-width="0.9"' not in figure_svg(single)


def test_text_from_files_cannot_break_out_of_the_picture() -> None:
    nasty = DosePlan("<script>", evenly("x", 40, 35, "").doses, "</text><script>alert(1)</script>", "<b>", "&")

    svg = figure_svg(compare([nasty], PETRA, n=10))

    ElementTree.fromstring(svg)
    assert "<script" not in svg


def test_nothing_to_compare_and_levels_of_nothing_are_refused() -> None:
    with pytest.raises(Missing):
        compare([], PETRA)
    with pytest.raises(Refused):
        compare([evenly("fast", 40, 35, "Short")], PETRA, watched=(0.0,))


@pytest.mark.parametrize("name", shipped_ids())
def test_every_shipped_protocol_becomes_plans_with_its_stated_durations_and_its_assumption(name: str) -> None:
    plans = dose_plans([name], 70.0)

    assert plans[0].assumption.startswith("Assumed dose: ")
    assert all(plan.doses.drug_form == "racemic" and plan.doses.total_mg > 0 for plan in plans)
    assert len({plan.doses.end_min for plan in plans}) == len(plans)


def test_the_durations_read_as_clinics_word_them() -> None:
    spans = {
        name: dose_plans([name], 70.0)[0].span for name in ("short-total-dose", "neurology-gated", "stepped-series")
    }

    assert spans == {
        "short-total-dose": "40 to 60 minutes", "neurology-gated": "2 to 4 hours", "stepped-series": "3 to 5 hours",
    }  # fmt: skip


def test_the_command_compares_protocols_and_plain_files_and_writes_the_picture(tmp_path: Path, capsys) -> None:
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({
        "label": "Two steps", "assumption": "Invented.",
        "doses": [
            {"start_min": 0, "duration_min": 30, "mg": 10}, {"start_min": 30, "duration_min": 30, "mg_per_kg_h": 0.4},
        ],
    }))  # fmt: skip
    picture = tmp_path / "picture.svg"

    assert main(["compare", "short-total-dose", str(plan), "--n", "30", "--svg", str(picture)]) == 0

    printed = capsys.readouterr().out
    assert "Short total dose, 40 min" in printed
    assert "Two steps" in printed
    ElementTree.fromstring(picture.read_text(encoding="utf-8"))


def test_an_unknown_protocol_is_refused_with_the_list(capsys) -> None:
    assert main(["compare", "nobody"]) == 1
    assert "short-total-dose" in capsys.readouterr().err
