"""Finding people as they are spoken of: accents, apostrophes, order and a slip of the pen hide nobody (H-01)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from django.db.models import QuerySet

from clearhead.clinic.people.models import Patient

LETTERS = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that Unicode does not take apart into a plain one and a sign."""
NEAR = 0.8
"""How alike two names are that may be one, as difflib measures it: one wrong letter in a name of five is still near."""
MOST_WORDS, MOST_FOUND = 4, 200
FEWEST_DIGITS = 3
DAYS = (
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})"),
    re.compile(r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})"),
    re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What somebody may be found by."""

    pk: int
    given_name: str
    family_name: str
    used_name: str
    phone: str
    birth_date: date

    def called(self, word: str) -> bool:
        """True when this word of a search could be about this person."""
        name = folded(word)
        if name and any(name in folded(own) for own in (self.given_name, self.family_name, self.used_name)):
            return True
        number = digits(word)
        return (len(number) >= FEWEST_DIGITS and number in digits(self.phone)) or born(word) == self.birth_date


def everybody(people: QuerySet[Patient]) -> Iterable[Known]:
    """Who these people are, read in one question; charts that were merged into another are left out."""
    columns = ("pk", "given_name", "family_name", "used_name", "phone", "birth_date")
    rows: Any = people.filter(merged_into__isnull=True).values_list(*columns).distinct()
    return (Known(*row) for row in rows)


def search(people: QuerySet[Patient], asked: str) -> list[int]:
    """Keys of those to whom every word of the search fits; the first two hundred."""
    words = [word for word in re.split(r"[\s,;]+", asked) if word][:MOST_WORDS]
    found = (one.pk for one in everybody(people) if all(one.called(word) for word in words))
    return [pk for _, pk in zip(range(MOST_FOUND), found, strict=False)]


def folded(text: str) -> str:
    """A name without accents, capitals, spaces and signs: “O’Brien” and "OBRIEN" are one."""
    plain = unicodedata.normalize("NFKD", text.casefold().translate(LETTERS))
    return "".join(sign for sign in plain if sign.isalnum())


def digits(text: str) -> str:
    """The digits of a phone number, however it is written."""
    return "".join(sign for sign in text if sign in "0123456789")


def born(word: str) -> date | None:
    """The day that a word names: 1984-03-14, 3/14/1984 or 14.3.1984; None for every other word."""
    for pattern in DAYS:
        said = pattern.fullmatch(word)
        if said:
            try:
                return date(int(said["year"]), int(said["month"]), int(said["day"]))
            except ValueError:
                return None
    return None


def near(one: str, other: str) -> bool:
    """Two spellings that may be one name."""
    first, second = folded(one), folded(other)
    return first == second or SequenceMatcher(None, first, second).ratio() >= NEAR
