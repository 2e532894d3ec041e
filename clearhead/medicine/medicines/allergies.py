"""From the text of an allergy to the medicines that it holds back: by name, by brand, by family.

What cannot be read holds nothing back here: it is shown, and a person judges it.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator

from clearhead.medicine.medicines.catalogue import Ingredient, Words, catalogue, words_of

KETAMINE = "ketamine"
"""The key of ketamine and of its halves: who does not bear one of them is given none."""
LONG = 6
"""From so many letters a name is found inside a word, and a word inside a name ("ondansetrone", "setron")."""


@functools.lru_cache(maxsize=2000)
def meant(text: str) -> frozenset[str]:
    """Ids of the medicines this text holds back; empty where it names none that is known.

    >>> sorted(meant("Zofran: anaphylaxis"))
    ['ondansetron']
    >>> "midazolam" in meant("all benzodiazepines")
    True
    >>> meant("the pain drug at the hospital")
    frozenset()
    """
    known, said = catalogue(), _alike(words_of(text))
    found = {one.id for name, one in known.by_words.items() if _names(_alike(name), said)}
    for family, members in known.families.items():
        found |= members if _inside(_alike(family), said) else frozenset()
    parts = {part for one in found for part in _parts(one)}
    halves = {one.id for one in known.ingredients.values() if KETAMINE in one.keys}
    return frozenset(found | parts | (halves if halves & found else set()))


def held_by(ingredient: str, allergies: Iterable[str]) -> str:
    """The first of these texts that holds this medicine back; empty where none does."""
    return next((text for text in allergies if text.strip() and _holds(text, ingredient)), "")


def ketamine_held_by(allergies: Iterable[str]) -> str:
    """The first of these texts that names ketamine or one of its halves; empty where none does."""
    return held_by(KETAMINE, allergies)


def _holds(text: str, ingredient: str) -> bool:
    """A medicine that is not on our list, of a site's own protocol, is found by its plain name."""
    return bool(meant(text) & {ingredient, *_parts(ingredient)}) or _names(
        _alike(words_of(ingredient)), _alike(words_of(text))
    )


def _parts(id: str) -> Iterator[str]:
    """The medicines that a combination is made of, as far as they are on the list themselves."""
    one: Ingredient | None
    for part in id.split("-"):
        if (one := catalogue().ingredients.get(part)) is not None:
            yield one.id


def _alike(words: Words) -> Words:
    """Without the s of a plural."""
    return tuple(word.removesuffix("s") if len(word) > 3 else word for word in words)


def _inside(words: Words, said: Words) -> bool:
    """These words stand in the text one after the other."""
    return any(said[at : at + len(words)] == words for at in range(len(said) - len(words) + 1))


def _names(name: Words, said: Words) -> bool:
    """The name stands in the text; a long one also within a word, without its last e, or by a long part of it."""
    if _inside(name, said):
        return True
    if len(name) != 1 or len(name[0]) < LONG:
        return False
    stem = name[0].removesuffix("e")
    return any(stem in word or (len(word) >= LONG and word in name[0]) for word in said)
