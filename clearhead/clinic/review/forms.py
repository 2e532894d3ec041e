"""Forms of the review."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.review.models import Harm, Review
from clearhead.clinic.web.forms import ClearForm, SecretField, WhenField


class ReviewForm(ClearForm):
    """What follows, signed."""

    next_step = forms.ChoiceField(label=_("What follows"), choices=Review.NextStep.choices, widget=forms.RadioSelect)
    harms_asked = forms.BooleanField(
        label=_("I asked about harms since the first session; what was told is noted below"),
    )
    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    secret = SecretField()


class CloseForm(ClearForm):
    """The end of a course."""

    why = forms.CharField(
        label=_("Why the course is closed"),
        max_length=200,
        help_text=_("Back to the neurologist; does not want more; moved away; no benefit."),
    )
    secret = SecretField()


class HarmForm(ClearForm):
    """A harm, asked for."""

    what = forms.CharField(label=_("What happened"), max_length=120)
    happened_at = WhenField(label=_("When"))
    severity = forms.ChoiceField(label=_("How bad"), choices=Harm._meta.get_field("severity").choices)
    serious = forms.BooleanField(label=_("Serious: hospital, lasting damage, danger to life, or death"), required=False)
    related = forms.ChoiceField(label=_("From the treatment?"), choices=Harm._meta.get_field("related").choices)
    action = forms.CharField(label=_("What was done"), required=False, max_length=300)
    medwatch = forms.BooleanField(label=_("To be reported to the authority"), required=False)
