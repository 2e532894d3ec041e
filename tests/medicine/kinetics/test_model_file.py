"""What the loaders of models and effects refuse: one row is one edit of a good file and the words of the fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from clearhead.medicine.errors import Refused, WrongFile
from clearhead.medicine.kinetics.effects import EFFECTS, effects
from clearhead.medicine.kinetics.model import MODELS, load_model, read_model

V1 = "V1 = { value = 133.0,"
CL = "CL = { value = 95.2,"
PAIRS = 'covariance = [["V1", "CL", 0.02261], ["VN", "CLN", 0.04456]]'
RESIDUAL = "{ proportional_sd = 0.23609 }"
AGES = 'age_years = { low = 18, high = 75, basis = "assumption" }'

MODEL_ROWS = [
    # numbers that cannot be
    (V1, "V1 = { value = 0.0,", "parameters.V1: found value = 0.0, expected a value above 0: it is a volume"),
    (CL, "CL = { value = -1,", "parameters.CL: found value = -1, expected a finite number of at least 0"),
    (CL, "CL = { value = inf,", "parameters.CL: found value = inf"),
    (CL, "CL = { value = true,", "parameters.CL: found value = True"),
    (
        RESIDUAL,
        "{ proportional_sd = -0.2 }",
        "S-ketamine: found proportional_sd = -0.2, expected a finite number of at",
    ),
    (RESIDUAL, "{ proportional_sd = 0.0 }", "S-ketamine: found no residual above 0"),
    (RESIDUAL, "{ proportional_sd = 0.2, log_sd = 0.2 }", "S-ketamine: found log_sd beside another residual"),
    ("variance = { V1 = 0.084177", "variance = { V1 = inf", "variability.variance.V1: found inf, expected a finite"),
    ("variance = { V1 = 0.084177", "variance = { V1 = -1.0", "variability.variance.V1: found -1.0"),
    (
        "variance = { V1 = 0.084177",
        "variance = { V9 = 0.08, V1 = 0.084177",
        "V9: found V9, expected a parameter of this",
    ),
    ("max_hours = 2", 'max_hours = "2"', "people.max_hours: found '2', expected a finite number above 0"),
    ("max_hours = 2", "max_hours = 0", "people.max_hours: found 0"),
    ("version = 1", "version = 1.5", "version: found 1.5, expected a whole number of at least 1"),
    ("mass_ratio = 1.0", "mass_ratio = 0.0", "S-norketamine: found mass_ratio = 0.0"),
    ("fraction = 1.0", "fraction = 1.2", "S-norketamine: found fraction = 1.2, expected a share of 0 to 1"),
    # kinds that are none
    (V1 + ' unit = "L", weight_exponent = 1.0 }', "V1 = 133.0", "parameters.V1: found 133.0, expected a table"),
    (V1 + ' unit = "L", weight_exponent = 1.0 }', V1 + ' unit = "L", weight_exponent = "1" }', "weight_exponent = '1'"),
    (V1 + ' unit = "L", weight_exponent = 1.0 }', V1 + ' unit = "L" }', "parameters.V1: found no weight_exponent"),
    (V1, V1 + " per_kg = true,", "parameters.V1: found both weight_exponent and per_kg"),
    (V1, V1 + " per_year_above = 3,", "parameters.V1: found per_year_above = 3, expected [slope per year, age from"),
    (V1, V1 + " per_year_above = [-9.0, 20],", "expected a value of at least 0 at 75 years too"),
    (V1, V1 + ' shared_with = "V9",', "parameters.V1: found shared_with = 'V9', expected another parameter"),
    (V1, V1 + ' shared_with = "CL",', "variability.variance.V1: found 0.084177, expected none: it shares"),
    (AGES, "age_years = 5", "people.age_years: found 5, expected a table"),
    (AGES, AGES.replace("18", "76"), "people.age_years: found 76 to 75, expected low < high"),
    (AGES, AGES.replace("low = 18, ", ""), "people.age_years: found no low"),
    (
        'peripherals = [["VN2", "QN"]]',
        'peripherals = ["VN2"]',
        "S-norketamine: found peripherals = ['VN2'], expected [[",
    ),
    ("[flaws]\nlist = [", "[flaws]\nlist = [3,", "flaws.list: found [3, "),
    ('runs = { S = "fitted"', 'runs = { S = "well"', "runs: found S = 'well'"),
    # keys nobody reads, names that are named twice or nowhere
    (
        "max_hours = 2",
        "max_hours = 2\nmax_days = 1",
        "people.max_days: found an unknown key, expected one of description",
    ),
    (V1, V1 + " drift_per_h = 0.1,", "parameters.V1: found unknown key drift_per_h"),
    (RESIDUAL, "{ proportional_sd = 0.2, drift = 1 }", "S-ketamine: found unknown key drift"),
    ("version = 1", "version = 1\ncolour = 2", "colour: found an unknown key"),
    ('id = "S-norketamine"', 'id = "S-ketamine"', "S-ketamine: found an id that is named twice"),
    ('from = "S-ketamine"', 'from = "K"', "S-norketamine: found from = 'K', expected an analyte named before it"),
    (
        'id = "S-ketamine"\nvolume',
        'id = "S-ketamine"\ndrift_per_h = 0.1\nvolume',
        "nothing: the first analyte is the one",
    ),
    ("fraction = 1.0", "drift_per_h = 0.1", "S-norketamine: found drift_per_h, expected drift in an analyte of one"),
    # covariances that cannot hold together
    (PAIRS, 'covariance = [["V1", "CL", 0.2]]', "at most the product of the two SDs"),
    (PAIRS, 'covariance = [["V1", "Q2", 0.0]]', "found V1, Q2, expected two parameters with variances above 0"),
    (PAIRS, 'covariance = [["V1", "V1", 0.01]]', "expected two different parameters, each pair once"),
    (PAIRS, 'covariance = [["V1", "CL"]]', "variability.covariance: found [['V1', 'CL']]"),
    (
        PAIRS,
        'covariance = [["V1", "CL", 0.046], ["V1", "VN", 0.058], ["CL", "VN", -0.032]]',
        "smallest eigenvalue is not above 0",
    ),
    # where it comes from
    ('doi = "10.1007/s00228-021-03104-1"', 'doi = "x"', "source.doi: found 'x', expected a DOI such as 10."),
    ("[source]\n", '[source]\npmid = "x1"\n', "source.pmid: found 'x1', expected a PubMed number in digits"),
    (
        "[source]\n",
        '[source]\ndoi_of = "somebody else"\n',
        "source: found doi_of without pmid, expected a PubMed number where the DOI is not the paper's own",
    ),
    ('site_basis = "stated"', 'site_basis = "guess"', "site_basis: found 'guess', expected stated or assumption"),
    ('site_basis = "stated"', "", "site_basis: found nothing, expected stated or assumption"),
    ('site = "venous"', 'site = ["venous"]', "site: found ['venous'], expected arterial or venous"),
]


def _edited(original: Path, old: str, new: str, tmp_path: Path) -> Path:
    text = original.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "edited.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return path


@pytest.mark.parametrize(("old", "new", "said"), MODEL_ROWS, ids=[row[2] for row in MODEL_ROWS])
def test_a_model_file_with_one_wrong_thing_is_refused_in_words(old: str, new: str, said: str, tmp_path: Path) -> None:
    path = _edited(MODELS / "otto-2021.toml", old, new, tmp_path)

    with pytest.raises(WrongFile) as refusal:
        read_model(path)

    assert said in str(refusal.value)


def test_a_missing_part_does_not_hide_the_faults_of_the_others(tmp_path: Path) -> None:
    path = _edited(MODELS / "otto-2021.toml", 'label = "Otto 2021"\n', "", tmp_path)
    path = _edited(path, CL, "CL = { value = -1,", tmp_path)
    path = _edited(path, 'id = "S-norketamine"', 'id = "S-ketamine"', tmp_path)

    with pytest.raises(WrongFile) as refusal:
        read_model(path)

    assert [fault.key for fault in refusal.value.faults] == ["label", "parameters.CL", "S-ketamine"]


def test_a_metabolite_of_a_drifting_analyte_is_refused(tmp_path: Path) -> None:
    more = '[[analyte]]\nid = "N2"\nfrom = "S-norketamine"\nvolume = "VN"\nclearance = "CLN"\n'
    more += "residual = { log_sd = 0.4 }\n\n[variability]"
    path = _edited(MODELS / "flint-2017.toml", "[variability]", more, tmp_path)

    with pytest.raises(WrongFile, match="N2: found from = 'S-norketamine', expected an analyte without drift_per_h"):
        read_model(path)


def test_the_shipped_files_still_mean_what_they_did() -> None:
    otto, flint = load_model("otto"), load_model("flint")

    assert otto.parameters["CL"].value == 95.2
    assert otto.covariance == (("V1", "CL", 0.02261), ("VN", "CLN", 0.04456))
    assert flint.analyte("S-norketamine").drift_per_h == 0.0087


EFFECT_ROWS = [
    ('id = "drug-high"\n', "", "effect 1: found no id, expected a text"),
    ('drug = "S"', 'drug = "T"', "drug-high: found drug = 'T', expected racemic, S or R"),
    (
        "c50_ng_per_ml = 71.0",
        "c50_ng_per_ml = -71.0",
        "drug-high: found c50_ng_per_ml = -71.0, expected a finite number",
    ),
    ("c50_ng_per_ml = 71.0", 'c50_ng_per_ml = "71"', "drug-high: found c50_ng_per_ml = '71'"),
    ("c50_ng_per_ml = 71.0\n", "", "drug-high: found both or neither of C50 and range"),
    ("c50_cv = 0.4\n", "", "drug-high: found one of c50_cv and c50_cv_status without the other"),
    ("c50_cv = 0.4\n", "c50_vc = 0.4\n", "drug-high: found unknown key c50_vc"),
    ("equilibration_half_life_min = 0.0", "equilibration_half_life_min = -1", "equilibration_half_life_min = -1"),
    ("equilibration_half_life_min = 0.0\n", "", "drug-high: found no equilibration_half_life_min"),
    (
        "range_ng_per_ml = [70.0, 160.0]",
        "range_ng_per_ml = [160.0, 70.0]",
        "analgesia: found range_ng_per_ml = [160.0,",
    ),
    ("range_ng_per_ml = [70.0, 160.0]", "range_ng_per_ml = [70.0]", "analgesia: found range_ng_per_ml = [70.0]"),
    ('status = "published"', 'status = "true"', "drug-high: found status = 'true', expected published, convention or"),
    ('doi = "10.3389/fpain.2022.946487"', 'doi = "x"', "drug-high: found doi = 'x', expected a DOI"),
    ('doi = "10.3389/fpain.2022.946487"\n', "", "drug-high: found no doi"),
    ('id = "antinociception"', 'id = "drug-high"', "drug-high: found an id that is named twice"),
    ("[[effect]]", "[more]\n[[effect]]", "more: found an unknown key, expected one of effect"),
]


@pytest.mark.parametrize(("old", "new", "said"), EFFECT_ROWS, ids=[row[2] for row in EFFECT_ROWS])
def test_an_effects_file_with_one_wrong_thing_is_refused_in_words(
    old: str, new: str, said: str, tmp_path: Path
) -> None:
    with pytest.raises(WrongFile) as refusal:
        effects(_edited(EFFECTS, old, new, tmp_path))

    assert said in str(refusal.value)


@pytest.mark.parametrize(("text", "said"), [("", "effect: found nothing"), ("effect = 3", "at least one table")])
def test_an_effects_file_without_effects_is_refused(text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(WrongFile, match=said):
        effects(path)


def test_an_effects_file_that_is_not_toml_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text("[[effect", encoding="utf-8")

    with pytest.raises(Refused, match=r"broken\.toml is not TOML"):
        effects(path)


def test_an_effects_file_tells_the_faults_of_every_effect_at_once(tmp_path: Path) -> None:
    path = _edited(EFFECTS, "c50_ng_per_ml = 71.0", "c50_ng_per_ml = nan", tmp_path)
    path = _edited(path, "range_ng_per_ml = [70.0, 160.0]", "", tmp_path)

    with pytest.raises(WrongFile) as refusal:
        effects(path)

    assert [fault.key for fault in refusal.value.faults] == ["drug-high", "analgesia"]
