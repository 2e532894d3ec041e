"""The questions of `clearhead setup`: each answer is checked as it is given, and asked again with a sentence.

What nobody can know for a clinic (names, addresses, numbers, prices, pumps) has no usual answer to fall back on.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError

from clearhead.clinic.policy.clinic_file import EMAIL, planned_visit_min
from clearhead.clinic.web.forms import phone_number
from clearhead.medicine.protocols.loader import shipped, shipped_ids
from clearhead.medicine.protocols.protocol import Protocol

Said = dict[str, str]
MINUTES_A_DAY = 24 * 60
MOST_CHAIRS = 50


class Unclear(Exception):
    """This answer cannot be used; the sentence says why and what would do."""


class Unanswered(Exception):
    """The answers ended before the questions did."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question, how its answer is read, and what stands for an empty one (None: it is asked again)."""

    key: str
    words: str
    read: Callable[[str, Said], str]
    usual: str | None = None


def ask(answer: Callable[[str], str], tell: Callable[[str], None], *, today: date) -> Said:
    """Every answer, checked. `answer` puts a question and gives what was typed; `tell` says why it is put again."""
    said: Said = {"today": today.isoformat()}
    for question in QUESTIONS:
        shown = question.words + (f" [{question.usual}]: " if question.usual else ": ")
        while question.key not in said:
            try:
                said[question.key] = _read(question, answer(shown), said)
            except Unclear as fault:
                tell(str(fault))
            except EOFError as fault:
                raise Unanswered(question.words) from fault
    return said


def _read(question: Question, typed: str, said: Said) -> str:
    text = " ".join(typed.split()) or question.usual
    if not text:
        raise Unclear("This has no usual answer: please type it.")
    if not text.isprintable():
        raise Unclear("That holds signs that cannot be printed: please type it again.")
    return question.read(text, said)


def _words(most: int) -> Callable[[str, Said], str]:
    def read(text: str, _said: Said) -> str:
        if len(text) > most:
            raise Unclear(f"That is {len(text)} letters long; at most {most} fit.")
        return text

    return read


def _zone(text: str, _said: Said) -> str:
    if text not in available_timezones():
        raise Unclear(f"{text} is no time zone of the IANA list. Examples: America/Phoenix, America/New_York.")
    return text


def _phone(text: str, _said: Said) -> str:
    try:
        phone_number(text)
    except ValidationError as fault:
        raise Unclear(f"{fault.messages[0]} An example: 480 555 0100.") from fault
    return _words(40)(text, _said)


def _night_phone(text: str, said: Said) -> str:
    return "none" if text.lower() == "none" else _phone(text, said)


def _email(text: str, said: Said) -> str:
    if not EMAIL.fullmatch(text):
        raise Unclear(f"{text} is no e-mail address. An example: name@clinic.org.")
    if text.lower() == said.get("owner_email", "").lower():
        raise Unclear(f"{text} is the owner's. Where one person is both, use: clearhead setup --file FILE")
    return text


def _protocol(text: str, _said: Said) -> str:
    fit = [id for id in shipped_ids() if _fits(shipped(id))]
    if text not in fit:
        raise Unclear(f"{text} is no protocol for infusion chairs in an office. There are: {', '.join(fit)}.")
    return text


def _fits(protocol: Protocol) -> bool:
    return protocol.fits("office_chair") and protocol.visit.place != "bed" and "series" in protocol.purposes


def _chairs(text: str, _said: Said) -> str:
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= MOST_CHAIRS:
        raise Unclear(f"{text} is no number of chairs: a whole number from 1 to {MOST_CHAIRS}.")
    return str(int(text))


def _time(text: str) -> time:
    found = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", text)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise Unclear(f"{text} is no time of day. Examples: 8:00, 08:30, 17:00.")
    return time(int(found[1]), int(found[2]))


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


def _opens(text: str, said: Said) -> str:
    opens = _time(text)
    _long_enough(MINUTES_A_DAY - 1 - _minute(opens), f"From {opens:%H:%M} to midnight", said)
    return f"{opens:%H:%M}"


def _closes(text: str, said: Said) -> str:
    opens, closes = _time(said["opens"]), _time(text)
    if closes <= opens:
        raise Unclear(f"{closes:%H:%M} is not after {opens:%H:%M}, when you open.")
    _long_enough(_minute(closes) - _minute(opens), f"From {opens:%H:%M} to {closes:%H:%M}", said)
    return f"{closes:%H:%M}"


def _long_enough(open_min: int, span: str, said: Said) -> None:
    needed = planned_visit_min(shipped(said["protocol"]))
    if open_min < needed:
        raise Unclear(f"{span} is too short: a planned visit of {said['protocol']} takes {needed} minutes.")


def _price(text: str, _said: Said) -> str:
    if not re.fullmatch(r"[0-9]{1,5}(\.[0-9]{2})?", text):
        raise Unclear(f"{text} is no price in US dollars. Examples: 0, 75, 49.50.")
    return str(Decimal(text))


def _day_to_come(text: str, said: Said) -> str:
    try:
        day = date.fromisoformat(text).isoformat()
    except ValueError as fault:
        raise Unclear(f"{text} is no date as year-month-day. An example: 2027-06-30.") from fault
    if day <= said["today"]:
        raise Unclear(f"{day} is not after today: a pump is not used beyond its service.")
    return day


QUESTIONS = (
    Question("name", "Name of the clinic", _words(120)),
    Question("zone", "Time zone, as in the IANA list", _zone, "America/Phoenix"),
    Question("address", "Address", _words(200)),
    Question("phone", "Phone", _phone),
    Question(
        "after_hours_phone", "Phone at night and on weekends (or none: then nobody can sign a consent)", _night_phone
    ),
    Question(
        "cancelling_terms",
        "What cancelling late costs, as patients read it (needed for the consent too)",
        _words(300),
        "none",
    ),
    Question("protocol", "Example protocol to look at first", _protocol, "stepped-series"),
    Question("chairs", "How many infusion chairs", _chairs, "2"),
    Question("opens", "Monday to Friday: opens at", _opens, "08:00"),
    Question("closes", "Monday to Friday: closes at", _closes, "17:00"),
    Question("talk_price", "First talk by phone, 15 minutes: price in US dollars", _price),
    Question("pump_model", "Infusion pumps, one for each chair: model", _words(120)),
    Question("pump_until", "Infusion pumps: serviced until (year-month-day)", _day_to_come),
    Question("owner", "Owner: name", _words(120)),
    Question("owner_email", "Owner: e-mail", _email),
    Question("director", "Medical director: name", _words(120)),
    Question("director_title", "Medical director: title at signatures (MD, DO)", _words(20)),
    Question("director_email", "Medical director: e-mail", _email),
)  # the protocol before the hours: it says how long a visit takes


def written(said: Said) -> str:
    """The answers as a clinic file, so that they are checked once more and kept like one."""
    slug = re.sub(r"[^a-z0-9]+", "-", said["name"].lower()).strip("-")[:40] or "clinic"
    place = shipped(said["protocol"]).visit.place
    numbers = range(1, int(said["chairs"]) + 1)
    infusion_rooms = [f"Room {n}" for n in numbers] if place == "private_room" else ["Infusion room"]

    def text(key: str) -> str:
        return '"' + said[key].replace("\\", "").replace('"', "'") + '"'

    chairs = ", ".join(
        f'{{ name = "Chair {n}", place = "{place}", room = "{infusion_rooms[min(n, len(infusion_rooms)) - 1]}" }}'
        for n in numbers
    )
    rooms = ", ".join(f'{{ name = "{name}", kind = "infusion" }}' for name in infusion_rooms)
    pumps = ", ".join(
        f'{{ name = "Pump {n}", model = {text("pump_model")}, serviced_until = {said["pump_until"]} }}' for n in numbers
    )
    return f"""
id = "{slug}"
name = {text("name")}
example = false
staff = [
  {{ name = {text("owner")}, title = "none", email = {text("owner_email")}, roles = ["owner"], sites = ["all"], patients_at_once = 0, credentials = [] }},
  {{ name = {text("director")}, title = {text("director_title")}, email = {text("director_email")}, roles = ["director"], sites = ["all"], patients_at_once = 0, credentials = [] }},
]
[[sites]]
slug = "{slug}"
name = {text("name")}
address = {text("address")}
phone = {text("phone")}
after_hours_phone = {text("after_hours_phone")}
cancelling_terms = {text("cancelling_terms")}
zone = {text("zone")}
locale = "en"
languages = ["en"]
interpreters = []
setting = "office_chair"
single_handed = false
closed_on = []
protocols = [{{ purpose = "series", indication = "migraine", protocol = {text("protocol")} }}]
hours = [{{ opens = {said["opens"]}:00, closes = {said["closes"]}:00, days = ["monday", "tuesday", "wednesday", "thursday", "friday"] }}]
chairs = [{chairs}]
rooms = [{rooms}, {{ name = "Consulting room", kind = "consult" }}]
pumps = [{pumps}]
services = [
  {{ name = "First talk", kind = "consult", mode = "phone", minutes = 15, price_usd = {said["talk_price"]}, bookable_online = true, from_date = {said["today"]}, until_date = "none" }},
  {{ name = "Infusion", kind = "infusion", mode = "in_person", minutes = "none", price_usd = "none", bookable_online = false, from_date = {said["today"]}, until_date = "none" }},
]
"""  # noqa: E501 - one row of a table, one line
