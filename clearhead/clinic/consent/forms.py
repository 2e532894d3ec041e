"""What is asked of the patient before a signature, and what the staff answer."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.consent.items import TEACH_BACK
from clearhead.clinic.web.forms import ClearForm

YES_NO = (("yes", _("yes")), ("no", _("no")))


class SignForm(ClearForm):
    """In the patient's own words, separate yes or no answers, name and birth date."""

    read_sha256 = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, choices: dict[str, str], interpreter: bool, minor: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = list(choices)
        for item, question in TEACH_BACK.items():
            self.fields[f"teach_{item}"] = forms.CharField(
                label=question, max_length=1000, widget=forms.Textarea(attrs={"rows": 2})
            )
        for name, question in choices.items():
            self.fields[f"choice_{name}"] = forms.ChoiceField(label=question, choices=YES_NO, widget=forms.RadioSelect)
        if interpreter:
            self.fields["interpreter"] = forms.CharField(label=_("Interpreter who was there"), max_length=120)
        if minor:
            self.fields["co_signed_by"] = forms.CharField(label=_("Legal representative, full name"), max_length=120)
        self.fields["typed_name"] = forms.CharField(
            label=_("Your full name, typed by you: this is your signature"),
            max_length=120,
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.fields["birth_date"] = forms.DateField(
            label=_("Your birth date"), widget=forms.DateInput(attrs={"type": "date"})
        )

    @property
    def teach_fields(self) -> list[Any]:
        """The questions to be answered in own words."""
        return [self[f"teach_{item}"] for item in TEACH_BACK]

    @property
    def choice_fields(self) -> list[Any]:
        """The separate yes or no's."""
        return [self[f"choice_{name}"] for name in self.asked]

    @property
    def name_fields(self) -> list[Any]:
        """Who signs."""
        names = ("interpreter", "co_signed_by", "typed_name", "birth_date")
        return [self[name] for name in names if name in self.fields]

    def said(self) -> dict[str, Any]:
        """The arguments of the signature."""
        clean = self.cleaned_data
        return {
            "typed_name": clean["typed_name"],
            "birth_date": clean["birth_date"],
            "teach_back": {item: clean[f"teach_{item}"] for item in TEACH_BACK},
            "choices": {name: clean[f"choice_{name}"] == "yes" for name in self.asked},
            "read_sha256": clean["read_sha256"],
            "interpreter": clean.get("interpreter", ""),
            "co_signed_by": clean.get("co_signed_by", ""),
            "client_id": clean["client_id"],
        }


class QuestionForm(ClearForm):
    """A question of the patient."""

    question = forms.CharField(label=_("Your question"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class AnswerForm(ClearForm):
    """The answer of the staff."""

    answer = forms.CharField(label=_("Answer"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))


class WithdrawForm(ClearForm):
    """Taking consent back needs no reason."""

    reason = forms.CharField(label=_("Why"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))
    sure = forms.BooleanField(label=_("Yes, cancel my booked sessions and take my consent back"))
