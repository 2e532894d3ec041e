"""Protocol versions as bytes, their withdrawal, and their adoption by a site's medical director."""

from __future__ import annotations

from django.db import models

from clearhead.clinic.audit.models import Fact
from clearhead.clinic.people.models import Signature, Site


class Purpose(models.TextChoices):
    """What a protocol is adopted for."""

    SERIES = "series", "series"
    MAINTENANCE = "maintenance", "maintenance"
    RESCUE = "rescue", "rescue"


class ProtocolVersion(Fact):
    """The exact bytes of one protocol file. Running plans keep the version they were signed under."""

    protocol_id = models.SlugField()
    version = models.CharField(max_length=40)
    indication = models.CharField(max_length=40)
    toml = models.TextField()
    sha256 = models.CharField(max_length=64, unique=True)
    is_example = models.BooleanField(default=True)

    class Meta(Fact.Meta):
        constraints = [models.UniqueConstraint(fields=["protocol_id", "version"], name="protocol_version_once")]

    def __str__(self) -> str:
        return f"{self.protocol_id} v{self.version}"


class Withdrawal(Fact):
    """A version withdrawn: for safety, it blocks the next start and any increase of running plans too."""

    version = models.ForeignKey(ProtocolVersion, models.PROTECT, related_name="withdrawals")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    for_safety = models.BooleanField()
    reason = models.TextField()
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")


class Selection(Fact):
    """A protocol merely chosen for consult, diary and assessment; pages say "example limits". No order under it."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="selections")
    indication = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20, choices=Purpose)
    version = models.ForeignKey(ProtocolVersion, models.PROTECT, related_name="selections")


class Adoption(Fact):
    """A site's medical director made this version the site's own, from a moment on."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="adoptions")
    indication = models.CharField(max_length=40)
    purpose = models.CharField(max_length=20, choices=Purpose)
    version = models.ForeignKey(ProtocolVersion, models.PROTECT, related_name="adoptions")
    from_at = models.DateTimeField()
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(fields=["site", "indication", "purpose", "from_at"], name="one_adoption_per_moment")
        ]
