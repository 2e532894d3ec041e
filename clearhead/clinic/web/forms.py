"""Forms that refuse and never repair: strict numbers, times in the site's zone, a client id for safe repeats."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clearhead.medicine.errors import Unreadable
from clearhead.medicine.units import read_decimal


class Renderer(TemplatesSetting):
    """Fields with the label above and the unit inside."""

    form_template_name = "web/form.html"
    field_template_name = "web/field.html"


class ClearForm(forms.Form):
    """A form with an id for safe repeats: the server mints it per rendered page, a script may bring its own."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial.setdefault("client_id", uuid.uuid4())

    def refused(self, reasons: object, field: str | None = None) -> None:
        """Put the reasons of a refusal at a field, or on top."""
        listed = getattr(reasons, "blocking", None)
        self.add_error(field, [str(one) for one in listed] if listed else str(reasons))


class NumberField(forms.Field):
    """A plain decimal number with its unit, within limits that are named when they refuse."""

    widget = forms.TextInput

    def __init__(self, *, unit: str = "", low: Any = None, high: Any = None, places: int = 3, **kwargs: Any) -> None:
        self.unit, self.places = unit, places
        self.low = None if low is None else Decimal(str(low))
        self.high = None if high is None else Decimal(str(high))
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "decimal" if places else "numeric", "autocomplete": "off"})
        if self.low is not None and self.high is not None:  # a page that keeps entries says them without the clinic
            self.widget.attrs.update({"data-low": str(self.low), "data-high": str(self.high), "data-in-unit": unit})

    def to_python(self, value: Any) -> Decimal | None:
        """The number, exactly as typed."""
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        try:
            number = read_decimal(str(value), what=str(self.label or _("This entry")))
        except Unreadable as fault:
            raise ValidationError(str(fault)) from fault
        if -int(number.as_tuple().exponent) > self.places:
            raise ValidationError(_("At most %(n)s digits after the point.") % {"n": self.places})
        return number

    def validate(self, value: Any) -> None:
        """Refuse what lies outside the limits, naming them."""
        super().validate(value)
        if value is None:
            return
        if (self.low is not None and value < self.low) or (self.high is not None and value > self.high):
            raise ValidationError(
                _("%(value)s %(unit)s is outside %(low)s to %(high)s %(unit)s. Check the entry and its unit.")
                % {"value": value, "unit": self.unit, "low": self.low, "high": self.high}
            )


class WholeField(NumberField):
    """A whole number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(places=0, **kwargs)

    def clean(self, value: Any) -> Any:
        """As int."""
        number = super().clean(value)
        return None if number is None else int(number)


TWICE = ("first", "second")
"""The two of a clock time that comes twice when the clocks are put back."""


def _both(local: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    """The two moments of a clock time; one and the same on every ordinary day."""
    early, late = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return early, late


def _was(local: datetime, zone: tzinfo) -> bool:
    """False for a clock time that was skipped."""
    return _both(local, zone)[0].astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local


def _comes_twice(local: datetime, zone: tzinfo) -> bool:
    early, late = _both(local, zone)
    return early.utcoffset() != late.utcoffset() and _was(local, zone)


class WhenInput(forms.DateTimeInput):
    """A picker of date and time. Where the time happened twice, and only there, two choices stand below it."""

    input_type = "datetime-local"
    template_name = "web/when.html"
    zone: tzinfo = UTC

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%dT%H:%M")

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """What was picked, with the choice behind it: 2026-11-01T01:30 second."""
        value, which = data.get(name), data.get(f"{name}_which")
        return f"{value} {which}" if value and which in TWICE else value

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        """The picker takes no words, so the choice is taken off what it shows."""
        wall, _space, which = str(value or "").partition(" ")
        shown = wall if which in TWICE else value
        context: dict[str, Any] = super().get_context(name, shown, attrs)
        context["widget"] |= {"twice": self._twice(wall), "which": which}
        return context

    def _twice(self, wall: str) -> bool:
        try:
            return _comes_twice(datetime.fromisoformat(wall), self.zone)
        except (ValueError, TypeError, OverflowError):
            return False


class WhenField(forms.Field):
    """A local date and time in a zone, as the browser sends it (2026-11-21T10:51). A time that happened twice asks."""

    widget = WhenInput

    def __init__(self, *, zone: ZoneInfo | str = "UTC", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.zone = zone if isinstance(zone, ZoneInfo) else ZoneInfo(zone)

    @property
    def zone(self) -> tzinfo:
        """The zone whose clock is meant."""
        zone: tzinfo = self.widget.zone
        return zone

    @zone.setter
    def zone(self, zone: tzinfo) -> None:
        self.widget.zone = zone

    def prepare_value(self, value: Any) -> Any:
        """Show a moment as the site's wall clock."""
        if not isinstance(value, datetime):
            return value
        here = value.astimezone(self.zone)
        twice = _comes_twice(here.replace(tzinfo=None, fold=0), self.zone)
        return f"{here:%Y-%m-%dT%H:%M}" + (f" {TWICE[here.fold]}" if twice else "")

    def to_python(self, value: Any) -> datetime | None:
        """The moment, in UTC."""
        if value in self.empty_values:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?( first| second)?", str(value).strip())
        try:
            if match is None:
                raise ValueError
            local = datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3] or ''}")
            return self._moment(local, (match[4] or "").strip())
        except (ValueError, OverflowError) as fault:
            raise ValidationError(
                _("“%(value)s” is not a date and time such as 2026-11-21 10:51.") % {"value": value}
            ) from fault

    def _moment(self, local: datetime, which: str) -> datetime:
        early, late = _both(local, self.zone)
        if not _was(local, self.zone):
            raise ValidationError(_("That time did not exist: the clocks were put forward. Choose another."))
        if _comes_twice(local, self.zone) and not which:
            raise ValidationError(_("That time happened twice: the clocks were put back. Say which one."))
        return (late if which == "second" else early).astimezone(UTC)


class PressureField(forms.Field):
    """Blood pressure as 128/71. Refuses the two the wrong way round."""

    unit = "mmHg"
    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.widget.attrs.update({"inputmode": "text", "autocomplete": "off", "placeholder": gettext_lazy("sys/dia")})

    def to_python(self, value: Any) -> tuple[int, int] | None:
        """Systolic and diastolic, in mmHg."""
        if value in self.empty_values:
            return None
        if isinstance(value, tuple):
            return value
        match = re.fullmatch(r"\s*(\d{2,3})\s*/\s*(\d{2,3})\s*", str(value))
        if match is None:
            raise ValidationError(_("Write blood pressure as 128/71."))
        systolic, diastolic = int(match[1]), int(match[2])
        if not (40 <= systolic <= 300 and 20 <= diastolic <= 200):
            raise ValidationError(_("%(value)s mmHg is not a possible pressure. Check the entry.") % {"value": value})
        if diastolic >= systolic:
            raise ValidationError(_("The first number must be the higher one. Check the entry."))
        return systolic, diastolic


class SecretField(forms.CharField):
    """Password or bedside PIN, asked again at every signature."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Your password or PIN, to sign"))
        super().__init__(strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"}), **kwargs)


OLDEST_YEARS = 120


def phone_number(value: str) -> None:
    """Refuse what is no phone number: fewer than seven digits, or other signs than digits and + ( ) - . /."""
    if not re.fullmatch(r"[\d\s()+./-]+", value) or sum(sign.isdigit() for sign in value) < 7:
        raise ValidationError(_("“%(value)s” does not read as a phone number.") % {"value": value})


class BirthDateField(forms.DateField):
    """A date of birth."""

    widget = forms.DateInput(attrs={"type": "date", "autocomplete": "bday"})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Date of birth"))
        super().__init__(input_formats=["%Y-%m-%d"], **kwargs)
        self.widget.input_type = "date"
        self.widget.format = "%Y-%m-%d"
        self.error_messages["invalid"] = gettext_lazy("Write the date of birth as 1984-03-14.")

    def refuse_impossible(self, born: date | None, today: date) -> None:
        """Refuse a day to come, or one too long ago."""
        if born is not None and not (today.year - OLDEST_YEARS <= born.year and born <= today):
            raise ValidationError(_("This cannot be a date of birth. Check the year."))
