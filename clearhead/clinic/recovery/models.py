"""Scores, the escort met, the discharge, and the calls afterwards."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.infusion.models import ChairFact
from clearhead.clinic.people.models import Signature


class Score(ChairFact):
    """One discharge score with its items."""

    items = models.JSONField()
    total = models.PositiveSmallIntegerField()
    gait = models.CharField(max_length=20)
    line_out = models.BooleanField(default=False)


class EscortMet(ChairFact):
    """The escort stood here, and who said so."""

    name = models.CharField(max_length=120)
    note = models.CharField(max_length=200, blank=True)


class Discharge(ChairFact):
    """How the patient left. Only the label "criteria met" can be refused, never the leaving."""

    class Disposition(models.TextChoices):
        CRITERIA_MET = "criteria_met", _("criteria met")
        EXCEPTION = "exception", _("signed exception")
        AGAINST_ADVICE = "against_advice", _("against advice")
        EMERGENCY = "emergency", _("taken over by emergency services")
        ADMITTED = "admitted", _("admitted")

    disposition = models.CharField(max_length=16, choices=Disposition)
    verdict = models.JSONField()
    restriction_until = models.DateTimeField(null=True)
    alcohol_until = models.DateTimeField(null=True)
    instructions_ack = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    signature = models.OneToOneField(Signature, models.PROTECT, null=True, related_name="+")

    class Meta(ChairFact.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(disposition="criteria_met") | ~Q(reason=""), name="any_other_departure_says_why"
            ),
            models.UniqueConstraint(
                fields=["session"], condition=Q(corrects__isnull=True), name="one_departure_per_visit"
            ),
        ]


class CallAttempt(ChairFact):
    """One attempt of the call on the next day (or at 72 h, 7 d) and its answers."""

    due = models.CharField(max_length=10, help_text="24h, 72h, 7d")
    reached = models.BooleanField()
    answers = models.JSONField(default=dict)
    red = models.BooleanField(default=False)
    owner = models.CharField(max_length=120, blank=True, help_text="Who looks after a red answer.")
    note = models.CharField(max_length=500, blank=True)
