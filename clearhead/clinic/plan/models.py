"""What the prescriber signed, the visits it owns, who takes the patient home."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q

from clearhead.clinic.assessment.models import Decision
from clearhead.clinic.audit.models import Fact
from clearhead.clinic.people.models import Course, Patient, Signature, Site
from clearhead.clinic.policy.models import ProtocolVersion, Purpose
from clearhead.clinic.schedule.models import Booking


class Order(Fact):
    """A signed infusion order under one pinned protocol version. A change is a new order that corrects this one."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="orders")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    decision = models.ForeignKey(Decision, models.PROTECT, related_name="orders")
    protocol_version = models.ForeignKey(ProtocolVersion, models.PROTECT, related_name="+")
    purpose = models.CharField(max_length=20, choices=Purpose, default=Purpose.SERIES)
    drug_form = models.CharField(max_length=10, default="racemic")
    weight_kg = models.DecimalField(max_digits=6, decimal_places=2)
    weight_measured_at = models.DateTimeField()
    height_cm = models.DecimalField(max_digits=5, decimal_places=1, null=True, help_text="Where the dosing rule asks.")
    height_measured_at = models.DateTimeField(null=True)
    sex = models.CharField(max_length=10, blank=True, help_text="As it was known when the order was signed.")
    dose_mode = models.CharField(
        max_length=20, help_text="fixed_rate, total_over_time, load_plus_rate, stepped, mini_bolus"
    )
    dose = models.JSONField(help_text="The numbers of the mode, as decimal strings with the unit in each key.")
    max_rate_mg_per_kg_h = models.DecimalField(max_digits=8, decimal_places=4)
    max_session_mg = models.DecimalField(max_digits=8, decimal_places=2)
    max_session_mg_per_kg = models.DecimalField(max_digits=8, decimal_places=4)
    infusion_minutes = models.PositiveIntegerField()
    max_minutes = models.PositiveIntegerField()
    sessions = models.PositiveSmallIntegerField()
    spacing = models.CharField(max_length=60, help_text="As the patient reads it: on consecutive days.")
    gap_days_min = models.PositiveSmallIntegerField(default=1)
    gap_days_max = models.PositiveSmallIntegerField(default=1)
    weekends = models.BooleanField(default=False)
    premedication = models.JSONField(default=list)
    prn_orders = models.JSONField(default=list, help_text="Standing orders signed for this patient.")
    deviations = models.JSONField(default=list, help_text="Where it differs from the protocol, each with a reason.")
    estimate = models.JSONField(default=dict, help_text="The written price estimate.")
    sha256 = models.CharField(max_length=64)
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")

    class Meta(Fact.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(weight_kg__gt=0), name="order_has_a_weight"),
            models.CheckConstraint(condition=Q(sessions__gte=1), name="order_has_a_session"),
            models.CheckConstraint(
                condition=Q(max_session_mg__gt=0, max_rate_mg_per_kg_h__gt=0), name="order_has_limits"
            ),
        ]


class OrderCheck(Fact):
    """A pharmacist read a signed order and agreed, or asked the prescriber something."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="checks")
    agreed = models.BooleanField()
    note = models.CharField(max_length=500, blank=True)
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")

    class Meta(Fact.Meta):
        constraints = [
            models.CheckConstraint(condition=Q(agreed=True) | ~Q(note=""), name="order_check_asks_something")
        ]


class SeriesProposal(Fact):
    """The starts that were agreed with the patient. They become bookings when the consent to the order is signed."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="proposals")
    starts = models.JSONField(help_text="Moments in UTC, ISO 8601, one per session.")


class Session(models.Model):
    """The visit. Its `code` is the address of the chair."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, related_name="visits")
    course = models.ForeignKey(Course, models.PROTECT, related_name="visits")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="visits")
    number = models.PositiveSmallIntegerField()
    series_code = models.UUIDField(db_index=True)
    booking = models.OneToOneField(Booking, models.PROTECT, null=True, related_name="visit")
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    cancelled_why = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "number"], condition=Q(cancelled_at__isnull=True), name="one_visit_per_number"
            )
        ]

    def __str__(self) -> str:
        return f"session {self.number} of {self.order.sessions}"

    def day_is_gone(self, at: datetime) -> bool:
        """True when the day it was booked for is over and nothing was given: it needs a word, or another date."""
        booking = self.booking
        if booking is None or booking.status != Booking.Status.BOOKED or self.cancelled_at is not None:
            return False
        return self.site.today(at) > self.site.today(booking.ends_at) and getattr(self, "infusion", None) is None


class SessionSummary(Fact):
    """What a session came to, written once when it is closed."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="summaries")
    given_mg = models.DecimalField(max_digits=9, decimal_places=4)
    given_mg_per_kg = models.DecimalField(max_digits=9, decimal_places=5)
    infusion_minutes = models.PositiveIntegerField()
    end_reason = models.CharField(max_length=80)
    open_symptoms = models.JSONField(default=list)


class MedicineLine(Fact):
    """What this patient does with one own medicine on the day. A draft of the protocol until a clinician signs it."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="medicine_lines")
    typed = models.CharField(max_length=120, help_text="The medicine, as it stands in the list.")
    sentence = models.CharField(max_length=300)
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")


class Escort(Fact):
    """The adult who takes the patient home."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="escorts")
    name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40)
    mail = models.EmailField(blank=True, help_text="Where the sheet to take home can be sent.")
    may_be_told = models.BooleanField(
        default=False, help_text="The patient allows us to speak with them about the visit."
    )
    reached_at = models.DateTimeField(null=True)


class PreparationAnswer(Fact):
    """One item of preparation answered, by link, phone or at the desk."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="preparation_answers")
    item = models.CharField(max_length=40)
    value = models.CharField(max_length=200)
    via = models.CharField(max_length=10, help_text="link, phone, desk")
