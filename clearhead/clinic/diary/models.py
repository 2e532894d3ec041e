"""A calendar day's answer, one headache, one dose taken."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.people.models import Patient


class Medicine(Fact):
    """A medicine on the patient's own list. Text that matches no ingredient is kept and shown as "not checked"."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="medicines")
    ingredient_id = models.CharField(max_length=40, blank=True, help_text="Empty: not checked.")
    typed = models.CharField(max_length=120)
    medicine_class = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=12, choices=[("acute", _("for attacks")), ("preventive", _("every day"))])
    unit = models.CharField(max_length=20, blank=True)


class Day(Fact):
    """One tap is a complete answer."""

    class Answer(models.IntegerChoices):
        NONE = 0, _("none")
        MILD = 1, _("mild")
        MODERATE = 2, _("moderate")
        SEVERE = 3, _("severe")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="days")
    local_date = models.DateField()
    zone = models.CharField(max_length=64)
    answer = models.PositiveSmallIntegerField(choices=Answer)
    backfilled = models.BooleanField(default=False, help_text="Entered more than 48 h after the day ended.")
    reason = models.CharField(max_length=200, blank=True, help_text="Needed for days older than a week.")

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "local_date"], condition=Q(corrects__isnull=True), name="one_answer_per_day"
            ),
            models.CheckConstraint(condition=Q(answer__lte=3), name="day_answer_0_to_3"),
        ]


class Attack(Fact):
    """One headache, from its start. `happened_at` is the start."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="attacks")
    zone = models.CharField(max_length=64)
    precision_min = models.PositiveIntegerField(default=0, help_text="How exactly the start is known, in minutes.")
    backfilled = models.BooleanField(default=False)


class AttackEvent(Fact):
    """Something within an attack: worse, a symptom, aura, a suspected trigger, its peak, its end.

    `value` of a symptom, aura or side names the feature; with "not:" before it, it was asked and was not there.
    """

    class Kind(models.TextChoices):
        WORSE = "worse"
        SYMPTOM = "symptom"
        AURA = "aura"
        PREMONITORY = "premonitory"
        TRIGGER = "trigger"
        PEAK = "peak"
        SIDE = "side"
        QUALITY = "quality"
        NOTE = "note"
        OVER = "over"

    attack = models.ForeignKey(Attack, models.PROTECT, related_name="events")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    value = models.CharField(max_length=200, blank=True)


class Dose(Fact):
    """One dose taken. `happened_at` is when it was taken."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="doses")
    medicine = models.ForeignKey(Medicine, models.PROTECT, related_name="doses")
    zone = models.CharField(max_length=64)
    amount = models.DecimalField(max_digits=8, decimal_places=3, null=True)
    unit = models.CharField(max_length=20, blank=True)
    attack = models.ForeignKey(Attack, models.PROTECT, null=True, related_name="doses")
    effect_2h = models.CharField(max_length=12, blank=True, help_text="gone, better, same, worse")
