"""May this patient be given this medicine, by the recorded allergies? Unknown is not "none"."""

from __future__ import annotations

from collections.abc import Iterable

from clearhead.medicine.medicines.allergies import held_by, ketamine_held_by
from clearhead.medicine.rules.reasons import missing, refused
from clearhead.medicine.rules.verdict import Reason

NOT_KNOWN = "Allergies are not known; unknown is not “none”."


def judge(ingredient: str, allergies: tuple[str, ...] | None, source: str = "") -> Iterable[Reason]:
    """Held back by an allergy, by its name, a brand or its family; open where nobody asked."""
    if allergies is None:
        yield missing("allergies_known", "Allergies", NOT_KNOWN, source)
    elif said := held_by(ingredient, allergies):
        yield refused("allergy", "Allergy", f"An allergy to {ingredient} is recorded: “{said}”.", source)


def to_ketamine(allergies: Iterable[str]) -> Iterable[Reason]:
    """An allergy to ketamine itself, under whatever name."""
    if said := ketamine_held_by(allergies):
        yield refused("ketamine_allergy", "Allergy", f"An allergy to ketamine is recorded: “{said}”.")
