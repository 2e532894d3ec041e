"""A consult and its outcome."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.people.models import Course, Signature, User
from clearhead.clinic.schedule.models import Booking


class Mode(models.TextChoices):
    """How clinician and patient met."""

    PHONE = "phone", _("phone")
    VIDEO = "video", _("video")
    IN_PERSON = "in_person", _("in person")


class Consult(Fact):
    """The clinician's form, the same whatever the mode. Without a signature its outcome is a proposal."""

    class Outcome(models.TextChoices):
        INVITE = "invite", _("invite to assessment")
        REFER = "refer", _("refer to neurology")
        DECLINE = "decline", _("decline")
        CALL_AGAIN = "call_again", _("call again")

    course = models.ForeignKey(Course, models.PROTECT, related_name="consults")
    booking = models.ForeignKey(Booking, models.PROTECT, null=True, related_name="consults")
    clinician = models.ForeignKey(User, models.PROTECT, related_name="+")
    mode = models.CharField(max_length=10, choices=Mode)
    patient_location = models.CharField(max_length=120, help_text="Where the patient was at the time of the call.")
    answers = models.JSONField(default=dict)
    red_flags = models.JSONField(default=list)
    outcome = models.CharField(max_length=12, choices=Outcome)
    outcome_note = models.TextField(blank=True)
    call_again_on = models.DateField(null=True)
    signature = models.OneToOneField(
        Signature, models.PROTECT, null=True, related_name="+", help_text="The prescriber who signed the outcome off."
    )
