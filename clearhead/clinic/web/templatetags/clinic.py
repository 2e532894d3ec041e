"""Numbers as the infusion room writes them, words for outcomes."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import template
from django.utils import timezone
from django.utils.dateformat import format as date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clearhead.clinic.web.dates import with_year
from clearhead.medicine.headache.diary import RULE
from clearhead.medicine.protocols.codes import RESPONSE_RULES
from clearhead.medicine.rules.clock import letters

register = template.Library()

MINUTES_PER_DAY = 24 * 60

HEADACHE_RULES = {
    RULE: gettext_lazy(
        "A headache day is one answered as mild or worse, touched by an attack, or with medicine taken for an attack."
    )
}
WORDS = {"allowed": "allowed", "warned": "warned", "open": "open", "refused": "refused"}


@register.filter
def outcome_word(outcome: Any) -> str:
    """The word of a gate's answer."""
    return str(_(WORDS.get(str(outcome), str(outcome))))


@register.filter
def beyond(sentence: Any, title: Any) -> str:
    """A sentence without the title that stands above it already; nothing where it says no more than the title."""
    said, name = str(sentence), str(title)
    if said.rstrip(".") == name:
        return ""
    if said.endswith(f": {name}."):
        return said.removesuffix(f": {name}.") + "."
    rest = said.removeprefix(f"{name}: ")
    return rest[:1].upper() + rest[1:]


@register.filter
def response_rule(code: Any) -> str:
    """What a rule of response asks for, in words."""
    return str(_(RESPONSE_RULES.get(str(code), str(code))))


@register.filter
def headache_rule(code: Any) -> str:
    """What a rule counts as a headache day, in words."""
    return str(HEADACHE_RULES.get(str(code), code))


@register.filter
def days_counted(counts: Any, name: str) -> str:
    """One count of a diary window: a dash where nothing was answered, "at least" where too little was to judge."""
    if not counts.answered:
        return "–"
    number = getattr(counts, name)
    return str(number) if counts.enough else _("at least %(n)s") % {"n": number}


@register.filter
def cut_dashes(name: Any) -> str:
    """A short name of the project's files as words: ketamine-infusion → ketamine infusion."""
    return str(name).replace("-", " ")


@register.filter
def owner_word(who: Any) -> str:
    """Who clears a ground, in words."""
    return str({"medical_director": _("the medical director"), "desk": _("the front desk")}.get(str(who), who))


@register.filter
def in_language(sentence: Any) -> str:
    """A sentence of a protocol file in the reader's language, where the catalogue has it; else as the file says it."""
    return str(_(str(sentence))) if sentence else ""


@register.filter
def plain_number(value: Any, places: int = 2) -> str:
    """A number with a leading zero and no trailing ones: 0.5, 17.1, 70 (ISMP)."""
    if value is None or value == "":
        return "–"
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-int(places)), rounding=ROUND_HALF_UP)
    text = f"{rounded:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def price_words(price: Any, currency: str = "USD") -> str:
    """“free of charge” or “USD 150”."""
    if price is None:
        return ""
    if Decimal(str(price)) == 0:
        return str(_("free of charge"))
    return f"{currency} {Decimal(str(price)):.2f}".removesuffix(".00")


@register.filter
def call_link(phone: str) -> SafeString:
    """A phone number that a tap calls."""
    digits = "".join(sign for sign in phone if sign.isdigit() or sign == "+")
    return format_html('<a class="reach" href="tel:{}">{}</a>', digits, phone)


@register.filter
def hours_minutes(value: Any) -> str:
    """Minutes (or a timedelta) as 1 h 42; from two days on as 2 d 5 h."""
    minutes = int(value.total_seconds() // 60) if isinstance(value, timedelta) else int(value or 0)
    if minutes >= 2 * MINUTES_PER_DAY:
        return f"{minutes // MINUTES_PER_DAY} d {minutes % MINUTES_PER_DAY // 60} h"
    return f"{minutes // 60} h {minutes % 60:02d}" if minutes >= 60 else f"{minutes} min"


@register.filter
def passed(since: datetime, now: datetime) -> str:
    """The time from one moment to another as 1 h 42."""
    return hours_minutes(now - since)


@register.filter(expects_localtime=True)
def dated(on: Any, pattern: str) -> str:
    """A date as the pattern says, and with its year where that is not the present one: "1 Jan 2025, 10:00"."""
    return with_year(on, pattern, timezone.localdate()) if on else ""


@register.filter(expects_localtime=True)
def since_when(moment: datetime) -> str:
    """ "10:15" of today; of another day "Fri 10:15", and from a week on with the date."""
    return dated(moment, "H:i" if moment.date() == timezone.localdate() else "D H:i")


@register.filter(expects_localtime=True)
def clock(moment: datetime | None, pattern: str = "H:i") -> str:
    """A clock time; in the hour that comes twice, when the clocks go back, with the letters of its zone."""
    return f"{date_format(moment, pattern)}{letters(moment)}" if moment else ""


@register.filter(expects_localtime=True)
def zone_letters(moment: datetime) -> str:
    """Only the letters of the zone, in the hour that comes twice."""
    return letters(moment).strip()


@register.filter
def item(mapping: dict[Any, Any], key: Any) -> Any:
    """One entry of a mapping."""
    return mapping.get(key) if mapping else None
