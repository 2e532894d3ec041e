"""From what a person typed to the medicine meant, or to nothing. Nothing means "not checked"; it is never guessed."""

from __future__ import annotations

import difflib
import functools
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from clearhead.medicine.errors import Fault, WrongFile

FILE = Path(__file__).with_name("ingredients.toml")
Role = Literal["acute", "preventive", "other"]
Words = tuple[str, ...]

# What may stand beside a name without changing the medicine: dose, form, salt, release, route, habit. Any other word
# may make it another medicine ("Tylenol PM", "Sudafed Pressure"), so a text that holds one is not matched.
_BESIDE = """
    mg mcg ug g ml iu unit units percent tablet tablets tab tabs capsule capsules cap caps pill pills dose injection
    injectable injector autoinjector pen shot vial patch spray nasal nose oral orally mouth po iv im sc subcutaneous
    sublingual powder packet solution suspension syrup suppository rectal cream gel infusion wafer melt odt mlt
    dissolving disintegrating er xr sr ir la xl dr cr ec extended sustained immediate delayed release hcl hydrochloride
    sodium potassium succinate tartrate maleate benzoate mesylate sulfate sulphate malate besylate bitartrate citrate
    phosphate acetate fumarate hydrobromide mesilate daily once twice thrice times weekly week month monthly every
    hours hour h bid tid qid qd qhs qam prn as needed at bedtime morning evening in the a for half one two three
    generic brand per
"""
BESIDE = frozenset(_BESIDE.split())


@dataclass(frozen=True, slots=True)
class Ingredient:
    """One medicine: what it is, how it counts, and the groups that rules name."""

    id: str
    name: str
    names: tuple[str, ...]
    medicine_class: str
    class_title: str
    role: Role
    acute_class: str | None
    overuse_days: int | None  # days in a month; ICHD-3 8.2
    preventive_class: str | None
    keys: frozenset[str]
    rxnorm: str | None

    @property
    def classes(self) -> tuple[str, ...]:
        """Everything an instruction may name it by: its class and its keys."""
        return (self.medicine_class, *sorted(self.keys - {self.medicine_class}))


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All medicines we know, by id and by the words of their names."""

    version: str
    ingredients: dict[str, Ingredient]
    by_words: dict[Words, Ingredient]
    keys: dict[str, str]
    families: dict[Words, frozenset[str]]
    """The words of a family → the ids of its members."""


def find(text: str) -> Ingredient | None:
    """The one medicine that this text names, or None: then it is not checked, and the screen says so.

    Dose, form and salt may stand beside the name. Two medicines, or a word we do not know, give None.

    >>> find("Imitrex 100 mg tablet").id
    'sumatriptan'
    >>> find("headache powder from the market") is None
    True
    """
    words, names = words_of(text), catalogue().by_words
    found: set[str] = set()
    at = 0
    while at < len(words):
        longest = next((end for end in range(len(words), at, -1) if words[at:end] in names), None)
        if longest is not None:
            found.add(names[words[at:longest]].id)
            at = longest
        elif words[at] in BESIDE or words[at][0].isdigit():
            at += 1
        else:
            return None
    return catalogue().ingredients[found.pop()] if len(found) == 1 else None


def named_in(text: str) -> tuple[Ingredient, ...]:
    """Every medicine that a line of free text names, whatever else stands in it; for what must not be overlooked.

    >>> [one.id for one in named_in("2 mg Versed iv for a seizure, then Anexate")]
    ['midazolam', 'flumazenil']
    """
    apart = re.sub(r"([^\W\d_]{4})(?=\d)", r"\1 ", text)  # “Narcan0.4” too
    words, names = words_of(apart), catalogue().by_words
    found: dict[str, Ingredient] = {}
    at = 0
    while at < len(words):
        longest = next((end for end in range(len(words), at, -1) if words[at:end] in names), None)
        if longest is not None:
            one = names[words[at:longest]]
            found[one.id] = one
        at = longest or at + 1
    return tuple(found.values())


def is_reversal(one: Ingredient) -> bool:
    """Undoes a sedative or an opioid for a while only."""
    return "reversal" in one.keys


def is_sedative(one: Ingredient) -> bool:
    """Makes sleepy when it is given here; the infusion's own drug and what nobody gives at a chair do not count."""
    return "sedating" in one.keys and not one.keys & {"ketamine", "alcohol", "cannabis"}


def suggest(text: str, most: int = 5) -> list[Ingredient]:
    """Medicines with a name like this one, nearest first, for a person to choose from."""
    names = {" ".join(words): ingredient for words, ingredient in catalogue().by_words.items()}
    typed = " ".join(word for word in words_of(text) if word not in BESIDE and not word[0].isdigit())
    begins = sorted(name for name in names if typed and name.startswith(typed))
    near = difflib.get_close_matches(typed, names, n=most * 2, cutoff=0.75) if typed else []
    chosen = {names[name].id: names[name] for name in [*begins, *near]}
    return list(chosen.values())[:most]


def get(id: str) -> Ingredient | None:
    """The medicine with this id."""
    return catalogue().ingredients.get(id)


def words_of(text: str) -> Words:
    """The words of a text: lower case, without accents, apostrophes and joining words."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(mark for mark in plain if not unicodedata.combining(mark) and mark not in "'’®™")
    split = re.findall(r"[a-z]+\d*[a-z]*|\d+(?:\.\d+)?", plain)
    return tuple(word for word in split if word not in ("and", "with"))


@functools.cache
def catalogue() -> Catalogue:
    """The shipped list. Raises WrongFile with every fault."""
    return read(FILE.read_text(encoding="utf-8"), name=FILE.name)


def read(text: str, *, name: str) -> Catalogue:
    """The list in this text. Raises WrongFile with every fault: an unknown key, an id or a name used twice."""
    plain = tomllib.loads(text)
    version, known = str(plain.pop("version")), dict(plain.pop("keys"))
    plain.pop("sources")
    rows = plain.pop("families", {"rows": []})["rows"]
    faults: list[Fault] = []
    ingredients: dict[str, Ingredient] = {}
    by_words: dict[Words, Ingredient] = {}
    for class_id, group in plain.items():
        for row in group["medicines"]:
            one = _ingredient(class_id, group, row)
            where = f"{class_id}.{one.id}"
            if one.id in ingredients:
                faults.append(Fault(_line(text, one.id), where, "the id twice", "once"))
            faults += [
                Fault(_line(text, one.id), f"{where}.keys", key, "a key of [keys]") for key in one.keys - known.keys()
            ]
            ingredients[one.id] = one
            for words in {words_of(given) for given in one.names}:
                if words in by_words:
                    found = f"“{' '.join(words)}”, which is {by_words[words].id}"
                    faults.append(Fault(_line(text, one.id), f"{where}.names", found, "a name of one medicine only"))
                by_words[words] = one
    families: dict[Words, frozenset[str]] = {}
    for row in rows:
        members = {member: _members(member, ingredients) for member in row["members"]}
        faults += [
            Fault(None, f"families.{row['words'][0]}", member, "a medicine, a class or a key of this list")
            for member, found in members.items()
            if not found
        ]
        families |= dict.fromkeys(map(words_of, row["words"]), frozenset().union(*members.values()))
    if faults:
        raise WrongFile(name, faults)
    return Catalogue(version, ingredients, by_words, known, families)


def _members(named: str, ingredients: dict[str, Ingredient]) -> frozenset[str]:
    """One medicine by its id, or every one of a class or a key."""
    return frozenset(one.id for one in ingredients.values() if named == one.id or named in one.classes)


def _ingredient(class_id: str, group: dict[str, Any], row: dict[str, Any]) -> Ingredient:
    """A row over its class: the row's own word counts, the class fills the rest."""
    said = {**group, **row}
    none = {
        key: None if said[key] == "none" else said[key] for key in ("acute_class", "overuse_days", "preventive_class")
    }
    return Ingredient(
        id=row["id"],
        name=row["names"][0],
        names=tuple(row["names"]),
        medicine_class=class_id,
        class_title=group["title"],
        role=said["role"],
        keys=frozenset([*said["keys"], *row.get("more_keys", [])]),
        rxnorm=row.get("rxnorm"),
        **none,
    )


def _line(text: str, id: str) -> int | None:
    return next((number for number, line in enumerate(text.splitlines(), 1) if f'id = "{id}"' in line), None)
