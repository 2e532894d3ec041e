"""Forms for another sign-in address, and for two charts of one person."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clearhead.clinic.people.models import User
from clearhead.clinic.web.forms import ClearForm, SecretField


class AddressForm(ClearForm):
    """A new address to sign in with, typed twice: a slip would send the link to a stranger."""

    new_email = forms.EmailField(
        label=gettext_lazy("New address to sign in with"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    again = forms.EmailField(
        label=gettext_lazy("The same again"), widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )

    def clean(self) -> dict[str, Any]:
        """Both alike."""
        said = super().clean() or {}
        one, two = said.get("new_email"), said.get("again")
        if one and two and one.strip().lower() != two.strip().lower():
            self.add_error("again", _("The two entries differ."))
        return said


class OwnAddressForm(AddressForm):
    """One's own: with the password, so that an open page on a lost phone cannot take the account away."""

    secret = SecretField(label=gettext_lazy("Your password"))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_secret(self) -> str:
        """The password and nothing shorter."""
        secret: str = self.cleaned_data["secret"]
        if not self.user.check_password(secret):
            raise forms.ValidationError(_("The password does not match. Nothing was changed."))
        return secret


class DeskAddressForm(AddressForm):
    """At the desk: only with the document in hand."""

    document_seen = forms.BooleanField(label=gettext_lazy("I saw the person's identity document now"))


class SeenForm(ClearForm):
    """That the person stands at the desk."""

    document_seen = forms.BooleanField(label=gettext_lazy("I saw the person's identity document now"))


class MergeForm(ClearForm):
    """The second look at both charts, the reason and the signature."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=32)
    reason = forms.CharField(
        label=gettext_lazy("How you know that both are one person"),
        max_length=200,
        help_text=gettext_lazy("Seen: passport 2026-11-21; registered twice by phone and online."),
    )
    looked_twice = forms.BooleanField(
        label=gettext_lazy("I compared both charts with the document, line by line, a second time")
    )
    secret = SecretField()


class SeparateForm(ClearForm):
    """Why a merge was wrong, and the signature."""

    reason = forms.CharField(label=gettext_lazy("Why these are two people after all"), max_length=200)
    secret = SecretField()
