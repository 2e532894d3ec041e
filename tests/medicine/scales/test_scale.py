"""Questionnaires: licence, scoring, cut-offs, triggers."""

from __future__ import annotations

import pytest

from clearhead.medicine.errors import Missing, OutOfRange, WrongFile
from clearhead.medicine.scales.scale import read, scale, score, shipped_scales, triggers_of


@pytest.mark.parametrize("name", shipped_scales())
def test_each_shipped_scale_names_source_and_licence(name):
    assert scale(name).source
    assert scale(name).licence


def test_a_scale_whose_licence_is_not_confirmed_ships_no_item_text():
    assert scale("midas").items == ()
    assert score(scale("midas"), [5, 5, 5, 3, 3]).band == "grade IV, severe disability"


@pytest.mark.parametrize(
    ("total", "band"),
    [
        (4, "minimal"),
        (5, "mild"),
        (9, "mild"),
        (10, "moderate"),
        (15, "moderately severe"),
        (20, "severe"),
        (27, "severe"),
    ],
)
def test_phq9_cut_offs_of_kroenke_2001(total, band):
    answers = [3] * (total // 3) + [total % 3] + [0] * 9

    assert score(scale("phq9"), answers[:9]).band == band


@pytest.mark.hazard("H-40")
@pytest.mark.parametrize("answer", [1, 2, 3])
def test_h40_any_answer_to_item_9_triggers_whatever_the_sum_and_on_a_half_filled_form(answer):
    assert [t.id for t in score(scale("phq9"), [0] * 8 + [answer]).triggers] == ["self_harm_thoughts"]
    assert [t.id for t in triggers_of(scale("phq9"), [None] * 8 + [answer])] == ["self_harm_thoughts"]
    assert score(scale("phq9"), [0] * 9).triggers == ()


def test_an_unanswered_item_is_not_a_zero():
    with pytest.raises(Missing, match="item 3"):
        score(scale("phq9"), [0, 0, None, 0, 0, 0, 0, 0, 0])


def test_an_answer_off_the_scale_is_refused():
    with pytest.raises(OutOfRange, match="4 points is outside 0 to 3"):
        score(scale("gad7"), [4, 0, 0, 0, 0, 0, 0])


def test_item_text_without_a_licence_is_refused_on_loading():
    head = 'id="x"\ntitle="x"\nrecall="x"\nsource="x"\nlicence="none"\n'
    text = head + 'items_shipped=false\nnumber_of_items=1\nitems=["text"]\nbands=[{from=0,word="x"}]'

    with pytest.raises(WrongFile, match="licence note does not allow it"):
        read(text, name="x.toml")
