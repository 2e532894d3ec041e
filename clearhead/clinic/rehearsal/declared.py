"""The gates a protocol declares, so that a rehearsal can say which of them it did not try."""

from __future__ import annotations

from collections.abc import Iterator

from clearhead.clinic.rehearsal.story import StoppedShort, Story
from clearhead.medicine.rules.start import NEVER_OPTIONAL

ALWAYS_MET = {"after_reversal_time"}
"""Criteria that ask for nothing as long as no reversal medicine was given; no protocol here orders one."""

HERE = {"everyone", "if_applicable"}
"""Tests that the made-up patient needs: a first course, and no risk that asks for more."""


def asked_here(story: Story) -> list[str]:
    """The refusing gates of the go list that concern this patient."""
    declared = [gate.fact for gate in story.protocol.start.go_gates if gate.level == "refuse"]
    asked = dict.fromkeys([*declared, *NEVER_OPTIONAL])
    return [fact for fact in asked if fact != "pregnancy_status" or story.patient.sex != "male"]


def declared(story: Story) -> set[str]:
    """Every refusing gate of the protocol, as `question:gate`."""
    return {
        *(f"assessment:{gate}" for gate in _assessment(story)),
        "order:protocol_adopted",
        "consent:questions_answered",
        *(f"start:{fact}" for fact in asked_here(story)),
        *(f"discharge:{gate}" for gate in _discharge(story)),
    }


def _assessment(story: Story) -> Iterator[str]:
    rule = story.protocol.assessment
    yield from ("diagnosis_confirmed", "medicines_confirmed", "allergies_known")
    yield from story.protocol.contact.next_step_gates
    yield from (one.code for one in rule.contraindications if one.level != "inform")
    yield from (f"test_{one.name}" for one in rule.tests if one.level == "refuse" and one.when in HERE)
    if rule.neurology_gate.level == "require":
        yield "neurologist_seen"
    if rule.failed_preventive_classes_min and rule.failed_classes_level == "refuse":
        yield "failed_preventive_classes"


def _discharge(story: Story) -> Iterator[str]:
    required = story.protocol.preparation.escort.required == "required"
    for one in story.protocol.recovery.discharge.criteria:
        if one.id not in ALWAYS_MET and (one.id != "escort_met" or required):
            yield one.id


def all_were_tried(story: Story) -> None:
    """Stop short, naming every declared gate that was never tried alone."""
    if left := sorted(declared(story) - set(story.gates_tried)):
        raise StoppedShort(f"Gates that were declared and never tried: {', '.join(left)}.")
