"""A protocol of small doses with waits, made from a shipped example: no example clinic doses this way."""

from __future__ import annotations

from importlib.resources import files

DOSE = """[dose]
status = "assumption"
mode = "mini_bolus"
bolus = { mg = 10 }
over_min = 10
wait_min = 10
max_boluses = 6
duration = { plan_min = 120, shortest_min = 60, longest_min = 180 }

[caps]
"""


def protocol_text() -> str:
    """Six times 10 mg over 10 minutes, 10 minutes apart."""
    text = files("clearhead.medicine.protocols").joinpath("tried-several.toml").read_text(encoding="utf-8")
    head, rest = text.split("[dose]\n")
    text = head + DOSE + rest.split("[caps]\n")[1]
    for old, new in (
        ('id             = "tried-several"', 'id             = "small-doses"'),
        ('single_bolus      = "none"', "single_bolus      = { mg = 10 }"),
        ('use = "infusion"', 'use = "mini_bolus"'),
        ("session_mg_per_kg = 1.2", "session_mg_per_kg = 1.3"),
        ("day_mg_per_kg     = 1.2", "day_mg_per_kg     = 1.3"),
    ):
        assert old in text, old
        text = text.replace(old, new)
    return text
