"""One tap, one attack, one medicine."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.diary import words
from clearhead.clinic.people.models import known_zone
from clearhead.clinic.web.forms import ClearForm, NumberField, WhenField


class ZoneField(forms.CharField):
    """The IANA zone of the device; hidden, filled by script, the patient's own zone without one."""

    widget = forms.HiddenInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=64, required=False, validators=[known_zone], **kwargs)


class DayForm(ClearForm):
    """One tap is a complete answer."""

    local_date = forms.DateField(widget=forms.HiddenInput)
    zone = ZoneField()
    answer = forms.TypedChoiceField(
        label=_("Headache that day"), choices=list(words.ANSWERS.items()), coerce=int, widget=forms.RadioSelect
    )
    reason = forms.CharField(
        label=_("Why so late?"),
        required=False,
        max_length=200,
        help_text=_("Asked for days more than a week ago, such as “from my paper notebook”."),
    )


class StartForm(ClearForm):
    """When an attack began: some minutes ago, or at a time of one's own; and its end, when it is over already."""

    zone = ZoneField()
    minutes_ago = forms.TypedChoiceField(
        choices=list(words.AGO.items()), coerce=int, required=False, empty_value=None, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["started_at"] = WhenField(label=_("It began at"), required=False, zone=zone)
        self.fields["ended_at"] = WhenField(label=_("It ended, if it is over"), required=False, zone=zone)

    def clean(self) -> dict[str, Any]:
        """A button or a time. The button that was tapped says what is meant, whatever stands below it."""
        said = super().clean() or {}
        if said.get("minutes_ago") is not None:
            return {**said, "started_at": None, "ended_at": None}
        _began(self, said)
        return said


def _began(form: forms.Form, said: dict[str, Any]) -> None:
    """When it began is known, and it did not end before."""
    begun, ended = said.get("started_at"), said.get("ended_at")
    if begun is None and "started_at" not in form.errors:
        raise ValidationError(_t("Say when it began: now, some minutes ago, or at another time."))
    if begun and ended and ended < begun:
        form.add_error("ended_at", _t("It cannot end before it began. Check both times."))


class OverForm(ClearForm):
    """When it ended; empty means now."""

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ended_at"] = WhenField(label=_("It ended"), required=False, zone=zone)


class DetailsForm(ClearForm):
    """Everything that can wait until the attack is over."""

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["started_at"] = WhenField(label=_("It began"), zone=zone)
        self.fields["ended_at"] = WhenField(label=_("It ended"), required=False, zone=zone)
        self.fields["peak"] = forms.TypedChoiceField(
            label=_("At its worst"),
            choices=[(n, words.ANSWERS[n]) for n in (1, 2, 3)],
            coerce=int,
            required=False,
            empty_value=None,
            widget=forms.RadioSelect,
        )
        for name, label, choices in (
            ("symptoms", _("What was there"), words.SYMPTOMS),
            ("aura", _("Just before it began (aura)"), words.AURA),
            ("premonitory", _("Hours before it began"), words.PREMONITORY),
            ("triggers", _("What may have set it off"), words.TRIGGERS),
        ):
            self.fields[name] = forms.MultipleChoiceField(
                label=label, choices=list(choices.items()), required=False, widget=forms.CheckboxSelectMultiple
            )
        self.fields["side"] = forms.ChoiceField(
            label=_("Where"), choices=list(words.SIDES.items()), required=False, widget=forms.RadioSelect
        )
        self.fields["quality"] = forms.ChoiceField(
            label=_("How it feels"), choices=list(words.QUALITIES.items()), required=False, widget=forms.RadioSelect
        )
        self.fields["note"] = forms.CharField(label=_("Anything else"), required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        """The end lies after the beginning."""
        said = super().clean() or {}
        begun, ended = said.get("started_at"), said.get("ended_at")
        if begun and ended and ended < begun:
            self.add_error("ended_at", _t("It cannot end before it began. Check both times."))
        return said


class MedicineForm(ClearForm):
    """A medicine on one's own list. Class and role are asked once."""

    typed = forms.CharField(label=_("Name on the package"), max_length=120)
    role = forms.ChoiceField(
        label=_("You take it"),
        choices=[("acute", _("for attacks")), ("preventive", _("every day, to prevent them"))],
        widget=forms.RadioSelect,
    )
    medicine_class = forms.ChoiceField(
        label=_("What kind of medicine is it?"),
        choices=[("", _("Find it by its name")), *words.CLASSES.items()],
        required=False,
        help_text=_("We need this to count days. If you do not know, say so: we will look."),
    )
    unit = forms.ChoiceField(
        label=_("You count it in"),
        choices=[("tablet", _("tablets")), ("mg", "mg"), ("spray", _("sprays")), ("injection", _("injections"))],
        required=False,
    )


class DoseForm(ClearForm):
    """One dose taken."""

    zone = ZoneField()

    def __init__(self, *args: Any, zone: str, medicines: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.medicines = {str(one.code): one for one in medicines}
        self.fields["medicine"] = forms.ChoiceField(
            label=_("Medicine"),
            choices=[(code, one.typed) for code, one in self.medicines.items()],
            widget=forms.RadioSelect,
        )
        self.fields["taken_at"] = WhenField(label=_("Taken at"), required=False, zone=zone, help_text=_("Empty: now."))
        self.fields["amount"] = NumberField(label=_("How much"), low="0.01", high=5000, required=False)

    def clean_medicine(self) -> Any:
        """The row, not its code."""
        return self.medicines[self.cleaned_data["medicine"]]


class EffectForm(ClearForm):
    """How it was two hours after a dose."""

    effect = forms.ChoiceField(label=_("Two hours later"), choices=list(words.EFFECTS.items()))


class MonthForm(forms.Form):
    """Which month to show, as 2026-11."""

    month = forms.RegexField(regex=r"^20\d\d-(0[1-9]|1[0-2])$")

    @classmethod
    def first_of(cls, text: str, today: date) -> date:
        """The first date of the month asked for; this month where the text is none."""
        form = cls({"month": text})
        return datetime.strptime(text + "-01", "%Y-%m-%d").date() if form.is_valid() else today.replace(day=1)  # noqa: DTZ007 - a date has no zone


class QueuedForm(forms.Form):
    """One entry made while the phone was offline. The id was chosen on the phone, which sends every field of its form.

    Without both a button and a time a start is refused: "now" is never guessed.
    """

    id = forms.UUIDField()
    kind = forms.ChoiceField(choices=[(kind, kind) for kind in ("day", "start", "worse", "over")])
    entered_at = WhenField(zone="UTC")
    zone = ZoneField()
    local_date = forms.DateField(required=False)
    answer = forms.TypedChoiceField(choices=list(words.ANSWERS.items()), coerce=int, required=False, empty_value=None)
    minutes_ago = forms.IntegerField(min_value=0, max_value=1440, required=False)
    attack = forms.UUIDField(required=False)

    def __init__(self, *args: Any, zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("started_at", "ended_at"):
            self.fields[name] = WhenField(required=False, zone=zone)

    def clean(self) -> dict[str, Any]:
        """Each kind has what it needs."""
        said = super().clean() or {}
        if said.get("kind") == "day" and (said.get("answer") is None or said.get("local_date") is None):
            raise ValidationError(_t("A day's answer needs its date and the answer."))
        if said.get("kind") in {"worse", "over"} and said.get("attack") is None:
            raise ValidationError(_t("Which attack is meant?"))
        if said.get("kind") == "start" and said.get("minutes_ago") is None and "minutes_ago" not in self.errors:
            _began(self, said)
        return said
