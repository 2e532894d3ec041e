"""The facts of the chairside record. `Infusion` is the one state row: lock target, one running per patient."""

from __future__ import annotations

from decimal import Context
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.people.models import Patient, Signature, Site, User
from clearhead.clinic.plan.models import Session


class PumpMl(models.DecimalField):
    """mL off a pump. One that an earlier version kept without room for it can still be read, and taken back."""

    context = Context()

    def deconstruct(self) -> Any:
        """For the database an ordinary decimal."""
        name, _path, args, said = super().deconstruct()
        return name, "django.db.models.DecimalField", args, said


class Infusion(models.Model):
    """The running session. Locked by every write at the chair."""

    session = models.OneToOneField(Session, models.PROTECT, related_name="infusion")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="+")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    weight_kg = models.DecimalField(max_digits=6, decimal_places=2)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    last_fact = models.PositiveBigIntegerField(default=0, help_text="Counts facts; screens poll and compare it.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient"], condition=Q(ended_at__isnull=True), name="one_running_per_patient"
            )
        ]


class ChairFact(Fact):
    """A fact on the chair's record, with the place where it was written."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="%(class)ss")
    device = models.CharField(max_length=40, blank=True)
    device_at = models.DateTimeField(null=True, help_text="What the device's own clock said.")
    queued = models.BooleanField(default=False, help_text="Was written offline and sent later.")

    class Meta(Fact.Meta):
        abstract = True


class GateAnswer(ChairFact):
    """One answer of the day-of-treatment checklist."""

    gate = models.CharField(max_length=60)
    value = models.JSONField()
    note = models.CharField(max_length=300, blank=True)


class GoNoGo(ChairFact):
    """The signed judgement to start or not, judged again inside the start."""

    go = models.BooleanField()
    verdict = models.JSONField()
    reason = models.CharField(max_length=500, blank=True)
    valid_until = models.DateTimeField()
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")


class Responsible(ChairFact):
    """A named nurse at every minute: from `happened_at` on, this one."""

    nurse = models.ForeignKey(User, models.PROTECT, related_name="+")
    handed_over_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    covers = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", help_text="Only for the break of this nurse, who comes back."
    )
    read_items = models.JSONField(default=list)


class Access(ChairFact):
    """An intravenous catheter: where, how thick, how many attempts; `out_at` when it was taken out."""

    body_site = models.CharField(max_length=60)
    side = models.CharField(max_length=5, choices=[("left", _("left")), ("right", _("right"))])
    gauge = models.PositiveSmallIntegerField()
    attempts = models.PositiveSmallIntegerField(default=1)
    patent = models.BooleanField(default=True)
    out_at = models.DateTimeField(null=True)


class Bag(ChairFact):
    """A bag or syringe as prepared. Its concentration is one of the protocol's list; nobody checks their own."""

    drug_form = models.CharField(max_length=10)
    mg = models.DecimalField(max_digits=8, decimal_places=2)
    ml = models.DecimalField(max_digits=8, decimal_places=2)
    mg_per_ml = models.DecimalField(max_digits=8, decimal_places=4)
    diluent = models.CharField(max_length=60)
    lot = models.CharField(max_length=60)
    expires_on = models.DateField(null=True)
    pump = models.CharField(max_length=60, blank=True)
    prime_ml = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    prepared_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    single_handed = models.BooleanField(default=False)

    class Meta(ChairFact.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True) | ~Q(checked_by=models.F("prepared_by")),
                name="nobody_checks_their_own_bag",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=False) | Q(single_handed=True), name="a_bag_is_checked_or_single_handed"
            ),
            models.CheckConstraint(condition=Q(mg_per_ml__gt=0, ml__gt=0), name="a_bag_has_a_concentration"),
        ]


class RateChange(ChairFact):
    """The pump was set to a new rate. Pause, resume and end are kinds with an explicit rate."""

    class Kind(models.TextChoices):
        START = "start"
        CHANGE = "change"
        PAUSE = "pause"
        RESUME = "resume"
        BAG_CHANGE = "bag_change"
        END = "end"

    bag = models.ForeignKey(Bag, models.PROTECT, related_name="rate_changes")
    kind = models.CharField(max_length=12, choices=Kind)
    entered_value = models.DecimalField(max_digits=9, decimal_places=4)
    entered_unit = models.CharField(max_length=12, choices=[("mg/kg/h", "mg/kg/h"), ("mg/h", "mg/h"), ("mL/h", "mL/h")])
    pump_ml_per_h = models.DecimalField(max_digits=8, decimal_places=2)
    intended = models.BooleanField(help_text="True: an intention, gated. False: what had happened, recorded.")
    second_person = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    single_handed = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    verdict = models.JSONField(default=dict)
    breach = models.CharField(max_length=300, blank=True, help_text="The limit it broke, where it broke one.")

    class Meta(ChairFact.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(pump_ml_per_h__gte=0), name="rate_change_not_negative"),
            models.CheckConstraint(
                condition=~Q(kind__in=["pause", "end"]) | Q(pump_ml_per_h=0), name="pause_and_end_are_an_explicit_zero"
            ),
            models.CheckConstraint(
                condition=Q(second_person__isnull=True) | ~Q(second_person=models.F("recorded_by")),
                name="a_second_person_is_another",
            ),
        ]


class Bolus(ChairFact):
    """A dose at one moment."""

    bag = models.ForeignKey(Bag, models.PROTECT, related_name="boluses")
    mg = models.DecimalField(max_digits=8, decimal_places=3)
    over_min = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    intended = models.BooleanField()
    second_person = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    single_handed = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    verdict = models.JSONField(default=dict)
    breach = models.CharField(max_length=300, blank=True)

    class Meta(ChairFact.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(mg__gt=0), name="a_bolus_has_a_dose"),
            models.CheckConstraint(
                condition=Q(second_person__isnull=True) | ~Q(second_person=models.F("recorded_by")),
                name="a_second_person_at_a_bolus_is_another",
            ),
        ]


class Flush(ChairFact):
    """Fluid without drug that pushed what was in the line into the vein: a dose segment of its own."""

    ml = models.DecimalField(max_digits=6, decimal_places=2)
    over_min = models.DecimalField(max_digits=5, decimal_places=2, default=1)

    class Meta(ChairFact.Meta):
        constraints = [models.CheckConstraint(condition=Q(ml__gt=0, over_min__gt=0), name="a_flush_has_a_volume")]


class Check(ChairFact):
    """A second person entered these numbers blind, under their own PIN, and they agreed."""

    act = models.CharField(max_length=24)
    checker = models.ForeignKey(User, models.PROTECT, related_name="+")
    weight_kg = models.DecimalField(max_digits=6, decimal_places=2, null=True)
    mg_per_ml = models.DecimalField(max_digits=8, decimal_places=4, null=True)
    ml_per_h = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    dose = models.DecimalField(max_digits=8, decimal_places=3, null=True, help_text="Of a drug beside the infusion.")

    class Meta(ChairFact.Meta):
        constraints = [
            models.CheckConstraint(
                condition=~Q(weight_kg=None, mg_per_ml=None, ml_per_h=None, dose=None), name="a_check_read_something"
            ),
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=True) | ~Q(checker=models.F("recorded_by")),
                name="nobody_checks_themselves",
            ),
        ]


class PumpReading(ChairFact):
    """The pump's own count of mL, read off hourly and at a stop, held against the charted rates."""

    bag = models.ForeignKey(Bag, models.PROTECT, related_name="readings")
    pump_ml = PumpMl(max_digits=8, decimal_places=2)
    charted_ml = PumpMl(max_digits=8, decimal_places=2)
    stopped = models.BooleanField(default=False, help_text="The pump was seen stopped.")


class DrugClosure(ChairFact):
    """What became of the drug of one session: drawn = given + left in the line + wasted, or a reason why not."""

    drawn_mg = models.DecimalField(max_digits=9, decimal_places=3)
    given_mg = models.DecimalField(max_digits=9, decimal_places=3)
    left_mg = models.DecimalField(max_digits=9, decimal_places=3)
    wasted_mg = models.DecimalField(max_digits=9, decimal_places=3)
    difference_mg = models.DecimalField(max_digits=9, decimal_places=3)
    witness = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)


class Observation(ChairFact):
    """A set of typed values. Each has a number or a word for why not: not obtainable, refused, artefact, asleep …"""

    phase = models.CharField(max_length=12, help_text="baseline, infusion, recovery, discharge")
    due_at = models.DateTimeField(null=True)
    kind = models.CharField(max_length=6, choices=[("core", "core"), ("full", "full"), ("bp", "bp")], default="core")
    sys = models.PositiveSmallIntegerField(null=True)
    dia = models.PositiveSmallIntegerField(null=True)
    hr = models.PositiveSmallIntegerField(null=True)
    rr = models.PositiveSmallIntegerField(null=True)
    spo2 = models.PositiveSmallIntegerField(null=True)
    o2_l_per_min = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    temp_c = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    etco2 = models.PositiveSmallIntegerField(null=True)
    sedation = models.SmallIntegerField(null=True)
    dissociation = models.PositiveSmallIntegerField(null=True)
    nausea = models.PositiveSmallIntegerField(null=True)
    pain = models.PositiveSmallIntegerField(null=True)
    iv_site = models.CharField(max_length=12, blank=True)
    why_not = models.JSONField(default=dict, help_text="Sign → word, for each sign without a number.")
    confirmed = models.JSONField(default=list, help_text="Implausible values the nurse confirmed by naming them.")

    class Meta(ChairFact.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(pain__isnull=True) | Q(pain__lte=10), name="pain_0_to_10"),
            models.CheckConstraint(condition=Q(spo2__isnull=True) | Q(spo2__lte=100), name="spo2_at_most_100"),
        ]


class Symptom(ChairFact):
    """A graded symptom from `happened_at` on; a later row with the same code changes the grade, 0 ends it."""

    symptom = models.CharField(max_length=40)
    grade = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=200, blank=True)

    class Meta(ChairFact.Meta):
        constraints = [models.CheckConstraint(condition=Q(grade__lte=3), name="grade_0_to_3")]


class Adjunct(ChairFact):
    """A drug given beside the infusion, from an order signed for this patient."""

    order_id = models.CharField(max_length=60, help_text="The standing order's id within the signed order.")
    ingredient_id = models.CharField(max_length=40)
    dose = models.DecimalField(max_digits=8, decimal_places=3)
    unit = models.CharField(max_length=12)
    route = models.CharField(max_length=12)
    symptom = models.ForeignKey(Symptom, models.PROTECT, null=True, related_name="adjuncts")
    recheck_at = models.DateTimeField(null=True)
    raises_monitoring = models.BooleanField(default=False)
    second_person = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    single_handed = models.BooleanField(default=False)
    breach = models.CharField(max_length=300, blank=True)

    class Meta(ChairFact.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(second_person__isnull=True) | ~Q(second_person=models.F("recorded_by")),
                name="a_second_person_at_a_drug_is_another",
            ),
        ]


class AdjunctEffect(ChairFact):
    """What an adjunct did, asked at its re-check."""

    adjunct = models.ForeignKey(Adjunct, models.PROTECT, related_name="effects")
    effect = models.CharField(
        max_length=10, choices=[("better", _("better")), ("same", _("same")), ("worse", _("worse"))]
    )


class Event(ChairFact):
    """Everything else that happened: a note, the pump seen stopped, help called, an emergency's one-tap line."""

    kind = models.CharField(
        max_length=24,
        help_text="note, toilet, comfort, stop, pump_seen_stopped, help, emergency, iv, prescriber_in, …",
    )
    text = models.CharField(max_length=500, blank=True)
    detail = models.JSONField(default=dict)


class Flag(ChairFact):
    """A typed value lay outside a limit of the site: one flag per episode."""

    rule = models.CharField(max_length=60)
    level = models.CharField(max_length=8, choices=[("low", "low"), ("medium", "medium"), ("high", "high")])
    sentence = models.CharField(max_length=400)
    action_ladder = models.JSONField(default=list)
    value = models.CharField(max_length=40, blank=True, help_text="The reading that opened the episode.")
    for_prescriber = models.BooleanField(default=False, help_text="A limit was broken: brought to the prescriber.")


class FlagAck(ChairFact):
    """What was done about a flag, or that its episode is over."""

    flag = models.ForeignKey(Flag, models.PROTECT, related_name="acks")
    done = models.CharField(max_length=300)
    cleared = models.BooleanField(default=False)
    by_prescriber = models.BooleanField(default=False, help_text="A prescriber said it: what was brought is answered.")
