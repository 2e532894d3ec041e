"""What `clearhead kinetics` reads: the person, files of doses, levels and plans, each refused in a sentence."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, cast

from clearhead.medicine.errors import Missing, Refused, Unreadable
from clearhead.medicine.kinetics.compare import DosePlan
from clearhead.medicine.kinetics.dose_list import read_doses, stated_form
from clearhead.medicine.kinetics.doses import DoseHistory, DrugForm
from clearhead.medicine.kinetics.model import Model, load_model
from clearhead.medicine.kinetics.people import check_amount, check_doses, check_person
from clearhead.medicine.kinetics.seam import Person

Asked = argparse.Namespace


def person_of(asked: Asked) -> Person:
    """The person of the options; a weight is never defaulted."""
    if asked.weight_kg is None:
        raise Missing("Weight", "doses and models are per kilogram; give --weight-kg.")
    return Person(asked.weight_kg, asked.age_years, asked.sex)


def read_file(name: str) -> Any:
    """JSON from a file, or from standard input for “-”."""
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8")
        return json.loads(text, object_pairs_hook=_once)
    except OSError as error:
        raise Missing("File", f"“{name}” cannot be read ({(error.strerror or 'no reason given').lower()}).") from error
    except ValueError as error:  # not JSON, or not text
        raise Unreadable("File", name, f"JSON ({error})") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object in which no key stands twice: JSON would silently keep the last."""
    item = dict(pairs)
    if len(item) < len(pairs):
        twice = sorted({key for key, _ in pairs if sum(key == other for other, _ in pairs) > 1})
        raise Refused(f"An object names {', '.join(twice)} more than once.")
    return item


def form_of(asked: Asked, model: Model, stated: DrugForm | None = None) -> DrugForm:
    """What is given: as asked, or as the doses say, or else what the model is about, which the answer then says."""
    asked.drug_stated = bool(asked.drug or stated)
    asked.drug = asked.drug or stated or model.drug
    return cast(DrugForm, asked.drug)


def checked(asked: Asked) -> tuple[Model, Person, DoseHistory, list[str]]:
    """Model, person, doses, and what there is to warn of."""
    model, person = load_model(asked.model), person_of(asked)
    warnings = check_person(model, person)
    items = read_file(asked.doses)
    doses = read_doses(items, asked.weight_kg, form_of(asked, model, stated_form(items)))
    warnings += check_doses(model, doses) + check_amount(doses, asked.weight_kg)
    return model, person, doses, list(warnings)


def read_plan(name: str, weight_kg: float) -> DosePlan:
    """A dose plan {label, assumption, doses} from a file."""
    item = read_file(name)
    if not isinstance(item, dict) or not {"label", "assumption", "doses"} <= item.keys():
        raise Unreadable("File", name, "a dose plan {label, assumption, doses}")
    form = item.get("drug_form", "racemic")
    doses = read_doses(item["doses"], weight_kg, form)
    return DosePlan(str(item["label"]), doses, str(item["assumption"]), str(item["label"]), str(item.get("span", "")))
