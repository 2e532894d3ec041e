"""Scores, the escort met, the discharge, and the calls afterwards."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.infusion.models import ChairFact
from clearhead.clinic.people.models import Signature, User


class Score(ChairFact):
    """One look at the patient: the score's items, what a person sees, and the patient's own word on pain."""

    items = models.JSONField(help_text="vital_signs, activity, nausea, pain: 0 to 2 each, 2 is best.")
    total = models.PositiveSmallIntegerField(help_text="Of 8: the bleeding item is left out.")
    answers = models.JSONField(default=dict, help_text="Criterion → seen or not; absent = nobody looked.")
    pain = models.PositiveSmallIntegerField(null=True)
    pain_on_arrival = models.PositiveSmallIntegerField(null=True, help_text="Asked back, when nobody charted it.")
    pain_acceptable = models.BooleanField(null=True, help_text="The patient's own word.")
    line_out = models.BooleanField(default=False, help_text="No catheter lies, where none was charted.")

    class Meta(ChairFact.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(total__lte=8), name="score_of_eight"),
            models.CheckConstraint(condition=Q(pain__isnull=True) | Q(pain__lte=10), name="score_pain_0_to_10"),
        ]


class EscortMet(ChairFact):
    """The escort stood here, and who said so."""

    name = models.CharField(max_length=120, blank=True)
    alternative = models.CharField(max_length=120, blank=True, help_text="What the protocol allows instead.")
    note = models.CharField(max_length=200, blank=True, help_text="Why it is someone else than was named.")

    class Meta(ChairFact.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(name="") | ~Q(alternative=""), name="somebody_or_something_was_met")
        ]


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
    legal_until = models.DateTimeField(null=True)
    childcare_until = models.DateTimeField(null=True)
    instructions_ack = models.BooleanField(default=False)
    hand_over = models.CharField(max_length=500, blank=True, help_text="What is still open, handed over in writing.")
    reason = models.CharField(max_length=500, blank=True)
    signature = models.OneToOneField(Signature, models.PROTECT, null=True, related_name="+")

    class Meta(ChairFact.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(disposition="criteria_met") | ~Q(reason=""), name="any_other_departure_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(disposition="exception") | Q(signature__isnull=False), name="an_exception_is_signed"
            ),
            models.UniqueConstraint(
                fields=["session"], condition=Q(corrects__isnull=True), name="one_departure_per_visit"
            ),
        ]


class CallAttempt(ChairFact):
    """One attempt of a call after the visit, and its answers."""

    follow_up = models.CharField(max_length=40, help_text="Which call of the protocol: next_day, three_day, week.")
    reached = models.BooleanField()
    answers = models.JSONField(default=dict)
    red = models.BooleanField(default=False)
    owner = models.CharField(max_length=120, blank=True, help_text="Whose a red answer is until a person takes it.")
    note = models.CharField(max_length=500, blank=True)


class CallStep(ChairFact):
    """Somebody takes a red answer (or a silence), or closes it by saying what was done."""

    attempt = models.ForeignKey(CallAttempt, models.PROTECT, related_name="steps")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    closed = models.BooleanField(default=False)
    done = models.CharField(max_length=500, blank=True)

    class Meta(ChairFact.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(closed=False) | ~Q(done=""), name="closing_a_call_says_what_was_done")
        ]
