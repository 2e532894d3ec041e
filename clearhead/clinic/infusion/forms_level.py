"""What is asked of the forecast: a level, and a rate that might run. Nothing is saved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from clearhead.clinic.web.forms import ClearForm, NumberField

LOWEST_NG_PER_ML, HIGHEST_NG_PER_ML = 1, 1000  # below, assays differ; above lies anaesthesia


class LevelForm(ClearForm):
    """Minutes until below which level, and at which rate from now on; by default as planned."""

    level = NumberField(
        unit="ng/mL", low=LOWEST_NG_PER_ML, high=HIGHEST_NG_PER_ML, places=1, required=False, label=lazy("Level")
    )
    rate = forms.ChoiceField(
        required=False,
        label=lazy("If the rate were, from now on"),
        error_messages={
            "invalid_choice": lazy("%(value)s mg/h is no step of this order as it runs now. Choose from the list.")
        },
    )

    def __init__(self, *args: Any, rates: tuple[Decimal, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["client_id"]  # a question is asked anew as often as one likes
        steps = [(f"{rate:f}", _("%(rate)s mg/h") % {"rate": f"{rate.normalize():f}"}) for rate in rates]
        self.fields["rate"].choices = [("", _("as planned")), *steps]  # type: ignore[attr-defined]

    def clean_rate(self) -> Decimal | None:
        """The rate in mg/h; None as planned."""
        chosen = self.cleaned_data["rate"]
        return Decimal(chosen) if chosen else None
