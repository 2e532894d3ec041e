"""The chained record of what happened to the record, receipts of writes, and the base of every fact."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q


class Fact(models.Model):
    """A row that is added and never edited. The database refuses UPDATE and DELETE (guards.py).

    A mistake is put right by a second row that points at the first through `corrects`; `struck` on the second says
    that the first should not have been there at all. The latest unstruck row wins; both stay readable.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    happened_at = models.DateTimeField(help_text="When it was so, not when it was typed.")
    recorded_at = models.DateTimeField(help_text="When it reached the clinic; passed in, never read from a clock here.")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="Empty: a person by link."
    )
    corrects = models.OneToOneField("self", models.PROTECT, null=True, related_name="corrected_by")
    struck = models.BooleanField(default=False)

    class Meta:
        abstract = True
        ordering = ["happened_at", "pk"]

    @classmethod
    def standing(cls) -> models.QuerySet:
        """The rows that count: neither corrected nor themselves a strike-out."""
        return cls._default_manager.filter(corrected_by__isnull=True, struck=False)


class Chain(models.Model):
    """The head of one chain. A state table: it is the lock every audited write takes last."""

    name = models.CharField(max_length=64, unique=True)
    head_seq = models.PositiveBigIntegerField(default=0)
    head_hash = models.CharField(max_length=64, default="")


class Event(models.Model):
    """One link of a chain. No foreign keys: it must stay readable whatever becomes of the rest."""

    chain = models.CharField(max_length=64)
    seq = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor_code = models.CharField(max_length=64)
    verb = models.CharField(max_length=80)
    subject = models.CharField(max_length=250)
    patient_code = models.CharField(max_length=36, blank=True)
    body = models.JSONField(default=dict)
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["chain", "seq"]
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="event_once_per_place_in_chain")]
        indexes = [
            models.Index(fields=["patient_code", "at"], name="event_patient"),
            models.Index(fields=["subject"], name="event_subject"),
        ]


class Anchor(models.Model):
    """A chain head as it was printed or sent elsewhere; without one, a re-hash by an administrator goes unseen."""

    chain = models.CharField(max_length=64)
    seq = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
    taken_at = models.DateTimeField()
    place = models.CharField(max_length=80, help_text="Where the copy is: day list, e-mail, second site.")

    class Meta:
        ordering = ["chain", "seq", "pk"]

    def __str__(self) -> str:
        return f"{self.chain}:{self.seq}:{self.hash}"

    @property
    def letters(self) -> str:
        """The hash in groups of four, to be read off paper."""
        return " ".join(self.hash[start : start + 4] for start in range(0, len(self.hash), 4))


class Receipt(models.Model):
    """A write that was done, under the id the client chose for it. The same id again returns the same result."""

    site = models.CharField(max_length=64, blank=True)
    client_id = models.UUIDField()
    action = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    result = models.TextField(blank=True, help_text="The rows it returned: one, or every row of a long list.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "client_id"], name="receipt_once_per_client_id"),
            models.CheckConstraint(condition=~Q(action=""), name="receipt_names_its_action"),
        ]
