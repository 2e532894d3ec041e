"""An enquiry and what became of it."""

from __future__ import annotations

from django.db import models

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.people.models import Course, Site


class Enquiry(Fact):
    """A question from the public page, with consent to be contacted."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="enquiries")
    name = models.CharField(max_length=120)
    contact = models.CharField(max_length=120, help_text="E-mail or phone, as typed.")
    text = models.TextField(max_length=2000)
    contact_consent_at = models.DateTimeField()
    wants_soon = models.BooleanField(default=False)


class EnquiryEvent(Fact):
    """Answered, called, became a patient, closed."""

    class Kind(models.TextChoices):
        ANSWERED = "answered"
        NO_ANSWER = "no_answer"
        COURSE_OPENED = "course_opened"
        CLOSED = "closed"

    enquiry = models.ForeignKey(Enquiry, models.PROTECT, related_name="events")
    kind = models.CharField(max_length=16, choices=Kind)
    course = models.ForeignKey(Course, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)
