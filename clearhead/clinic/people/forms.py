"""Forms for staff, roles and secrets."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clearhead.clinic.people.models import Role, User
from clearhead.clinic.web.forms import ClearForm, SecretField


def _patients_at_once() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=gettext_lazy("A nurse: patients at once during infusions"),
        choices=[("1", "1"), ("2", "2"), ("3", "3"), ("4", "4")],
        coerce=int,
        initial="1",
        required=False,
        empty_value=1,
        help_text=gettext_lazy("The calendar books no more. Your protocol may ask for fewer."),
    )


class InviteForm(ClearForm):
    """A new member of staff."""

    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    title = forms.CharField(
        label=gettext_lazy("Title at signatures"), max_length=80, required=False, help_text=gettext_lazy("RN, DO, MD")
    )
    email = forms.EmailField(label=gettext_lazy("E-mail address, to sign in with"))
    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    patients_at_once = _patients_at_once()


class RoleForm(ClearForm):
    """Give or withdraw one role."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=Role.choices)
    give = forms.TypedChoiceField(
        label=gettext_lazy("What to do"),
        choices=[("1", gettext_lazy("give")), ("0", gettext_lazy("withdraw"))],
        coerce=lambda text: text == "1",
        initial="1",
        widget=forms.RadioSelect,
    )
    patients_at_once = _patients_at_once()


class CredentialForm(ClearForm):
    """A licence or certificate with its expiry."""

    kind = forms.CharField(label=gettext_lazy("Licence or certificate"), max_length=40, help_text="RN, ACLS, BLS")
    number = forms.CharField(label=gettext_lazy("Number"), max_length=60, required=False)
    expires_on = forms.DateField(
        label=gettext_lazy("Valid until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class NewPasswordForm(ClearForm):
    """A new password, twice."""

    password = forms.CharField(
        label=gettext_lazy("New password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("At least 15 characters. A sentence is good. No digits or signs are asked for."),
    )
    again = forms.CharField(
        label=gettext_lazy("The same again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Both alike, and not easy to guess."""
        said = super().clean() or {}
        password = said.get("password")
        if password and password != said.get("again"):
            raise ValidationError(_("The two entries differ."))
        if password:
            try:
                validate_password(password, self.user)
            except ValidationError as fault:
                self.add_error("password", fault)
        return said


class PinForm(ClearForm):
    """A bedside PIN of one's own."""

    pin = forms.RegexField(
        r"\A[0-9]{4,8}\Z",
        label=gettext_lazy("New bedside PIN"),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=gettext_lazy("4 to 8 digits. It signs at the chair, and only there."),
        error_messages={"invalid": gettext_lazy("A bedside PIN has 4 to 8 digits.")},
    )
    secret = SecretField(label=gettext_lazy("Your password"))
