"""The facts a candidacy decision rests on, and the decision."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.people.models import Course, Patient, Signature, Site
from clearhead.clinic.policy.models import ProtocolVersion


class HistoryItem(Fact):
    """One answered item of history or screening. Unknown is an answer; it is never read as no."""

    class Answer(models.TextChoices):
        YES = "yes", _("yes")
        NO = "no", _("no")
        UNKNOWN = "unknown", _("not known")
        ACTIVE = "active", _("yes, active")
        UNTREATED = "untreated", _("yes, untreated")
        TREATED = "treated", _("yes, treated and stable")
        INCIDENTAL = "incidental", _("found by chance")
        NOT_APPLICABLE = "not_applicable", _("does not apply")

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="history")
    item = models.CharField(max_length=60)
    answer = models.CharField(max_length=14, choices=Answer)
    detail = models.CharField(max_length=500, blank=True)
    as_of = models.DateField()
    cleared_on = models.DateField(null=True, help_text="Date of the letter or result that clears it.")
    said_by = models.CharField(max_length=20, default="patient", help_text="patient, proxy, letter, clinician")


class Medication(Fact):
    """A current medicine or supplement, confirmed by a clinician. No ingredient means: not checked."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="medications")
    ingredient_id = models.CharField(max_length=40, blank=True)
    typed = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=[("medicine", _("medicine")), ("supplement", _("supplement"))])
    dose = models.CharField(max_length=80, blank=True)
    since = models.DateField(null=True)
    until = models.DateField(null=True)


class Allergy(Fact):
    """A substance and what it did, or the explicit statement that none is known."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="allergies")
    substance = models.CharField(max_length=120, blank=True)
    none_known = models.BooleanField(default=False)
    reaction = models.CharField(max_length=200, blank=True)
    severity = models.CharField(max_length=10, blank=True, choices=[("mild", _("mild")), ("severe", _("severe"))])

    class Meta(Fact.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(none_known=True, substance="") | (Q(none_known=False) & ~Q(substance="")),
                name="allergy_names_a_substance_or_says_none",
            )
        ]


class Trial(Fact):
    """One earlier treatment."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="trials")
    ingredient_id = models.CharField(max_length=40, blank=True)
    typed = models.CharField(max_length=120)
    medicine_class = models.CharField(max_length=40)
    role = models.CharField(
        max_length=14,
        choices=[("acute", _("for attacks")), ("preventive", _("preventive")), ("complementary", _("complementary"))],
    )
    dose = models.CharField(max_length=80, blank=True)
    dose_mg_per_day = models.DecimalField(max_digits=9, decimal_places=3, null=True)
    started_on = models.DateField(null=True)
    stopped_on = models.DateField(null=True)
    reached_target_dose = models.BooleanField(null=True, help_text="Empty: not known.")
    weeks_at_target = models.PositiveSmallIntegerField(null=True)
    cycles = models.PositiveSmallIntegerField(null=True, help_text="Of onabotulinumtoxinA.")
    quarterly = models.BooleanField(default=False, help_text="A CGRP antibody given every three months.")
    effect = models.CharField(
        max_length=14,
        choices=[("none", _("none")), ("some", _("some")), ("good", _("good")), ("unknown", _("not known"))],
    )
    why_stopped = models.CharField(
        max_length=20,
        blank=True,
        choices=[
            ("no_effect", _("no effect")),
            ("side_effects", _("side effects")),
            ("cost", _("cost")),
            ("ongoing", _("still taking it")),
            ("contraindicated", _("may not be used")),
            ("other", _("other")),
        ],
    )


class Measurement(Fact):
    """A dated result: weight, blood pressure, liver tests, ECG, PHQ-9, pregnancy test, prescription check."""

    patient = models.ForeignKey(Patient, models.PROTECT, related_name="measurements")
    kind = models.CharField(max_length=40)
    value = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    value2 = models.DecimalField(max_digits=10, decimal_places=3, null=True, help_text="Diastolic, where it has one.")
    text = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    entered_unit = models.CharField(max_length=20, blank=True)
    inside_limit = models.BooleanField(null=True, help_text="Read against the protocol's limit; empty: nobody has.")
    parts = models.JSONField(default=list, help_text="The single answers of a questionnaire.")
    expires_on = models.DateField(null=True)


class Referral(Fact):
    """A letter asked for: sent, and answered by a later one with `answered_on`."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="referrals")
    to_specialty = models.CharField(max_length=40, default="neurology")
    to_name = models.CharField(max_length=120, blank=True)
    seen_on = models.DateField(null=True, help_text="When the specialist saw the patient.")
    secondary_causes_excluded = models.BooleanField(null=True)
    letter_on_file = models.BooleanField(default=False)


class Decision(Fact):
    """A signed, expiring candidacy judgement with the facts it rested on."""

    class Outcome(models.TextChoices):
        SUITABLE = "suitable", _("suitable")
        NOT_SUITABLE = "not_suitable", _("not suitable")
        NOT_YET = "not_yet", _("not yet")

    course = models.ForeignKey(Course, models.PROTECT, related_name="decisions")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    protocol_version = models.ForeignKey(ProtocolVersion, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=14, choices=Outcome)
    verdict = models.JSONField()
    facts = models.JSONField(default=dict, help_text="The facts as they were judged.")
    facts_sha256 = models.CharField(max_length=64)
    note = models.TextField(blank=True, help_text="Why not, or why not yet.")
    expires_on = models.DateField()
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")


class Override(Fact):
    """A prescriber goes on although a relative contraindication stands. Absolute ones have no row here."""

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="overrides")
    gate = models.CharField(max_length=60)
    grade = models.CharField(max_length=10, default="relative")
    reason = models.TextField()

    class Meta(Fact.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(grade="relative"), name="only_relative_grounds_are_overridden"),
            models.CheckConstraint(condition=~Q(reason=""), name="an_override_says_why"),
        ]


class OpenItem(Fact):
    """Something that a person must do for this course. It stays until somebody says what was done, in a new row."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="open_items")
    kind = models.CharField(max_length=40)
    about_code = models.CharField(max_length=64, help_text="Code of the row it came from.")
    sentence = models.CharField(max_length=300)
    owner_role = models.CharField(max_length=20)
    due_at = models.DateTimeField()
    done = models.TextField(blank=True, help_text="What was done. Looking at it is not doing it.")

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about_code"], condition=Q(corrects__isnull=True), name="one_open_item_per_cause"
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | Q(struck=True) | ~Q(done=""), name="an_item_is_closed_with_words"
            ),
        ]
