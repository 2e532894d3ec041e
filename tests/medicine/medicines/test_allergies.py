"""What is written as an allergy holds back what it means: by name, by brand, by family; and nothing else."""

from __future__ import annotations

import pytest

from clearhead.medicine.errors import WrongFile
from clearhead.medicine.medicines.allergies import held_by, ketamine_held_by, meant
from clearhead.medicine.medicines.catalogue import FILE, catalogue, read
from clearhead.medicine.protocols.loader import shipped, shipped_ids

pytestmark = pytest.mark.hazard("H-17")


@pytest.mark.parametrize(
    ("text", "ingredient"),
    [
        ("Zofran", "ondansetron"),
        ("ZOFRAN, anaphylaxis 2019", "ondansetron"),
        ("Ondansetron hydrochloride", "ondansetron"),
        ("ondansetrone", "ondansetron"),
        ("Ondansétron", "ondansetron"),
        ("5-HT3 blockers", "ondansetron"),
        ("setrons", "ondansetron"),
        ("antiemetics", "ondansetron"),
        ("Versed", "midazolam"),
        ("benzodiazepines", "midazolam"),
        ("Benzos", "midazolam"),
        ("labetalol", "labetalol"),
        ("Trandate", "labetalol"),
        ("beta-blockers", "labetalol"),
        ("Decadron", "dexamethasone"),
        ("corticosteroids", "dexamethasone"),
        ("Percocet", "paracetamol"),
        ("codeine", "codeine-paracetamol"),
        ("granisetron", "granisetron"),  # on no list of ours, ordered by a site's own protocol
    ],
)
def test_a_name_a_brand_or_a_family_holds_the_medicine_back(text: str, ingredient: str) -> None:
    assert held_by(ingredient, ("Latex", text)) == text


@pytest.mark.parametrize("text", ["Ketamine", "ketamin", "S-ketamine", "Esketamine", "Ketalar", "Spravato", "NMDA"])
def test_ketamine_is_known_by_each_of_its_names(text: str) -> None:
    assert ketamine_held_by((text,)) == text


@pytest.mark.parametrize(
    "text",
    [
        "", "penicillin, rash", "Latex", "peanuts", "sulfa", "iodine contrast", "shellfish", "adhesive tape",
        "soy and eggs", "chlorhexidine", "lidocaine", "the pain drug at hospital X", "nausea and vomiting",
        "too sleepy, sedation",
    ],
)  # fmt: skip
def test_another_allergy_holds_back_nothing_of_a_protocol(text: str) -> None:
    ordered = {"ketamine"}
    for one in map(shipped, shipped_ids()):
        ordered |= {drug.ingredient for drug in one.orders.prn_orders}
    assert [drug for drug in ordered if held_by(drug, (text,))] == []


def test_what_cannot_be_read_is_left_to_a_person() -> None:
    assert meant("the pain drug at hospital X") == frozenset()


def test_every_ordered_medicine_is_on_the_list_of_names() -> None:
    for one in map(shipped, shipped_ids()):
        assert {drug.ingredient for drug in one.orders.prn_orders} <= set(catalogue().ingredients)


def test_a_family_that_names_nobody_is_a_fault_of_the_file() -> None:
    text = FILE.read_text(encoding="utf-8").replace('members = ["benzodiazepine"]', 'members = ["benzodiazepin"]')
    with pytest.raises(WrongFile, match="benzodiazepin"):
        read(text, name=FILE.name)
