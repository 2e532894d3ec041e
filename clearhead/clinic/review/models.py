"""A review of one series by a versioned rule, and harms that were asked for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.people.models import Course, Signature, Site


class Review(Fact):
    """Response or no response, or not enough data; and the next step."""

    class NextStep(models.TextChoices):
        MAINTENANCE = "maintenance", _("maintenance")
        NEW_SERIES = "new_series", _("a new series after assessment")
        WATCH = "watch", _("keep the diary, review again")
        STOP = "stop", _("stop ketamine")
        REFER = "refer", _("refer")

    course = models.ForeignKey(Course, models.PROTECT, related_name="reviews")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    series_code = models.UUIDField()
    rule_version = models.CharField(max_length=40)
    windows = models.JSONField()
    completeness = models.JSONField()
    response = models.CharField(max_length=20, blank=True, help_text="Empty: not enough data.")
    next_step = models.CharField(max_length=14, choices=NextStep)
    note = models.TextField(blank=True)
    harms_asked = models.BooleanField(help_text="Harms were asked for, not waited for, before it was signed.")
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")


class Harm(Fact):
    """Something bad that happened during or after treatment, asked for, not waited for."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="harms")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    session_code = models.UUIDField(null=True)
    what = models.CharField(max_length=120)
    severity = models.CharField(
        max_length=10, choices=[("mild", _("mild")), ("moderate", _("moderate")), ("severe", _("severe"))]
    )
    serious = models.BooleanField(default=False)
    related = models.CharField(
        max_length=12,
        choices=[("no", "no"), ("possible", "possible"), ("probable", "probable"), ("unknown", "unknown")],
    )
    action = models.CharField(max_length=300, blank=True)
    resolved_on = models.DateField(null=True)
    medwatch = models.BooleanField(default=False, help_text="To be reported to the authority.")
