"""The queue of what goes out."""

from __future__ import annotations

import uuid

from django.db import models

from clearhead.clinic.people.models import Patient, Site


class Outgoing(models.Model):
    """One message to one person. A state table: due, claimed, sent, withdrawn or failed."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="letters")
    channel = models.CharField(max_length=10, choices=[("mail", "mail"), ("sms", "SMS"), ("print", "print")])
    to = models.CharField(max_length=200)
    template = models.CharField(max_length=60)
    language = models.CharField(max_length=8, default="en")
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField()
    calendar = models.TextField(blank=True, help_text="iCalendar attachment.")
    about_code = models.CharField(max_length=64)
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=200, blank=True)
    sent_as = models.CharField(
        max_length=200, blank=True, help_text="Where it went: a file's name, a mail server's answer."
    )

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["about_code", "template", "due_at", "to"], name="each_letter_goes_out_once")
        ]
        indexes = [models.Index(fields=["sent_at", "withdrawn_at", "due_at"], name="letters_due")]
