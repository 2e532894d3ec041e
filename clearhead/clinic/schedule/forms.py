"""Text to hours, chairs and services of a site."""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clearhead.clinic.schedule.site_queries import Stretch
from clearhead.clinic.web.forms import ClearForm, NumberField, WholeField

BETWEEN = re.compile(r"\s*(?:-|–|to)\s*")
CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")
DAY_NAMES = (
    gettext_lazy("Monday"),
    gettext_lazy("Tuesday"),
    gettext_lazy("Wednesday"),
    gettext_lazy("Thursday"),
    gettext_lazy("Friday"),
    gettext_lazy("Saturday"),
    gettext_lazy("Sunday"),
)
KINDS = (
    ("consult", gettext_lazy("first talk")),
    ("infusion", gettext_lazy("infusion")),
    ("review", gettext_lazy("review")),
    ("osteopathic", gettext_lazy("osteopathic treatment")),
    ("other", gettext_lazy("something else")),
)
MODES = (
    ("in_person", gettext_lazy("at the clinic")),
    ("phone", gettext_lazy("by phone")),
    ("video", gettext_lazy("by video")),
)
PLACES = (
    ("chair", gettext_lazy("a chair")),
    ("private_room", gettext_lazy("a private room")),
    ("bed", gettext_lazy("a bed")),
)
SHORTEST_MIN, LONGEST_MIN = 5, 480


class HoursField(forms.CharField):
    """“07:00 to 18:00”, two stretches with a comma between them, or nothing for closed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, **kwargs)
        self.widget.attrs.update({"autocomplete": "off", "placeholder": _("closed")})

    def prepare_value(self, value: Any) -> Any:
        """As it is typed."""
        if isinstance(value, (list, tuple)):
            return ", ".join(f"{opens:%H:%M} to {_end(closes)}" for opens, closes in value)
        return value

    def to_python(self, value: Any) -> Any:
        """Stretches of local time."""
        return [self._stretch(part) for part in str(value or "").split(",") if part.strip()]

    def validate(self, value: Any) -> None:
        """Nothing typed is an answer too: closed."""

    def _stretch(self, typed: str) -> Stretch:
        ends = [CLOCK.fullmatch(end) for end in BETWEEN.split(typed.strip())]
        if len(ends) != 2 or None in ends:
            raise ValidationError(_("“%(typed)s” are no hours. Write 07:00 to 18:00.") % {"typed": typed.strip()})
        opens, closes = (_clock(found) for found in ends)
        return opens, closes


def _end(closes: time) -> str:
    return "24:00" if closes == time() else f"{closes:%H:%M}"


def _clock(found: Any) -> time:
    hour, minute = int(found[1]), int(found[2])
    if hour == 24 and minute:
        raise ValidationError(_("24:00 is the end of the day; there is no time after it."))
    return time(hour % 24, minute)


class _FromForm(ClearForm):
    def __init__(self, *args: Any, today: date | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("from_date", "last_day", "day"):
            if name in self.fields:
                self.fields[name].widget.input_type = "date"
                self.initial.setdefault(name, today)


class WeekForm(_FromForm):
    """The hours of every weekday, from a day on."""

    use_required_attribute = False
    from_date = forms.DateField(label=gettext_lazy("From this day on"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for weekday, name in enumerate(DAY_NAMES):
            self.fields[f"day_{weekday}"] = HoursField(label=name)
        self.order_fields([*(f"day_{weekday}" for weekday in range(7)), "from_date"])

    @property
    def week(self) -> dict[int, list[Stretch]]:
        """Weekday → its hours."""
        return {weekday: self.cleaned_data[f"day_{weekday}"] for weekday in range(7)}


class DayForm(_FromForm):
    """One day that differs."""

    use_required_attribute = False
    day = forms.DateField(label=gettext_lazy("Day"))
    how = forms.ChoiceField(
        label=gettext_lazy("On this day"),
        choices=[
            ("closed", gettext_lazy("closed")),
            ("hours", gettext_lazy("open at these hours")),
            ("usual", gettext_lazy("as on every such weekday")),
        ],
        widget=forms.RadioSelect,
        initial="closed",
    )
    hours = HoursField(label=gettext_lazy("Hours, where it is open"))

    def clean(self) -> dict[str, Any]:
        """Hours where they are asked for, and only there."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        how, hours = said.get("how"), said.get("hours")
        if how == "hours" and hours == []:
            self.add_error("hours", _("Write the hours, for example 09:00 to 12:00."))
        if how != "hours" and hours:
            self.add_error("hours", _("Hours count only where the day is open at these hours. Leave this empty."))
        return said

    @property
    def stretches(self) -> list[Stretch] | None:
        """None: as usual. Empty: closed."""
        return None if self.cleaned_data["how"] == "usual" else list(self.cleaned_data["hours"])


class ChairForm(_FromForm):
    """One more chair."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=80)
    place = forms.ChoiceField(label=gettext_lazy("What it is"), choices=PLACES)
    room = forms.CharField(label=gettext_lazy("In which room"), max_length=80, required=False)
    from_date = forms.DateField(label=gettext_lazy("Can be booked from"))


class CloseForm(_FromForm):
    """The last day of a chair."""

    last_day = forms.DateField(label=gettext_lazy("Last day"))


class ServiceForm(_FromForm):
    """What is offered, from a day on."""

    name = forms.CharField(label=gettext_lazy("Name, as patients read it"), max_length=120)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS)
    mode = forms.ChoiceField(label=gettext_lazy("How"), choices=MODES)
    minutes = WholeField(
        label=gettext_lazy("Length"),
        unit="min",
        low=SHORTEST_MIN,
        high=LONGEST_MIN,
        required=False,
        help_text=gettext_lazy("Empty for an infusion: its length stands in the order."),
    )
    price = NumberField(
        label=gettext_lazy("Price"),
        unit="USD",
        low=0,
        high=100_000,
        places=2,
        required=False,
        help_text=gettext_lazy("Empty: as the protocol says."),
    )
    bookable_online = forms.BooleanField(label=gettext_lazy("Visitors may book it themselves"), required=False)
    from_date = forms.DateField(label=gettext_lazy("From this day on"))

    def clean(self) -> dict[str, Any]:
        """An infusion takes its length from the order; anything else has a length."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        kind, minutes = said.get("kind"), said.get("minutes")
        if kind == "infusion" and minutes is not None:
            self.add_error("minutes", _("An infusion is as long as its order says. Leave this empty."))
        if kind and kind != "infusion" and minutes is None and "minutes" not in self.errors:
            self.add_error("minutes", _("Say how long it takes."))
        if kind == "infusion" and said.get("bookable_online"):
            self.add_error("bookable_online", _("An infusion follows a signed order. It is not booked by visitors."))
        return said

    @property
    def said(self) -> dict[str, Any]:
        """What the action is told."""
        minutes: Decimal | int | None = self.cleaned_data["minutes"]
        kept = ("name", "kind", "mode", "price", "bookable_online", "from_date")
        return {
            **{name: self.cleaned_data[name] for name in kept},
            "minutes": None if minutes is None else int(minutes),
        }


class ContactForm(_FromForm):
    """Whom patients call, and what cancelling costs them."""

    phone = forms.CharField(label=gettext_lazy("Phone in opening hours"), max_length=40)
    after_hours_phone = forms.CharField(
        label=gettext_lazy("Phone at night and on weekends"),
        max_length=40,
        help_text=gettext_lazy("Somebody of the clinic, or who stands in for it, answers here at any hour."),
    )
    cancelling_terms = forms.CharField(
        label=gettext_lazy("What cancelling costs, in words for patients"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("For example: Cancelling is free until 48 hours before; later it costs 100 US dollars."),
    )


class EndForm(_FromForm):
    """The last day of a service, and what to ask for instead."""

    last_day = forms.DateField(label=gettext_lazy("Last day"))
    notice = forms.CharField(
        label=gettext_lazy("What to ask for instead, shown on the public page"), max_length=300, required=False
    )
