"""Forms for a person's own data: what the clinic may change, and what the person changes alone."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clearhead.clinic.people.models import MESSAGES_BY, SEXES, Patient
from clearhead.clinic.people.particulars import IDENTITY, mark_of, namesakes
from clearhead.clinic.web.forms import BirthDateField, ClearForm, phone_number

PARTS_OF_THE_WORLD = {"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}


def zone_choices(present: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every time zone of the list, by part of the world, and the present one whatever its name."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for name in sorted({*available_timezones(), present}):
        part, _slash, city = name.partition("/")
        if name == present or part in PARTS_OF_THE_WORLD:
            parts.setdefault(part, []).append((name, city.replace("_", " ") or name))
    return list(parts.items())


def _telephone(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=40,
        required=False,
        validators=[phone_number],
        widget=forms.TextInput(attrs={"type": "tel", "inputmode": "tel"}),
    )


class OwnDetailsForm(ClearForm):
    """How the clinic reaches a person, and whom else."""

    used_name = forms.CharField(
        label=gettext_lazy("Name you want to be called by"), max_length=80, required=False, strip=True
    )
    phone = _telephone(gettext_lazy("Phone"))
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    messages_by = forms.ChoiceField(label=gettext_lazy("Messages from the clinic"), choices=MESSAGES_BY)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=settings.LANGUAGES)
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone you live in"),
        help_text=gettext_lazy("Your diary's days begin and end there. What you wrote before keeps its day."),
    )
    contact_name = forms.CharField(label=gettext_lazy("Contact person in an emergency"), max_length=120, required=False)
    contact_relation = forms.CharField(label=gettext_lazy("Who that is to you"), max_length=60, required=False)
    contact_phone = _telephone(gettext_lazy("Their phone"))
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        shown = {name: getattr(patient, name) for name in self.base_fields if hasattr(patient, name)}
        super().__init__(*args, initial={**shown, "seen": mark_of(patient)}, **kwargs)
        self.patient = patient
        self.fields["zone"].choices = zone_choices(patient.zone)

    def clean(self) -> dict[str, Any]:
        """The way that was chosen needs an address; a contact needs a name and a number."""
        said = super().clean() or {}
        if said.get("messages_by") == "mail" and not said.get("email") and "email" not in self.errors:
            self.add_error("email", _("Messages by e-mail need an address. Or choose another way."))
        if said.get("messages_by") == "sms" and not said.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Messages by text need a phone number. Or choose another way."))
        if bool(said.get("contact_name")) != bool(said.get("contact_phone")) and "contact_phone" not in self.errors:
            self.add_error("contact_phone", _("A contact person needs a name and a phone number."))
        return said

    def details(self) -> dict[str, Any]:
        """The answers that are data of the person."""
        return {name: said for name, said in self.cleaned_data.items() if hasattr(self.patient, name)}


class DetailsForm(OwnDetailsForm):
    """All data of a person, at the desk. Who the person is changes only after a second look, with a reason."""

    given_name = forms.CharField(label=gettext_lazy("First name, as in the document"), max_length=80)
    family_name = forms.CharField(label=gettext_lazy("Last name, as in the document"), max_length=80)
    birth_date = BirthDateField()
    sex = forms.ChoiceField(
        label=gettext_lazy("Sex recorded at birth"),
        choices=SEXES,
        required=False,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Not asked is treated as: pregnancy possible. Body weights by formula need it."),
    )
    needs_interpreter = forms.BooleanField(label=gettext_lazy("Needs an interpreter"), required=False)
    proxy_name = forms.CharField(label=gettext_lazy("Legal proxy, where there is one"), max_length=120, required=False)
    document_seen = forms.BooleanField(label=gettext_lazy("I saw an identity document now"), required=False)
    reason = forms.CharField(label=gettext_lazy("Why name, birth date or sex change"), max_length=200, required=False)
    looked_twice = forms.BooleanField(
        label=gettext_lazy("I looked at the document a second time"), required=False, widget=forms.HiddenInput
    )
    field_order = (
        "given_name",
        "family_name",
        "used_name",
        "birth_date",
        "sex",
        "reason",
        "document_seen",
        "phone",
        "email",
        "messages_by",
        "language",
        "zone",
        "needs_interpreter",
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["used_name"].label = _("Name the person wants to be called by")
        self.fields["zone"].label = _("Time zone the person lives in")
        self.fields["zone"].help_text = _("The diary's days begin and end there. Earlier days stay where they are.")
        self.fields["contact_relation"].label = _("Who that is to the person")

    def clean_birth_date(self) -> date:
        """Neither to come nor impossible."""
        born: date = self.cleaned_data["birth_date"]
        self.fields["birth_date"].refuse_impossible(born, self.today)  # type: ignore[attr-defined]
        return born

    def clean(self) -> dict[str, Any]:
        """Another identity: the reason, and the second look at old and new side by side."""
        said = super().clean()
        if self.errors:
            return said
        changed = [name for name in IDENTITY if getattr(self.patient, name) not in ("", said[name])]
        if changed and not said["reason"].strip():
            self.add_error("reason", _("Say why: a typing error, a new document, a marriage …"))
        if changed and not said["looked_twice"]:
            self.fields["looked_twice"].widget = forms.CheckboxInput()
            self.add_error("looked_twice", self._side_by_side(changed, said))
        return said

    def _side_by_side(self, changed: list[str], said: dict[str, Any]) -> ValidationError:
        pairs = [
            _("%(what)s: “%(old)s” becomes “%(new)s”.")
            % {
                "what": self.fields[name].label,
                "old": _shown(getattr(self.patient, name)),
                "new": _shown(said[name]) or _("not asked yet"),
            }
            for name in changed
        ]
        others = namesakes(self.patient, said)
        if others:
            pairs.append(_("Another person has this name and date of birth: %(who)s. Is this the right chart?") % {
                "who": ", ".join(f"{one}, {one.short_code}" for one in others)
            })  # fmt: skip
        return ValidationError([*pairs, _("Compare with the document, then tick the box and save again.")])


def _shown(value: object) -> str:
    return f"{value:%-d %B %Y}" if isinstance(value, date) else str(value)
