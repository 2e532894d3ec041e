"""A verdict in words: only what there is, and no line that repeats its own title."""

from __future__ import annotations

import pytest

from clearhead.clinic.assessment import told
from clearhead.clinic.web.templatetags.clinic import beyond
from clearhead.medicine.rules.reasons import allowed, missing, refused
from clearhead.medicine.rules.verdict import Verdict


def test_the_summary_counts_what_there_is_and_leaves_out_the_noughts() -> None:
    open_only = Verdict.of("eligibility", [allowed("a", "A", "Yes."), missing("b", "B", "Not asked.", "")])
    with_ground = Verdict.of("eligibility", [refused("c", "C", "Yes.", "")])

    assert told.summary(open_only) == "1 met, 1 waiting for facts. Nothing here forbids treatment."
    assert told.summary(with_ground) == "1 forbidding it."


@pytest.mark.parametrize(
    ("sentence", "shown"),
    [
        ("Walks steadily: not looked at yet.", "Not looked at yet."),
        ("Walks steadily.", ""),
        ("Not yet: Walks steadily.", "Not yet."),
        ("Two sets are asked for.", "Two sets are asked for."),
    ],
)
def test_a_reason_under_its_title_says_only_what_the_title_does_not(sentence: str, shown: str) -> None:
    assert beyond(sentence, "Walks steadily") == shown
