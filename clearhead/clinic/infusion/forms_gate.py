"""What is typed before the pump starts: gates, the day's questions, weight, catheter, the signature."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from clearhead.clinic.infusion.forms import ChairForm
from clearhead.clinic.web.forms import NumberField, SecretField, WhenField, WholeField
from clearhead.medicine.protocols.codes import DAY_QUESTIONS
from clearhead.medicine.rules import rescreen


class GateForm(ChairForm):
    timed = False
    gate = forms.CharField(max_length=60, widget=forms.HiddenInput)
    ok = forms.ChoiceField(
        choices=[("yes", lazy("yes")), ("no", lazy("no")), ("unknown", lazy("not known"))], widget=forms.RadioSelect
    )
    note = forms.CharField(required=False, max_length=300, label=lazy("Note"))


class RescreenForm(ChairForm):
    """The questions of the day as the protocol lists them, each with its own answer; a yes says what and when."""

    timed = False
    note = forms.CharField(required=False, max_length=300, label=lazy("What and when, for every yes"))

    def prepare(self) -> None:
        """One field a question."""
        words = [(rescreen.NO, _("no")), (rescreen.YES, _("yes")), (rescreen.UNKNOWN, _("not known"))]
        self.asked = [one.code for one in self.protocol.start.rescreen]
        for code in self.asked:
            self.fields[code] = forms.ChoiceField(choices=words, widget=forms.RadioSelect, label=_(DAY_QUESTIONS[code]))
        self.order_fields(self.asked)

    def clean(self) -> dict[str, Any]:
        """A yes without a word about it helps nobody."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if any(said.get(one) == rescreen.YES for one in self.asked) and not said.get("note"):
            self.add_error("note", _("Something was answered with yes: write what and when."))
        return said

    @property
    def answers(self) -> dict[str, str]:
        """Question → answer."""
        return {code: self.cleaned_data[code] for code in self.asked}


class FastingForm(ChairForm):
    """When the patient last had anything; empty means nothing of that kind since yesterday."""

    timed = False

    def prepare(self) -> None:
        """Three times in the site's zone."""
        for name, label in (
            ("light_meal_at", _("Last light meal")),
            ("solid_meal_at", _("Last full meal")),
            ("clear_fluids_at", _("Last clear drink")),
        ):
            self.fields[name] = WhenField(zone=self.session.site.tz, required=False, label=label)
        self.fields["nothing_else"] = forms.BooleanField(label=_("Asked, and nothing else since yesterday"))


class WeightForm(ChairForm):
    timed = False
    value = NumberField(label=lazy("Weight today"), places=1)
    unit = forms.ChoiceField(choices=[("kg", "kg"), ("lb", "lb")], widget=forms.RadioSelect, label=lazy("Unit"))


class AccessForm(ChairForm):
    body_site = forms.CharField(max_length=60, label=lazy("Where"))
    side = forms.ChoiceField(choices=[("left", lazy("left")), ("right", lazy("right"))], widget=forms.RadioSelect)
    gauge = WholeField(unit="G", low=14, high=26, label=lazy("Gauge"))
    attempts = WholeField(low=1, high=10, initial=1, label=lazy("Attempts"))
    patent = forms.BooleanField(required=False, initial=True, label=lazy("Flushes freely"))


class AccessOutForm(ChairForm):
    already = forms.BooleanField(required=False, label=lazy("It has come out already"))


class GoForm(ChairForm):
    timed = False
    go = forms.ChoiceField(choices=[("go", lazy("GO")), ("no_go", lazy("NO-GO"))], widget=forms.RadioSelect)
    reason = forms.CharField(required=False, max_length=500, label=lazy("Reason; a NO-GO says why"))
    secret = SecretField()
