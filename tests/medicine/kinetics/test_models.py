"""Model files: all of them load, and a wrong one is refused with every fault named."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from clearhead.medicine.errors import Missing, OutOfRange, Refused, WrongFile
from clearhead.medicine.kinetics.doses import DoseHistory, Segment
from clearhead.medicine.kinetics.effects import effects
from clearhead.medicine.kinetics.model import MODELS, load_model, model_ids, read_model
from clearhead.medicine.kinetics.people import Bodies, check_doses, check_person, parameters_of
from clearhead.medicine.kinetics.population import covariance_of
from clearhead.medicine.kinetics.seam import Person

WANTED = {
    "kamp-2020", "otto-2021", "simons-2022", "perez-ruixo-2021", "domino-1984", "clements-1981", "hijazi-2003",
    "herd-anderson-2007", "hornik-2018", "flint-2017",
}  # fmt: skip


def test_the_ten_published_models_are_there() -> None:
    assert set(model_ids()) == WANTED


@pytest.mark.parametrize("model_id", sorted(WANTED))
def test_a_model_names_its_site_its_source_its_flaws_and_what_it_borrows(model_id: str) -> None:
    model = load_model(model_id)

    assert model.site in {"arterial", "venous"}
    assert model.doi
    assert model.citation
    assert model.flaws
    assert model.variance
    np.linalg.cholesky(covariance_of(model)[1])
    if model_id in {"kamp-2020", "domino-1984", "clements-1981", "herd-anderson-2007", "hornik-2018"}:
        assert "Simons 2022" in str(model.variability_borrowed_from)


def test_a_doi_that_is_not_the_papers_own_says_whose_it_is() -> None:
    told = {model_id: load_model(model_id).reference for model_id in WANTED}

    assert told["domino-1984"].startswith("PMID 6488686; doi 10.1007/s10877-024-01240-4 (Navarrete et al.")
    assert told["otto-2021"] == "doi 10.1007/s00228-021-03104-1"
    assert [model_id for model_id, words in told.items() if "(" in words] == ["domino-1984"]


@pytest.mark.parametrize(
    ("model_id", "age_years"), [("domino", 40), ("hijazi", 40), ("hornik", 8), ("herd", 8), ("flint", 8)]
)
def test_a_sampling_site_that_nobody_read_is_labelled_and_warned_of(model_id: str, age_years: float) -> None:
    model = load_model(model_id)

    warnings = check_person(model, Person(30.0 if age_years < 18 else 70.0, age_years))

    assert model.site_basis == "assumption"
    assert any(f"sampling site was not read in the paper; {model.site} is assumed" in one for one in warnings)
    assert model.shown_site == f"{model.site}, assumed"


def test_a_model_that_assumes_its_site_says_so_in_its_flaws_and_the_other_way_round() -> None:
    for model_id in model_ids():
        model = load_model(model_id)
        told = any("sampling site was not read" in flaw for flaw in model.flaws)
        assert told == (model.site_basis == "assumption"), model_id


@pytest.mark.parametrize("name", ["otto-2021", "otto_2021", "Otto2021", "otto"])
def test_a_model_is_found_however_its_id_is_written(name: str) -> None:
    assert load_model(name).id == "otto-2021"


@pytest.mark.parametrize("name", ["h", "nobody-1999", ""])
def test_an_unclear_id_is_refused_with_the_list(name: str) -> None:
    with pytest.raises(Refused, match="kamp-2020"):
        load_model(name)


def test_a_wrong_file_is_refused_with_every_fault_and_its_line(tmp_path: Path) -> None:
    text = (MODELS / "otto-2021.toml").read_text(encoding="utf-8")
    text = text.replace('site = "venous"', 'site = "arm"').replace("value = 95.2", "value = -1")
    text = text.replace('clearance = "CLN"', 'clearance = "V1"').replace("0.04456", "0.4456")
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(WrongFile) as refusal:
        read_model(path)

    keys = [fault.key for fault in refusal.value.faults]
    assert keys == ["site", "parameters.CL", "S-norketamine", "variability.covariance"]
    assert "line 5: site: found 'arm'" in str(refusal.value)


@pytest.mark.parametrize("part", ["site", "drug", "runs", "source", "people", "parameters", "analyte", "flaws"])
def test_a_file_without_a_needed_part_is_refused(part: str, tmp_path: Path) -> None:
    lines = (MODELS / "kamp-2020.toml").read_text(encoding="utf-8").splitlines()
    kept, skipping = [], False
    for line in lines:
        skipping = line.strip("[]") == part if line.startswith("[") else skipping
        if not skipping and not line.startswith(f"{part} ="):
            kept.append(line)
    path = tmp_path / "part.toml"
    path.write_text("\n".join(kept), encoding="utf-8")

    with pytest.raises(WrongFile, match=part):
        read_model(path)


@pytest.mark.hazard("H-35")
def test_a_person_outside_the_published_range_is_refused_with_the_range() -> None:
    with pytest.raises(OutOfRange, match=r"53\.0 to 93\.0 kg, the range covered by Simons 2022"):
        check_person(load_model("simons"), Person(101.0, 30))
    with pytest.raises(OutOfRange, match="18"):
        check_person(load_model("kamp"), Person(40.0, 12))
    with pytest.raises(Missing, match="Age"):
        check_person(load_model("flint"), Person(20.0))


@pytest.mark.hazard("H-35")
def test_an_extrapolation_is_allowed_with_a_warning() -> None:
    warnings = check_person(load_model("otto"), Person(125.0, 60))

    assert any("125 kg lies outside the 46 to 97 kg studied" in warning for warning in warnings)
    assert any("60 years lies outside" in warning for warning in warnings)
    assert any("scale weight differently" in warning for warning in warnings)


@pytest.mark.hazard("H-35")
def test_a_long_infusion_and_another_form_are_warned_about_and_a_form_it_cannot_run_is_refused() -> None:
    otto = load_model("otto")
    long = DoseHistory.of("racemic", segments=[Segment(0, 600, 10.0)])

    warnings = check_doses(otto, long)

    assert any("run as one drug" in warning for warning in warnings)
    assert any("10 h is longer than the 2 h" in warning for warning in warnings)
    with pytest.raises(Refused, match="cannot run R ketamine"):
        check_doses(otto, DoseHistory("R"))
    with pytest.raises(Refused, match="cannot be added"):
        _ = DoseHistory("S") + long


def test_weight_age_and_shared_deviations_act_as_published() -> None:
    otto, perez, simons = load_model("otto"), load_model("perez"), load_model("simons")
    heavy = parameters_of(otto, Bodies.of(Person(140.0, 30)))

    assert heavy["V1"][0] == pytest.approx(266.0)
    assert heavy["CL"][0] == pytest.approx(95.2 * 2**0.75)
    assert heavy["V2"][0] == 187.0
    assert parameters_of(perez, Bodies.of(Person(70.0, 70)))["QH"][0] == pytest.approx(151 - 21.9)
    drawn = parameters_of(simons, Bodies.of(Person(70.0, 30)), {"VK1": np.array([0.1])})
    assert drawn["VN1"] == pytest.approx(drawn["VK1"])


def test_effects_carry_status_and_source_and_none_is_a_target() -> None:
    assert all(one.source and one.flaw and one.status for one in effects())
    assert {one.id for one in effects()} >= {"drug-high", "antinociception", "dissociation"}


def test_an_effect_at_its_own_c50_is_half_of_the_maximum_within_a_wide_band() -> None:
    high = next(one for one in effects() if one.id == "drug-high")

    low, middle, most = high.share_of_maximum(71.0) or (0, 0, 0)

    assert middle == pytest.approx(0.5)
    assert low < 0.36
    assert most > 0.64
    assert next(one for one in effects() if one.id == "dissociation").share_of_maximum(150.0) is None


def test_a_model_is_frozen_and_carries_the_hash_of_its_file() -> None:
    model = load_model("kamp")

    assert len(model.sha256) == 64
    with pytest.raises(AttributeError):
        model.label = "other"  # type: ignore[misc]
    assert replace(model, label="other").sha256 == model.sha256
