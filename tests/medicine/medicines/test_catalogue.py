"""What a person types becomes the medicine meant, or "not checked". It never becomes another medicine."""

from __future__ import annotations

import pytest

from clearhead.medicine.errors import WrongFile
from clearhead.medicine.headache.diary import AcuteClass
from clearhead.medicine.headache.overuse import THRESHOLD_DAYS
from clearhead.medicine.headache.refractory import PreventiveClass
from clearhead.medicine.medicines.catalogue import FILE, catalogue, find, get, named_in, read, suggest
from clearhead.medicine.protocols.loader import shipped, shipped_ids


@pytest.mark.parametrize(
    ("typed", "id"),
    [
        ("sumatriptan", "sumatriptan"),
        ("Imitrex 100 mg tablet", "sumatriptan"),
        ("topamax 25mg twice daily", "topiramate"),
        ("Tylenol", "paracetamol"),
        ("Tylenol PM", "paracetamol-diphenhydramine"),
        ("Tylenol #4", "codeine-paracetamol"),
        ("sumatriptan and naproxen", "sumatriptan-naproxen"),
        ("Excedrin Migraine", "aspirin-paracetamol-caffeine"),
        ("St. John’s Wort", "st-johns-wort"),
        ("vitamin B2 400 mg", "riboflavin"),
        ("DHE 45", "dihydroergotamine"),
        ("Ozempic pen weekly", "semaglutide"),
        ("propranolol ER 80 mg at bedtime", "propranolol"),
    ],
)
def test_a_name_or_brand_with_its_dose_is_found(typed, id):
    assert find(typed).id == id


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "100 mg",
        "the white pill",
        "sumatripan",  # a misspelling is offered for choice, never taken
        "sumatriptan, ibuprofen",  # two medicines in one box
        "Aleve-D",
        "Sudafed Pressure + Pain",
        "Advil PM",
        "not sumatriptan",
    ],
)
def test_what_is_not_surely_one_medicine_is_not_checked(typed):
    assert find(typed) is None


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("Midazolam 2 mg for seizure", ["midazolam"]),
        ("2mg Versed, then Anexate0.2", ["midazolam", "flumazenil"]),
        ("Suboxone at home", ["buprenorphine-naloxone"]),
        ("Jaw thrust, oxygen 10 L", []),
    ],
)
def test_a_line_of_free_text_names_every_medicine_in_it(line, ids):
    assert [one.id for one in named_in(line)] == ids


def test_a_misspelling_is_offered_for_choice():
    assert [one.id for one in suggest("sumatripan")] == ["sumatriptan"]
    assert "topiramate" in [one.id for one in suggest("topam")]
    assert suggest("") == []


def test_every_name_finds_its_own_medicine():
    for ingredient in catalogue().ingredients.values():
        for name in ingredient.names:
            assert find(name) is ingredient, name


def test_classes_are_those_that_the_diary_and_the_trials_count():
    acute, preventive = {one.value for one in AcuteClass}, {one.value for one in PreventiveClass}

    for ingredient in catalogue().ingredients.values():
        assert ingredient.acute_class in acute | {None}, ingredient.id
        assert ingredient.preventive_class in preventive | {None}, ingredient.id
        assert ingredient.role in ("acute", "preventive", "other"), ingredient.id


def test_overuse_thresholds_are_those_of_the_classification():
    by_class = {one.acute_class: one.overuse_days for one in catalogue().ingredients.values() if one.acute_class}

    for acute, days in THRESHOLD_DAYS.items():
        assert by_class[acute.value] == days
    assert by_class["gepant"] is by_class["antiemetic"] is None


@pytest.mark.parametrize("id", shipped_ids())
def test_every_group_that_a_protocol_names_has_a_medicine(id):
    used = {key for one in catalogue().ingredients.values() for key in one.keys}
    protocol = shipped(id)

    assert {rule.key for rule in protocol.assessment.interactions} <= used
    assert {line.medicine_class for line in protocol.preparation.medicine_instructions} - {"other"} <= used


@pytest.mark.parametrize("id", shipped_ids())
def test_every_ordered_medicine_is_in_the_catalogue(id):
    orders = shipped(id).orders

    for order in (*orders.prn_orders, *orders.premedication, *orders.scheduled_adjuncts):
        assert get(order.ingredient) is not None, order.ingredient


def test_groups_follow_the_medicine():
    assert {"triptan", "nsaid"} <= find("Treximet").keys
    assert {"barbiturate", "sedating"} <= find("Fioricet").keys
    assert "xanthine" in find("theophylline").keys
    assert "glucose_lowering" in find("Ozempic").keys
    assert "stimulant" not in find("caffeine").keys


def test_two_codes_that_are_often_mixed_up_are_right():
    assert get("clopidogrel").rxnorm == "32968"
    assert get("lidocaine").rxnorm == "6387"
    codes = [one.rxnorm for one in catalogue().ingredients.values() if one.rxnorm]
    assert len(codes) == len(set(codes))


def test_a_name_of_two_medicines_and_an_unknown_key_are_faults():
    text = FILE.read_text(encoding="utf-8").replace('"Imitrex"', '"Maxalt"').replace('"glp1", "glu', '"glp-1", "glu')

    with pytest.raises(WrongFile) as wrong:
        read(text, name="mine.toml")

    keys = {fault.key for fault in wrong.value.faults}
    assert "triptan.rizatriptan.names" in keys
    assert "glp1.semaglutide.keys" in keys
    assert all(fault.line for fault in wrong.value.faults)
