"""What a director types: a file, a purpose, a reason, a signature."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.policy.models import Purpose
from clearhead.clinic.web.forms import ClearForm, SecretField, WhenField

PURPOSES = {
    Purpose.SERIES: _("series of sessions"),
    Purpose.MAINTENANCE: _("maintenance"),
    Purpose.RESCUE: _("rescue"),
}


class PurposeField(forms.ChoiceField):
    """One of the purposes the protocol is written for."""

    def __init__(self, purposes: tuple[str, ...], **kwargs: Any) -> None:
        choices = [(purpose, PURPOSES[Purpose(purpose)]) for purpose in purposes]
        super().__init__(label=_("For"), choices=choices, **kwargs)


class SelectForm(ClearForm):
    """Choose a version as an example."""

    def __init__(self, *args: Any, purposes: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"] = PurposeField(purposes)


class AdoptForm(ClearForm):
    """The director makes a version the site's own."""

    read = forms.BooleanField(label=_("I have read the whole protocol, its assumptions included"))
    secret = SecretField()

    def __init__(self, *args: Any, purposes: tuple[str, ...], zone: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["purpose"] = PurposeField(purposes)
        self.fields["from_at"] = WhenField(
            label=_("In force from"), zone=zone, required=False, help_text=_("Empty: from now on.")
        )
        self.order_fields(["purpose", "from_at", "read", "secret"])


class WithdrawForm(ClearForm):
    """Take a version out of use."""

    for_safety = forms.BooleanField(
        label=_("For safety: also block every start and every increase of running plans"), required=False
    )
    reason = forms.CharField(label=_("Why"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000)
    secret = SecretField()


class KeepForm(ClearForm):
    """A protocol file, from the shelf or pasted."""

    shelf = forms.ChoiceField(label=_("An example that comes with Clearhead"), required=False)
    toml = forms.CharField(
        label=_("Or a file of your own, as text"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 12, "spellcheck": "false"}),
        max_length=200_000,
    )

    def __init__(self, *args: Any, shelf: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shelf"].choices = [("", "–"), *shelf]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Exactly one of the two."""
        said = super().clean() or {}
        if bool(said.get("shelf")) == bool((said.get("toml") or "").strip()):
            raise forms.ValidationError(_("Choose an example or paste a file, one of the two."))
        return said
