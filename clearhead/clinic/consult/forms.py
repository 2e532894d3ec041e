"""The clinician's form."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.consult import words
from clearhead.clinic.consult.models import Consult, Mode
from clearhead.clinic.web.forms import ClearForm, NumberField, SecretField
from clearhead.medicine.headache.red_flags import FLAGS


class ConsultForm(ClearForm):
    """The same for phone, video and visit. An answer that was not asked stays "not known"."""

    mode = forms.ChoiceField(
        label=_("How you are talking now"),
        choices=Mode.choices,
        widget=forms.RadioSelect,
        help_text=_("If the picture fails and you go on by phone, change it here: the rest stays."),
    )
    identified = forms.BooleanField(label=_("Name and birth date asked and matched"))
    patient_location = forms.CharField(
        label=_("Where is the patient now?"),
        max_length=120,
        help_text=_("Street and town: for an emergency, and for the licence of the clinician."),
    )
    headache_days = NumberField(
        label=_("Headache days in a usual month"), unit=_("days"), low=0, high=31, places=0, required=False
    )
    outcome_note = forms.CharField(
        label=_("In your words"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000
    )
    questions = forms.CharField(
        label=_("What the patient asked, and what you answered"),
        widget=forms.Textarea(attrs={"rows": 3}),
        required=False,
        max_length=2000,
    )
    agenda = forms.MultipleChoiceField(
        label=_("Explained"), choices=list(words.AGENDA.items()), widget=forms.CheckboxSelectMultiple, required=False
    )
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Consult.Outcome.choices, widget=forms.RadioSelect)
    call_again_on = forms.DateField(
        label=_("Call again on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args: Any, signs: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, question in words.TRIAGE.items():
            self.fields[f"triage_{name}"] = _answer(question)
        for flag in FLAGS:
            self.fields[f"flag_{flag.id}"] = _answer(flag.question)
        if signs:
            self.fields["secret"] = SecretField(
                required=False, help_text=_("Left empty, the outcome is a proposal that a prescriber signs off later.")
            )

    @property
    def triage_fields(self) -> list[Any]:
        """The triage questions, to be laid out close together."""
        return [self[name] for name in self.fields if name.startswith("triage_")]

    @property
    def flag_fields(self) -> list[Any]:
        """The warning signs."""
        return [self[name] for name in self.fields if name.startswith("flag_")]

    def answers(self, prefix: str) -> dict[str, str]:
        """What was said to the questions of one group."""
        said = self.cleaned_data
        return {name.removeprefix(prefix): said[name] for name in self.fields if name.startswith(prefix)}

    def clean(self) -> dict[str, Any]:
        """A decline needs words, a call again needs a date."""
        said = super().clean() or {}
        if said.get("outcome") == Consult.Outcome.CALL_AGAIN and not said.get("call_again_on"):
            self.add_error("call_again_on", ValidationError(_t("On which day should we call again?")))
        if said.get("outcome") == Consult.Outcome.DECLINE and not said.get("outcome_note", "").strip():
            self.add_error("outcome_note", ValidationError(_t("Say why, in words that the patient may read.")))
        return said


def _answer(question: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=question, choices=words.YES_NO, widget=forms.RadioSelect, initial="unknown")


class SignOffForm(ClearForm):
    """A prescriber signs the outcome off."""

    secret = SecretField()
