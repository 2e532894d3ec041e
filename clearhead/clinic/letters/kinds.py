"""What may go out. A notification says when, how and where to read more; never who, what for or with what.

Its context holds moments, minutes, a link and a way of talking, nothing typed: what cannot enter cannot leak. Texts
with content (a referral, a summary) exist on paper only and are handed over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise as LazyText
from django.utils.translation import gettext_lazy as _

NOTICE = _("A message from your clinic")
APPOINTMENT = _("Your appointment")


class UnknownLetter(KeyError):
    """No text of this name is kept."""


class NotForANotice(ValueError):
    """Something that must not stand in a mail or text message."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One text: its subject line, with %(day)s for the day of `when`, and what it is told. `private`: on paper only."""

    name: str
    subject: str | LazyText = NOTICE
    told: frozenset[str] = frozenset()
    private: bool = False


def _kinds(*kinds: Kind) -> dict[str, Kind]:
    return {kind.name: kind for kind in kinds}


KINDS = _kinds(
    Kind("booking_confirmed", APPOINTMENT, frozenset({"when", "minutes", "how", "link"})),
    Kind("booking_moved", _("Your appointment has moved"), frozenset({"when", "minutes", "how", "link"})),
    Kind("booking_cancelled", APPOINTMENT, frozenset({"when"})),
    Kind("booking_reminder", APPOINTMENT, frozenset({"when", "how", "link"})),
    Kind("series_booked", _("Your appointments"), frozenset({"whens", "link"})),
    Kind("waiting_offer", APPOINTMENT, frozenset({"when", "link", "leave"})),
    Kind("preparation", _("Before your appointment on %(day)s"), frozenset({"when", "link"})),
    Kind("escort_asked", _("A lift home"), frozenset({"when", "link"})),
    Kind("instructions", _("After your appointment"), frozenset({"until", "link"})),
    Kind("call_planned", _("We will call you"), frozenset({"when"})),
    Kind("to_read", NOTICE, frozenset({"link"})),
    Kind("to_sign", NOTICE, frozenset({"link"})),
    Kind("to_answer", NOTICE, frozenset({"link"})),
    Kind("invitation", _("Your account"), frozenset({"link", "until"})),
    Kind("new_password", _("Your account"), frozenset({"link", "until"})),
    Kind("contact_changed", _("Your account"), frozenset()),
    Kind("new_address", _("Your account"), frozenset({"link", "until"})),
    Kind("sign_in_changed", _("Your account"), frozenset()),
    Kind("diary_door", _("Your diary"), frozenset({"link"})),
    Kind("enquiry_received", NOTICE, frozenset({"link"})),
    Kind("service_changed", NOTICE, frozenset({"link"})),
    Kind("letter", NOTICE, frozenset({"title", "paragraphs", "rows"}), private=True),
)
WAYS = {"phone", "video", "in_person"}


def kind_of(name: str) -> Kind:
    """The kind of this name."""
    if name not in KINDS:
        raise UnknownLetter(f"There is no letter “{name}”. Known: {', '.join(KINDS)}.")
    return KINDS[name]


def checked(kind: Kind, channel: str, context: dict[str, Any]) -> dict[str, Any]:
    """The context, or a refusal that names what must not go out this way."""
    strange = set(context) - kind.told
    if strange:
        takes = ", ".join(sorted(kind.told))
        raise NotForANotice(f"The letter “{kind.name}” is not told {', '.join(sorted(strange))}; it takes {takes}.")
    if kind.private and channel != "print":
        raise NotForANotice(f"The letter “{kind.name}” is handed over on paper; send “to_read” with a link instead.")
    if "how" in context and context["how"] not in WAYS:
        raise NotForANotice(f"“{context['how']}” is not a way of talking: {', '.join(sorted(WAYS))}.")
    return context
