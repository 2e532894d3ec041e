"""The text, what was asked and answered, the consent, its withdrawal."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.people.models import Course, Site
from clearhead.clinic.plan.models import Order


class Text(Fact):
    """A consent text, frozen. A new wording is a new version."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    text_id = models.SlugField()
    language = models.CharField(max_length=8)
    version = models.CharField(max_length=20)
    body = models.TextField(help_text="With {placeholders} for the order's numbers.")
    sha256 = models.CharField(max_length=64, unique=True)


class Question(Fact):
    """A question the patient asked, and the answer given."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="questions")
    question = models.TextField()
    answer = models.TextField(blank=True)


class Consent(Fact):
    """The patient's signature under one rendered text, pinned to one order by its hash."""

    course = models.ForeignKey(Course, models.PROTECT, related_name="consents")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    order = models.ForeignKey(Order, models.PROTECT, related_name="consents")
    order_sha256 = models.CharField(max_length=64)
    text = models.ForeignKey(Text, models.PROTECT, related_name="+")
    rendered = models.TextField(help_text="Exactly what the patient read.")
    rendered_sha256 = models.CharField(max_length=64)
    typed_name = models.CharField(max_length=120)
    teach_back = models.JSONField(default=dict, help_text="What the patient said in their own words.")
    choices = models.JSONField(default=dict, help_text="Separate yes or no: registry, messages, photo, escort contact.")
    interpreter = models.CharField(max_length=120, blank=True)
    co_signed_by = models.CharField(max_length=120, blank=True)
    via = models.CharField(max_length=10, help_text="link, tablet, paper")

    class Meta(Fact.Meta):
        constraints = [
            models.CheckConstraint(condition=~Q(typed_name=""), name="consent_has_a_name"),
            models.UniqueConstraint(
                fields=["order", "text"], condition=Q(corrects__isnull=True), name="one_signature_per_text_and_order"
            ),
        ]


class Withdrawal(Fact):
    """The patient takes consent back. Booked sessions are cancelled; a running one becomes a request to stop."""

    consent = models.ForeignKey(Consent, models.PROTECT, related_name="withdrawals")
    reason = models.TextField(blank=True)
    via = models.CharField(max_length=10)
