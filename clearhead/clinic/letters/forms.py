"""What staff do with a letter."""

from __future__ import annotations

from django import forms

from clearhead.clinic.web.forms import ClearForm


class StepForm(ClearForm):
    """One of three buttons."""

    step = forms.ChoiceField(choices=[(name, name) for name in ("withdraw", "printed", "again")])
