"""What was changed about a person, kept as facts: data, the address to sign in with, two charts of one person."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from clearhead.clinic.audit.models import Fact

PATIENT = "people.Patient"


class PatientChange(Fact):
    """What was known of a person before and after somebody changed it, and why."""

    patient = models.ForeignKey(PATIENT, models.PROTECT, related_name="changes")
    before = models.JSONField()
    after = models.JSONField()
    reason = models.CharField(max_length=200, blank=True)


class AddressChange(Fact):
    """Another address to sign in with: first asked for, then confirmed by a link to that very address."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="address_changes")
    old_email = models.EmailField()
    new_email = models.EmailField()
    asked = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="confirmed", help_text="Set: this confirms what was asked."
    )


class ChartMerge(Fact):
    """Two charts turned out to be one person's. Nothing moves: from now on both are read through the kept one.

    A merge that was wrong is struck by a second row, and each chart stands alone again.
    """

    kept = models.ForeignKey(PATIENT, models.PROTECT, related_name="merges")
    closed = models.ForeignKey(PATIENT, models.PROTECT, related_name="merged_by")
    reason = models.CharField(max_length=200)
    before = models.JSONField(help_text="Both as they stood: identity, courses, whose sign-in was which.")
    signature = models.ForeignKey("people.Signature", models.PROTECT, related_name="+")

    class Meta(Fact.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("closed")), name="two_charts_are_merged"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_merge_has_its_reason"),
        ]
