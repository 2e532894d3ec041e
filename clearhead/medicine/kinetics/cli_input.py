"""What `clearhead kinetics` reads: the person, files of doses, levels and plans, each refused in a sentence."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from clearhead.medicine.errors import Missing, Refused, Unreadable
from clearhead.medicine.kinetics.compare import DosePlan
from clearhead.medicine.kinetics.dose_list import FORMS, read_doses, stated_form
from clearhead.medicine.kinetics.doses import DoseHistory, DrugForm
from clearhead.medicine.kinetics.file_shape import is_text
from clearhead.medicine.kinetics.model import Model, load_model
from clearhead.medicine.kinetics.people import check_amount, check_doses, check_person
from clearhead.medicine.kinetics.population import Cohort
from clearhead.medicine.kinetics.seam import Person

Asked = argparse.Namespace
UNUSED_SEX = "sex given; no model here uses it."


def person_of(asked: Asked) -> Person:
    """The person of the options; a weight is never defaulted."""
    if asked.weight_kg is None:
        raise Missing("Weight", "doses and models are per kilogram; give --weight-kg.")
    return Person(asked.weight_kg, asked.age_years, asked.sex)


def numbers(text: str) -> tuple[float, ...]:
    """Numbers between commas."""
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of numbers such as 30,60,180") from error


def limits(text: str) -> tuple[float, ...]:
    """Two numbers, low first."""
    ends = numbers(text)
    if len(ends) != 2 or not ends[0] <= ends[1]:
        raise argparse.ArgumentTypeError(f"{text!r} is not two numbers, low first, such as 50,100")
    return ends


def unused(asked: Asked) -> list[str]:
    """A warning about what was told and changes nothing."""
    return [UNUSED_SEX] if asked.sex else []


def cohort_of(asked: Asked, person: Person) -> Cohort | None:
    """People drawn around the person, where a spread is asked for; what has no spread is the same for all."""
    spreads, cut = (asked.weight_sd_kg, asked.age_sd_years), (asked.weight_limits_kg, asked.age_limits_years)
    if spreads == (None, None):
        if cut != (None, None):
            raise Missing("Spread", "limits need people who differ; give --weight-sd-kg or --age-sd-years.")
        return None
    if person.age_years is None:
        raise Missing("Age", "people drawn at random need a mean age; give --age-years.")
    usual = Cohort(person.weight_kg, asked.weight_sd_kg or 0.0, person.age_years, asked.age_sd_years or 0.0)
    weights = usual.weight_limits_kg if asked.weight_sd_kg else (person.weight_kg, person.weight_kg)
    ages = usual.age_limits_years if asked.age_sd_years else (person.age_years, person.age_years)
    return replace(
        usual,
        weight_limits_kg=asked.weight_limits_kg or weights,
        age_limits_years=asked.age_limits_years or ages,
    )


def check_can_write(name: str) -> None:
    """Before the work and not after it: is there a folder for the file?"""
    path = Path(name)
    if path.is_dir():
        raise Refused(f"“{name}” is a folder. Name a file in it.")
    if not path.parent.is_dir():
        raise Missing("Folder", f"“{path.parent}” is not there, so “{path.name}” cannot be written. Make it first.")
    if not os.access(path.parent, os.W_OK):
        raise Refused(f"“{path.parent}” may not be written to. Choose another folder for “{path.name}”.")


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
    return model, person, doses, [*warnings, *unused(asked)]


def read_plan(name: str, weight_kg: float) -> DosePlan:
    """A dose plan {label, assumption, doses} from a file."""
    item = read_file(name)
    named = isinstance(item, dict) and all(is_text(item.get(key)) for key in ("label", "assumption"))
    if not named or "doses" not in item:
        raise Unreadable("File", name, "a dose plan {label, assumption, doses}")
    form = item.get("drug_form") or stated_form(item["doses"]) or "racemic"
    if form not in FORMS:
        raise Unreadable("Drug form", str(form), f"one of {', '.join(FORMS)} (in {name})")
    doses = read_doses(item["doses"], weight_kg, form)
    return DosePlan(str(item["label"]), doses, str(item["assumption"]), str(item["label"]), str(item.get("span", "")))
