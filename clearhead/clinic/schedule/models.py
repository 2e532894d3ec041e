"""Services, resources, openings, bookings and what they occupy. No two unreleased occupancies of a resource overlap."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.people.models import Course, Patient, Site, User


class Service(models.Model):
    """Something a site offers from one date to another: a phone consult, an infusion, osteopathic treatment."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="services")
    kind = models.CharField(max_length=40, help_text="consult, infusion, osteopathic, …")
    mode = models.CharField(max_length=20, blank=True, help_text="phone, video, in_person")
    name = models.CharField(max_length=120)
    minutes = models.PositiveIntegerField(null=True)
    price = models.DecimalField(max_digits=9, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, default="USD")
    bookable_online = models.BooleanField(default=False)
    phases = models.JSONField(
        default=list, blank=True, help_text='What it takes up: [{"name", "minutes", "needs": "1 clinician"}, …].'
    )
    video_url = models.URLField(blank=True, help_text="The clinic's own video room; empty: we call by phone.")
    from_date = models.DateField()
    until_date = models.DateField(null=True)
    notice = models.TextField(blank=True, help_text="Shown when the service has ended: what to ask for instead.")

    def __str__(self) -> str:
        return self.name


class Resource(models.Model):
    """Anything that can be taken up: a chair, a room, a pump, one share of a nurse, a clinician, the patient."""

    class Kind(models.TextChoices):
        CHAIR = "chair"
        ROOM = "room"
        PUMP = "pump"
        NURSE_SHARE = "nurse_share"
        CLINICIAN = "clinician"
        PATIENT = "patient"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="resources", help_text="Empty: a patient.")
    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=80)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    patient = models.OneToOneField(Patient, models.PROTECT, null=True, related_name="resource")
    attributes = models.JSONField(default=dict)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    def __str__(self) -> str:
        return self.name


class Opening(models.Model):
    """When a site (or one resource) is open, in local time: every such weekday, or on one date; closed beats open."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="openings")
    resource = models.ForeignKey(Resource, models.PROTECT, null=True, related_name="openings")
    weekday = models.PositiveSmallIntegerField(null=True, help_text="0 is Monday.")
    on_date = models.DateField(null=True)
    opens = models.TimeField()
    closes = models.TimeField()
    closed = models.BooleanField(default=False)
    from_date = models.DateField()
    until_date = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(weekday__isnull=True, on_date__isnull=False)
                | Q(weekday__isnull=False, on_date__isnull=True),
                name="opening_by_weekday_or_date",
            )
        ]


class Booking(models.Model):
    """One visit in the calendar: held while a form is filled, then booked, moved, cancelled, done.

    Moving keeps the row, so that links, letters and calendar files go on pointing at it; where it was before stands in
    its released occupancies and in the audit.
    """

    class Status(models.TextChoices):
        HELD = "held"
        BOOKED = "booked"
        CANCELLED = "cancelled"
        EXPIRED = "expired"
        DONE = "done"
        NO_SHOW = "no_show"

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="bookings")
    service = models.ForeignKey(Service, models.PROTECT, related_name="bookings")
    course = models.ForeignKey(Course, models.PROTECT, null=True, related_name="bookings")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="bookings")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=Status)
    hold_until = models.DateTimeField(null=True)
    series_code = models.UUIDField(null=True, db_index=True)
    channel = models.CharField(max_length=20, default="online", help_text="online, phone, desk")
    phases = models.JSONField(default=list, blank=True, help_text="What it takes up, as a service says it.")
    ics_sequence = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["site", "starts_at"], name="booking_by_day")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="booking_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(status="held") | Q(hold_until__isnull=False), name="a_hold_has_an_end"),
        ]


class Occupancy(models.Model):
    """One resource taken up for one phase of a booking. Overlap is refused by the database (see the migrations)."""

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="occupancies")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="occupancies")
    phase = models.CharField(max_length=20, help_text="set_up, infusion, recovery, turnover, consult")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="occupancy_ends_after_it_starts")
        ]
        indexes = [models.Index(fields=["resource", "starts_at", "ends_at"], name="occupancy_by_resource")]


class VisitEvent(Fact):
    """What became of a booking: the day board is a view of this log."""

    class Kind(models.TextChoices):
        CONFIRMED = "confirmed"
        ARRIVED = "arrived"
        CHECKED = "checked"
        ROOMED = "roomed"
        LEFT = "left"
        NO_SHOW = "no_show"
        ABORTED = "aborted"

    ON_THE_WAY = (Kind.CONFIRMED, Kind.ARRIVED, Kind.CHECKED, Kind.ROOMED)
    """What a wrong tap can be taken back of: nothing else hangs on it yet."""

    booking = models.ForeignKey(Booking, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind)
    note = models.CharField(max_length=200, blank=True)


class SettingChange(Fact):
    """Hours, chairs, services, numbers or terms were changed after set-up: by whom, from which day on, and before that.

    The rows of `Opening`, `Resource` and `Service` carry their days; none is edited but for the day it ends on, so
    that every day reads as it was.
    """

    class Kind(models.TextChoices):
        HOURS = "hours", _("opening hours")
        DAY = "day", _("one day")
        CHAIR = "chair", _("chair")
        SERVICE = "service", _("service")
        CONTACT = "contact", _("numbers and terms")

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    from_date = models.DateField()
    before = models.CharField(max_length=500, blank=True)
    after = models.CharField(max_length=500)


class Waiting(models.Model):
    """Someone who wants an earlier time, what was offered to them, and why they wait no longer."""

    class Why(models.TextChoices):
        OFFERED = "offered", _("booked after our offer")
        BOOKED = "booked", _("booked without our offer")
        WITHDRAWN = "withdrawn", _("does not want to wait")

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="+")
    contact = models.CharField(max_length=120, blank=True)
    since = models.DateTimeField()
    offered_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=12, choices=Why, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_why="") | Q(closed_at__isnull=False) & ~Q(closed_why=""),
                name="who_left_the_list_left_for_a_reason",
            )
        ]
