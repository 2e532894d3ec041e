"""Weight, height, pressure and other results, as they are typed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.assessment import weights, words
from clearhead.clinic.web.forms import ClearForm, NumberField, PressureField, WhenField
from clearhead.medicine.errors import OutOfRange


class WeightForm(ClearForm):
    """A weight with its unit chosen; nothing is preset."""

    weight = NumberField(label=_("Weight"), low="10", high="900", places=2)
    unit = forms.ChoiceField(label=_("The scale shows"), choices=[("kg", "kg"), ("lb", "lb")], widget=forms.RadioSelect)
    confirmed = forms.BooleanField(label=_("Weighed again: it is right"), required=False)

    def __init__(
        self, *args: Any, zone: Any, last_kg: Decimal | None, height_cm: Decimal | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.last_kg, self.height_cm = last_kg, height_cm
        self.fields["taken_at"] = WhenField(label=_("When"), zone=zone, required=False, help_text=_("Empty: now."))

    def clean(self) -> dict[str, Any]:
        """Odd weights are named and have to be confirmed; impossible ones never pass (H-02)."""
        said = super().clean() or {}
        if said.get("weight") is None or not said.get("unit"):
            return said
        found = weights.read_weight(said["weight"], said["unit"])
        said["read"] = found
        odd = weights.doubts(found, self.last_kg, self.height_cm)
        if odd and (weights.impossible(found) or not said.get("confirmed")):
            self.add_error("weight", [ValidationError(one) for one in odd])
        return said


class HeightForm(ClearForm):
    """A height with its unit chosen, dated like a weight; a dosing weight by formula rests on it."""

    height = NumberField(label=_("Height"), low="40", high="250", places=1)
    unit = forms.ChoiceField(
        label=_("The rule shows"), choices=[("cm", "cm"), ("in", _("inches"))], widget=forms.RadioSelect
    )
    confirmed = forms.BooleanField(label=_("Height and weight looked at again: both are right"), required=False)

    def __init__(self, *args: Any, zone: Any, last_kg: Decimal | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last_kg = last_kg
        self.fields["taken_at"] = WhenField(label=_("When"), zone=zone, required=False, help_text=_("Empty: now."))

    def clean(self) -> dict[str, Any]:
        """In cm and inches; a height that no adult has is refused, one that is odd for the weight is confirmed."""
        said = super().clean() or {}
        if said.get("height") is None or not said.get("unit"):
            return said
        try:
            said["read"] = weights.read_height(said["height"], said["unit"])
        except OutOfRange as fault:
            self.add_error("height", str(fault))
            return said
        odd = weights.height_doubts(said["read"], self.last_kg)
        if odd and not said.get("confirmed"):
            self.add_error("height", [ValidationError(one) for one in odd])
        return said


class PressureForm(ClearForm):
    """Blood pressure at rest."""

    pressure = PressureField(label=_("Blood pressure at rest"))

    def __init__(self, *args: Any, zone: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["taken_at"] = WhenField(label=_("When"), zone=zone, required=False, help_text=_("Empty: now."))


class ResultForm(ClearForm):
    """A dated result, read by whoever types it."""

    kind = forms.ChoiceField(label=_("Result"), choices=[(kind.name, kind.title) for kind in words.RESULTS.values()])
    value = NumberField(label=_("Value"), low=0, high=100000, places=3, required=False)
    text = forms.CharField(label=_("In words"), max_length=200, required=False)
    on = forms.DateField(label=_("Date of the result"), widget=forms.DateInput(attrs={"type": "date"}))
    inside_limit = forms.TypedChoiceField(
        label=_("Within what the protocol asks"),
        choices=[("", _("not read yet")), ("yes", _("yes")), ("no", _("no"))],
        coerce=lambda said: said == "yes",
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """A value lies in its range; a result says something; its day has come."""
        said = super().clean() or {}
        kind, value = words.RESULTS.get(said.get("kind", "")), said.get("value")
        if kind and value is None and not said.get("text", "").strip():
            self.add_error("text", ValidationError(_t("Type the value or what the result says.")))
        if kind and value is not None:
            if not kind.unit:
                self.add_error("value", ValidationError(_t("This result has no number. Say it in words.")))
            elif not Decimal(kind.low) <= value <= Decimal(kind.high):
                message = _t(
                    "%(value)s %(unit)s is outside %(low)s to %(high)s %(unit)s. Check the entry and its unit."
                )
                bounds = {"value": value, "unit": kind.unit, "low": kind.low, "high": kind.high}
                self.add_error("value", ValidationError(message % bounds))
        if said.get("on") and said["on"] > self.today:
            self.add_error("on", ValidationError(_t("This day has not come yet.")))
        return said


class AppliesForm(ClearForm):
    """Whether a test that is not for everyone is needed for this person."""

    applies = forms.ChoiceField(choices=[("yes", _("yes")), ("no", _("no"))])
