"""What a nurse or prescriber types into the assessment."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.assessment import words
from clearhead.clinic.assessment.models import Allergy, Decision, HistoryItem, Medication, Trial
from clearhead.clinic.web.forms import ClearForm, SecretField, WholeField
from clearhead.medicine.headache.diary import AcuteClass
from clearhead.medicine.headache.red_flags import FLAGS
from clearhead.medicine.headache.refractory import PreventiveClass
from clearhead.medicine.protocols.before import Contraindication
from clearhead.medicine.protocols.codes import INDICATIONS
from clearhead.medicine.scales.scale import Scale

YES_NO = [("yes", _("yes")), ("no", _("no")), ("unknown", _("not known"))]
NOT_ASKED = ("", _("not asked"))
SAID_BY = [
    ("patient", _("the patient")),
    ("proxy", _("a proxy")),
    ("letter", _("a letter")),
    ("clinician", _("a clinician")),
]


def date_field(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}), **more)


class AskedForm(ClearForm):
    """Rows of questions: an answer, words, and who said so. What is left alone is not saved."""

    said_by = forms.ChoiceField(label=_("Who says so"), choices=SAID_BY, initial="patient")

    def rows(self) -> list[dict[str, Any]]:
        """One dict per question: the bound fields that belong together."""
        names = [name.removeprefix("answer_") for name in self.fields if name.startswith("answer_")]
        parts = ("answer", "detail", "cleared")
        return [
            {part: self[f"{part}_{name}"] for part in parts if f"{part}_{name}" in self.fields} | {"name": name}
            for name in names
        ]

    def answers(self) -> dict[str, tuple[str, str, date | None]]:
        """Item → answer, words, date of the paper that clears it."""
        said = self.cleaned_data
        names = [name.removeprefix("answer_") for name in self.fields if name.startswith("answer_")]
        return {
            name: (said[f"answer_{name}"], said.get(f"detail_{name}", ""), said.get(f"cleared_{name}"))
            for name in names
            if said.get(f"answer_{name}")
        }


class HistoryForm(AskedForm):
    """One group of the history."""

    def __init__(self, *args: Any, group: str, said: dict[str, HistoryItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for item, question in words.GROUPS[group][1].items():
            _ask(self, item, question, [NOT_ASKED, *YES_NO], said.get(item))


class ConditionsForm(AskedForm):
    """Every contraindication of the protocol by its state."""

    again = forms.BooleanField(label=_("All of them were asked again today"), required=False)

    def __init__(
        self, *args: Any, rules: Iterable[Contraindication], said: dict[str, HistoryItem], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        states = [NOT_ASKED, *((value, label) for value, label in HistoryItem.Answer.choices if value != "yes")]
        for rule in rules:
            before = said.get(rule.code)
            _ask(self, rule.code, rule.title, states, before)
            if rule.clearance != "none":
                self.fields[f"cleared_{rule.code}"] = date_field(
                    _("Date of: %(paper)s") % {"paper": rule.clearance},
                    initial=before.cleared_on if before else None,
                )


class FlagsForm(AskedForm):
    """SNNOOP10 asked again, and what settled a sign that is there."""

    def __init__(self, *args: Any, asked: dict[str, str], settled: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for flag in FLAGS:
            self.fields[f"answer_{flag.id}"] = forms.ChoiceField(
                label=flag.question, choices=[NOT_ASKED, *YES_NO], required=False, initial=asked.get(flag.id, "")
            )
            self.fields[f"detail_{flag.id}"] = forms.CharField(
                label=_("Settled by (letter, imaging, date)"),
                required=False,
                max_length=300,
                initial=settled.get(flag.id, ""),
            )


def _ask(form: forms.Form, item: str, question: Any, choices: list[Any], before: HistoryItem | None) -> None:
    form.fields[f"answer_{item}"] = forms.ChoiceField(
        label=question, choices=choices, required=False, initial=before.answer if before else ""
    )
    form.fields[f"detail_{item}"] = forms.CharField(
        label=_("In words"), required=False, max_length=500, initial=before.detail if before else ""
    )


class MedicationForm(ClearForm):
    """A medicine or supplement taken now."""

    typed = forms.CharField(label=_("Name, as on the package"), max_length=120)
    kind = forms.ChoiceField(label=_("What it is"), choices=Medication._meta.get_field("kind").choices)
    dose = forms.CharField(label=_("Dose and how often"), max_length=80, required=False)
    since = date_field(_("Since"))


class AllergyForm(ClearForm):
    """A substance and what it did."""

    substance = forms.CharField(label=_("Substance"), max_length=120)
    reaction = forms.CharField(label=_("What happened"), max_length=200, required=False)
    severity = forms.ChoiceField(
        label=_("How bad"), choices=[("", _("not known")), *Allergy._meta.get_field("severity").choices], required=False
    )


class TrialForm(ClearForm):
    """One earlier treatment."""

    typed = forms.CharField(label=_("Medicine or treatment"), max_length=120)
    role = forms.ChoiceField(label=_("Taken"), choices=Trial._meta.get_field("role").choices, widget=forms.RadioSelect)
    medicine_class = forms.ChoiceField(
        label=_("Class"),
        choices=[
            ("", _("Find it by the name")),
            (_("Preventive"), [(one.value, one.value.replace("_", " ")) for one in PreventiveClass]),
            (_("Acute"), [(one.value, one.value.replace("_", " ")) for one in AcuteClass]),
            (_("Other"), [("complementary", _("complementary"))]),
        ],
        required=False,
    )
    dose = forms.CharField(label=_("Highest dose"), max_length=80, required=False)
    started_on = date_field(_("From"))
    stopped_on = date_field(_("Until"))
    reached_target_dose = forms.TypedChoiceField(
        label=_("Target dose reached"),
        choices=[("", _("not known")), ("yes", _("yes")), ("no", _("no"))],
        coerce=lambda said: said == "yes",
        empty_value=None,
        required=False,
    )
    weeks_at_target = WholeField(label=_("Weeks at that dose"), unit=_("weeks"), low=0, high=1500, required=False)
    cycles = WholeField(label=_("Quarterly cycles (onabotulinumtoxinA)"), low=0, high=100, required=False)
    quarterly = forms.BooleanField(label=_("A CGRP antibody given every three months"), required=False)
    effect = forms.ChoiceField(
        label=_("Effect"), choices=Trial._meta.get_field("effect").choices, widget=forms.RadioSelect
    )
    why_stopped = forms.ChoiceField(
        label=_("Why stopped"),
        choices=[("", _("not known")), *Trial._meta.get_field("why_stopped").choices],
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        """The end lies after the start."""
        said = super().clean() or {}
        begun, ended = said.get("started_on"), said.get("stopped_on")
        if begun and ended and ended < begun:
            self.add_error("stopped_on", ValidationError(_t("Stopped before it was started. Check both dates.")))
        return said


class ScaleForm(ClearForm):
    """A questionnaire, item by item. An unanswered item is not a zero."""

    def __init__(self, *args: Any, scale: Scale, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scale = scale
        for n in range(1, scale.number_of_items + 1):
            title = scale.items[n - 1] if scale.items else _("Item %(n)s") % {"n": n}
            if scale.answers:
                self.fields[f"item_{n}"] = forms.TypedChoiceField(
                    label=f"{n}. {title}",
                    choices=list(enumerate(scale.answers)),
                    coerce=int,
                    empty_value=None,
                    required=False,
                    widget=forms.RadioSelect,
                )
            else:
                self.fields[f"item_{n}"] = WholeField(
                    label=f"{n}. {title}", low=0, high=scale.highest_point, required=False
                )

    def parts(self) -> list[int | None]:
        """The answers in order; None where there is none."""
        return [self.cleaned_data.get(f"item_{n}") for n in range(1, self.scale.number_of_items + 1)]


class ReferralForm(ClearForm):
    """A letter asked for, or the answer to it."""

    to_specialty = forms.ChoiceField(
        label=_("To"),
        choices=[
            ("neurology", _("neurology")),
            ("cardiology", _("cardiology")),
            ("psychiatry", _("psychiatry")),
            ("eye", _("eye specialist")),
            ("other", _("another specialist")),
        ],
    )
    to_name = forms.CharField(label=_("Name"), max_length=120, required=False)
    seen_on = date_field(_("Seen on"), help_text=_("Empty: not yet."))
    letter_on_file = forms.BooleanField(label=_("The letter is on file"), required=False)
    secondary_causes_excluded = forms.TypedChoiceField(
        label=_("Other causes of headache excluded in it"),
        choices=[("", _("not said")), ("yes", _("yes")), ("no", _("no"))],
        coerce=lambda said: said == "yes",
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_seen_on(self) -> date | None:
        """A visit that was."""
        seen: date | None = self.cleaned_data["seen_on"]
        if seen and seen > self.today:
            raise ValidationError(_t("This day has not come yet. Leave it empty until the visit was."))
        return seen


class DiagnosisForm(ClearForm):
    """The clinician's own diagnosis."""

    indication = forms.ChoiceField(label=_("Diagnosis"), choices=list(INDICATIONS.items()), widget=forms.RadioSelect)
    not_better_explained = forms.BooleanField(label=_("Not better explained by another diagnosis: my judgement"))


class CloseItemForm(ClearForm):
    """What was done."""

    done = forms.CharField(label=_("What was done"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class StrikeForm(ClearForm):
    """Why a result should not have been on file."""

    why = forms.CharField(label=_("Why it is wrong"), max_length=200, help_text=_("For example: the wrong person."))


class SignForm(ClearForm):
    """The decision and the signature under it."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=Decision.Outcome.choices, widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Why not, or why not yet"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=2000
    )
    secret = SecretField()

    def __init__(self, *args: Any, gates: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for gate, title in gates.items():
            self.fields[f"override_{gate}"] = forms.CharField(
                label=_("Go on although: %(title)s") % {"title": title},
                required=False,
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=_("Your reason. Left empty, it stands against treatment."),
            )
        self.order_fields([*(f"override_{gate}" for gate in gates), "outcome", "note", "secret"])

    def overrides(self) -> dict[str, str]:
        """Gate → reason, where one was written."""
        said = self.cleaned_data
        return {
            name.removeprefix("override_"): said[name]
            for name in self.fields
            if name.startswith("override_") and said[name].strip()
        }
