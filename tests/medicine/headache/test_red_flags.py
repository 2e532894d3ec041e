"""SNNOOP10: asked, not asked, present, settled."""

import pytest

from clearhead.medicine.errors import Refused
from clearhead.medicine.headache.red_flags import FLAGS, red_flags

ALL_NO = {flag.id: False for flag in FLAGS}


def test_fifteen_plain_noes_raise_nothing():
    assert red_flags(ALL_NO).raised == ()
    assert len(FLAGS) == 15


def test_a_question_nobody_asked_is_open_not_no():
    answers = {name: answer for name, answer in ALL_NO.items() if name != "thunderclap_onset"}

    assert [raised.flag.id for raised in red_flags(answers).open] == ["thunderclap_onset"]
    assert red_flags(answers).urgent == ()


def test_a_thunderclap_is_urgent_until_a_review_settles_it():
    present = ALL_NO | {"thunderclap_onset": True}

    assert [raised.flag.id for raised in red_flags(present).urgent] == ["thunderclap_onset"]
    settled = red_flags(present, settled={"thunderclap_onset": "CT and lumbar puncture, letter of 2 March 2026"})
    assert settled.open == ()
    assert len(settled.raised) == 1


def test_a_flag_that_does_not_exist_is_refused():
    with pytest.raises(Refused, match="thunder"):
        red_flags({"thunder": True})
