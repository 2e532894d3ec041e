"""The models and the effects as a list to read, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clearhead.medicine.kinetics.effects import Effect
from clearhead.medicine.kinetics.model import Model


def head_of(model: Model, warnings: Sequence[str]) -> dict[str, Any]:
    """What every answer says about its model, for JSON."""
    return {
        "model": model.id, "label": model.label, "version": model.version, "sha256": model.sha256, "drug": model.drug,
        "sampling_site": model.site, "sampling_site_basis": model.site_basis,
        "units": {"level": "ng/mL", "time": "min"}, "warnings": list(warnings),
    }  # fmt: skip


def listed_json(models: Sequence[Model], effects: Sequence[Effect]) -> list[dict[str, Any]]:
    """Every model, each with the effects whose levels are of a drug form that it runs."""
    return [
        head_of(m, ()) | {
            "analytes": [a.id for a in m.analytes], "people": m.people, "doi": m.doi, "doi_of": m.doi_of or None,
            "pmid": m.pmid or None,
            "variability_borrowed_from": m.variability_borrowed_from, "flaws": list(m.flaws),
            "effects": [one.as_dict() for one in effects if one.drug in m.runs],
        } for m in models
    ]  # fmt: skip


def listed_text(models: Sequence[Model], effects: Sequence[Effect]) -> str:
    """Every model, then every effect with its status."""
    told = "effects: levels at which they were seen, to read a curve by; none is a target, none decides a discharge"
    return "\n".join([*map(_model, models), told, *map(_effect, effects)])


def _model(m: Model) -> str:
    borrowed = f"borrowed from {m.variability_borrowed_from}" if m.variability_borrowed_from else "its own"
    lines = [
        f"{m.id}  ({m.label}, version {m.version})",
        f"  {m.drug} ketamine, {m.site} plasma ({_BASIS[m.site_basis]}): {m.summary}",
        f"  analytes: {', '.join(a.id for a in m.analytes)}",
        f"  people: {m.people}",
        f"  covers {m.age_years.low:g}-{m.age_years.high:g} years, {m.weight_kg.low:g}-{m.weight_kg.high:g} kg, "
        f"infusions to {m.max_hours:g} h",
        f"  variability: {borrowed}",
        f"  source: {m.citation}. {m.reference}",
        *(f"  flaw: {flaw}" for flaw in m.flaws),
    ]
    return "\n".join([*lines, ""])


_BASIS = {"stated": "site stated", "assumption": "site assumed, not read in the paper"}


def _effect(one: Effect) -> str:
    lines = [
        f"{one.id}  ({one.status})",
        f"  {one.label}: {one.drug} ketamine, {one.shown_level}; half of the way from plasma in "
        f"{one.equilibration_half_life_min:g} min",
        f"  source: {one.source}. doi {one.doi}",
        f"  flaw: {one.flaw}",
    ]
    return "\n".join([*lines, ""])
