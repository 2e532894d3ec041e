"""Levels measured in people, from eight published studies, against the default models at their own sampling site.

Sources stand beside the numbers in `clearhead/medicine/kinetics/measured_levels.json`.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from clearhead.medicine.kinetics.forecast import ARTERIAL_DEFAULT, VENOUS_DEFAULT
from clearhead.medicine.kinetics.model import model_ids
from clearhead.medicine.kinetics.validate import judged, predictions, scores, studies, table
from clearhead.medicine.kinetics.validation_page import ACCURACY, write_page

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("model_id", [ARTERIAL_DEFAULT, VENOUS_DEFAULT])
def test_a_default_model_misses_by_at_most_a_fifth_in_the_median_and_never_by_a_factor_of_1_7(model_id: str) -> None:
    score, passed = next(pair for pair in judged(predictions()) if pair[0].model_id == model_id)

    assert passed
    assert score.median_absolute_error <= 0.20
    assert score.outside_fold == 0


def test_the_two_sites_differ_as_much_as_published() -> None:
    found = {(p.model_id, p.study.id, p.level.at_min): p.predicted_ng_per_ml for p in predictions()}

    arterial, venous = (found[m, "simons-iv-after50", 20.0] for m in (ARTERIAL_DEFAULT, VENOUS_DEFAULT))

    assert arterial / venous > 1.8


def test_every_model_of_adults_is_judged_and_its_misses_are_shown() -> None:
    judged_models = {score.model_id for score in scores(predictions())}

    assert judged_models >= {
        "kamp-2020",
        "otto-2021",
        "simons-2022",
        "domino-1984",
        "clements-1981",
        "perez-ruixo-2021",
    }
    assert "FAIL" not in table()
    assert all(model_id in table() for model_id in model_ids())
    assert "**misses**" in (DOCS / "validation.md").read_text(encoding="utf-8")


def test_the_page_and_the_pictures_in_the_docs_are_those_of_today(tmp_path: Path) -> None:
    (tmp_path / ACCURACY).parent.mkdir()
    shutil.copy(DOCS / ACCURACY, tmp_path / ACCURACY)

    for written in write_page(tmp_path):
        kept = DOCS / written.relative_to(tmp_path)
        assert written.read_text(encoding="utf-8") == kept.read_text(encoding="utf-8"), kept.name


def test_levels_that_were_not_read_at_their_source_do_not_count() -> None:
    assert all(study.read_at_source for study in studies() if study.counts)
