"""Questions to a visitor, one at a time, and what staff type about an enquiry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clearhead.clinic.people.models import Patient, Site
from clearhead.clinic.people.particulars import alike
from clearhead.clinic.web.forms import BirthDateField, ClearForm, phone_number
from clearhead.clinic.welcome.models import EnquiryEvent


@dataclass(frozen=True, slots=True)
class Seen:
    """Whom the clinic sees, by age in years on the day of the talk, and where everybody else calls."""

    lowest: int
    highest: int
    on: date
    phone: str

    @property
    def sentence(self) -> str:
        """For everybody who books."""
        return _("We see people from %(low)s to %(high)s years.") % {"low": self.lowest, "high": self.highest}

    @property
    def refusal(self) -> str:
        """For who is younger or older."""
        if not self.phone:
            return f"{self.sentence} {_('Nothing was booked. Please call us before you book.')}"
        return f"{self.sentence} {_('Nothing was booked. Please call us on %(phone)s.') % {'phone': self.phone}}"

    def sees(self, born: date) -> bool:
        """True inside the ages."""
        return self.lowest <= Patient(birth_date=born).age_on(self.on) <= self.highest


class NameForm(ClearForm):
    """Who are you?"""

    given_name = forms.CharField(
        label=gettext_lazy("First name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    family_name = forms.CharField(
        label=gettext_lazy("Last name"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    birth_date = BirthDateField()

    def __init__(self, *args: Any, today: date, seen: Seen | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.seen = today, seen
        if seen is not None:
            self.fields["birth_date"].help_text = seen.sentence

    def clean_birth_date(self) -> date:
        """Neither to come nor impossible, and of an age that the clinic sees."""
        born: date = self.cleaned_data["birth_date"]
        self.fields["birth_date"].refuse_impossible(born, self.today)  # type: ignore[attr-defined]
        if self.seen is not None and not self.seen.sees(born):
            raise ValidationError(self.seen.refusal)
        return born


class ReachForm(NameForm):
    """How do we reach you? Carries the answers to the question before."""

    phone = forms.CharField(
        label=gettext_lazy("Phone"),
        max_length=40,
        validators=[phone_number],
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail, for the confirmation"),
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    def __init__(self, *args: Any, hide_name: bool = True, at_desk_of: Site | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.at_desk_of = at_desk_of
        self.twins: list[Patient] = []
        """Who is known already and may be the person that was typed."""
        if hide_name:
            for name in ("given_name", "family_name", "birth_date"):
                self.fields[name].widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        """At the desk: somebody known who may be the same person is named before a second chart is opened (H-01)."""
        said = super().clean() or {}
        if self.at_desk_of is None or self.errors:
            return said
        known = {name: said[name] for name in ("given_name", "family_name", "birth_date", "phone")}
        self.twins = twins = alike(site=self.at_desk_of, **known)
        if twins and self.data.get("somebody_else") != "on":
            self.fields["somebody_else"] = forms.BooleanField(label=_("I asked: this is somebody else"), required=False)
            named = "; ".join(f"{one}, {_('born')} {one.birth_date:%-d %B %Y}, {one.short_code}" for one in twins)
            raise ValidationError(_("Already known here, perhaps the same person: %(who)s.") % {"who": named})
        return said


class EnquiryForm(ClearForm):
    """A question to the clinic."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    contact = forms.CharField(
        label=gettext_lazy("E-mail or phone"), max_length=120, help_text=gettext_lazy("Where we may answer you.")
    )
    text = forms.CharField(
        label=gettext_lazy("Your question"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 2000}),
    )
    wants_soon = forms.BooleanField(label=gettext_lazy("I need an appointment soon"), required=False)
    may_contact = forms.BooleanField(label=gettext_lazy("You may contact me about this question."))

    def clean_contact(self) -> str:
        """An e-mail address or a phone number."""
        return contact_of(self.cleaned_data["contact"])


class WaitForm(ClearForm):
    """Tell me when a time becomes free."""

    contact = forms.CharField(label=gettext_lazy("E-mail or phone"), max_length=120)

    def clean_contact(self) -> str:
        """An e-mail address or a phone number."""
        return contact_of(self.cleaned_data["contact"])


def contact_of(typed: str) -> str:
    """An e-mail address or a phone number, or a refusal."""
    typed = typed.strip()
    check = validate_email if "@" in typed else phone_number
    check(typed)
    return typed


class NoteForm(ClearForm):
    """What was done about an enquiry."""

    kind = forms.ChoiceField(
        choices=[
            (EnquiryEvent.Kind.ANSWERED, "answered"),
            (EnquiryEvent.Kind.NO_ANSWER, "no answer"),
            (EnquiryEvent.Kind.CLOSED, "closed"),
        ],
        widget=forms.HiddenInput,
    )
    note = forms.CharField(label=gettext_lazy("Note"), max_length=500, required=False)


class StartForm(ClearForm):
    """One of the free times on the page."""

    start = forms.CharField(max_length=32)

    def clean_start(self) -> datetime:
        """A moment as the page wrote it, with its offset; nothing else is guessed at."""
        try:
            moment = datetime.fromisoformat(self.cleaned_data["start"])
        except ValueError as fault:
            raise ValidationError(_("Choose one of the times on the page.")) from fault
        if moment.tzinfo is None:
            raise ValidationError(_("Choose one of the times on the page."))
        return moment.astimezone(UTC)


class CancelForm(ClearForm):
    """Cancel, with a reason if one wishes."""

    why = forms.CharField(label=gettext_lazy("Why, in a few words"), max_length=200, required=False)


class DoorForm(ClearForm):
    """Which address, and what the link in the message should open."""

    contact = forms.CharField(
        label=gettext_lazy("Your e-mail address, or your phone number"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
    )
    opens = forms.ChoiceField(choices=[("diary", "diary"), ("password", "password")], initial="diary", required=False)

    def clean_contact(self) -> str:
        """An e-mail address or a phone number."""
        return contact_of(self.cleaned_data["contact"])
