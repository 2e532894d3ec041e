"""Sites, users and their roles, patients and their courses, links without login, signatures."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from clearhead.clinic.people.changes import AddressChange as AddressChange
from clearhead.clinic.people.changes import ChartMerge as ChartMerge
from clearhead.clinic.people.changes import PatientChange as PatientChange


class Role(models.TextChoices):
    """What a person may be at a site. One person may hold several."""

    FRONT_DESK = "front_desk", _("front desk")
    NURSE = "nurse", _("nurse")
    PRESCRIBER = "prescriber", _("prescriber")
    DIRECTOR = "director", _("medical director")
    PHARMACIST = "pharmacist", _("pharmacist")
    OWNER = "owner", _("owner")
    AUDITOR = "auditor", _("auditor")
    RESEARCHER = "researcher", _("researcher")


CLINICAL = (Role.NURSE, Role.PRESCRIBER)
"""Roles that chart."""


def known_zone(name: str) -> None:
    """Refuse a zone that does not exist."""
    if name not in available_timezones():
        raise ValidationError(f"{name} is not a time zone of the IANA list, such as America/Phoenix.")


MONITOR_ORDER = "hr spo2 bp rr sedation"


class Site(models.Model):
    """A place with chairs, hours and a time zone."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    zone = models.CharField(max_length=64, validators=[known_zone])
    locale = models.CharField(max_length=8, default="en")
    setting = models.CharField(
        max_length=20, default="office_chair", help_text="office_chair, monitored_bed or inpatient"
    )
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    after_hours_phone = models.CharField(max_length=40, blank=True, help_text="Nobody signs a consent without it.")
    cancelling_terms = models.CharField(
        max_length=300, blank=True, help_text="As patients read them. Nobody signs a consent without them."
    )
    single_handed = models.BooleanField(
        default=False, help_text="Second checks become a timed pause and a self re-read."
    )
    tablet_lock_min = models.PositiveSmallIntegerField(
        default=3, help_text="A shared tablet that nobody touches for so long asks for a PIN."
    )
    monitor_order = models.CharField(
        max_length=60, default=MONITOR_ORDER, help_text="The signs of a core set as the site's monitor lists them."
    )
    is_demo = models.BooleanField(default=False)
    clinic_file = models.TextField(blank=True, help_text="The clinic file it was set up from, as it was read.")

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        """Its name in URLs and in the audit."""
        return self.slug

    @property
    def tz(self) -> ZoneInfo:
        """Its time zone."""
        return ZoneInfo(self.zone)

    def today(self, now: datetime) -> date:
        """The local date at this moment."""
        return now.astimezone(self.tz).date()


LONGEST_PIN = 8


class UserManager(BaseUserManager["User"]):
    """Users are found by e-mail address, whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> User:
        """A new user; without a password nobody can sign in as them."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        """By e-mail address."""
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """Someone who can sign in: staff, or a patient."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    title = models.CharField(max_length=80, blank=True, help_text="Shown at signatures: RN, DO, MD.")
    is_active = models.BooleanField(default=True, help_text="Off: out on the next request.")
    is_demo = models.BooleanField(default=False)
    pin = models.CharField(max_length=128, blank=True, help_text="Hash of the bedside PIN.")
    must_change_password = models.BooleanField(default=False)
    wrong_secrets = models.PositiveSmallIntegerField(default=0, help_text="Wrong PINs or passwords in a row.")
    secret_wait_until = models.DateTimeField(null=True, help_text="No PIN or password is tried before this.")
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    def __str__(self) -> str:
        return f"{self.name}, {self.title}" if self.title else self.name

    def set_pin(self, pin: str) -> None:
        """Keep the hash of a bedside PIN of 4 to 8 digits."""
        if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= LONGEST_PIN):
            raise ValidationError("A bedside PIN has 4 to 8 digits.")
        self.pin = make_password(pin)

    def knows(self, secret: str) -> bool:
        """Is this the person's password or bedside PIN? A PIN is short and all digits, a password never is."""
        if secret.isdigit() and len(secret) <= LONGEST_PIN:
            return bool(self.pin) and check_password(secret, self.pin)
        return self.check_password(secret)

    @cached_property
    def is_staff_member(self) -> bool:
        """Holds a role anywhere; looked up once, for every page asks several times."""
        return self.grants.filter(until__isnull=True).exists()


class Credential(models.Model):
    """A licence or certificate with its expiry: RN, ACLS, BLS, sedation."""

    user = models.ForeignKey(User, models.CASCADE, related_name="credentials")
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=60, blank=True)
    expires_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="credential_once_per_kind")]


class RoleGrant(models.Model):
    """A role at a site, since and until; taking it away takes effect on the next request."""

    user = models.ForeignKey(User, models.PROTECT, related_name="grants")
    site = models.ForeignKey(Site, models.PROTECT, related_name="grants")
    role = models.CharField(max_length=20, choices=Role)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    granted_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "site", "role"], condition=Q(until__isnull=True), name="one_open_grant_per_role"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")), name="grant_ends_after_it_began"
            ),
        ]


SEXES = [("female", _("female")), ("male", _("male")), ("", _("not asked yet"))]
MESSAGES_BY = [("mail", _("by e-mail")), ("sms", _("by text message")), ("print", _("by letter or call"))]


class Patient(models.Model):
    """A person with migraine, known to the group. Holds a login only when they want one."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(User, models.PROTECT, null=True, related_name="patient")
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    birth_date = models.DateField()
    sex = models.CharField(
        max_length=10, choices=SEXES, blank=True, help_text="Recorded at birth. Empty: not asked, so never ruled out."
    )
    used_name = models.CharField(max_length=80, blank=True, help_text="What the person wants to be called.")
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    language = models.CharField(max_length=8, default="en")
    messages_by = models.CharField(
        max_length=10, choices=MESSAGES_BY, default="mail", help_text="How the person wants to hear from the clinic."
    )
    contact_name = models.CharField(max_length=120, blank=True, help_text="Whom to call when something happens.")
    contact_relation = models.CharField(max_length=60, blank=True)
    contact_phone = models.CharField(max_length=40, blank=True)
    needs_interpreter = models.BooleanField(default=False)
    proxy_name = models.CharField(max_length=120, blank=True, help_text="Legal proxy, where there is one.")
    zone = models.CharField(max_length=64, validators=[known_zone])
    verified_at = models.DateTimeField(null=True, help_text="When the front desk saw an identity document.")
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="merged", help_text="The chart that is kept."
    )
    holds = models.JSONField(
        default=list, help_text="Keys of the charts merged into this one: what they say is read as this person's."
    )
    created_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["family_name", "given_name", "birth_date"], name="patient_by_name")]

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}"

    @property
    def initials(self) -> str:
        """Two letters for the guard where there is no photo."""
        return f"{self.given_name[:1]}{self.family_name[:1]}".upper()

    @property
    def short_code(self) -> str:
        """A short name to read aloud."""
        return f"P-{str(self.code)[:4].upper()}"

    @property
    def charts(self) -> list[int]:
        """Keys of every chart of this person, to read all that was ever recorded: this one first."""
        return [self.pk, *self.holds]

    @property
    def kept(self) -> Patient:
        """The chart to write in: this one, unless it was merged into another."""
        return self if self.merged_into is None else self.merged_into.kept

    def age_on(self, day: date) -> int:
        """Whole years on this day."""
        return day.year - self.birth_date.year - ((day.month, day.day) < (self.birth_date.month, self.birth_date.day))


class Photo(models.Model):
    """How a patient looks, for the wrong-patient guard. In a table of its own, so that a chart is read without it.

    Not a fact: who takes back that a picture is kept has it deleted. The chain keeps its hash.
    """

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.OneToOneField(Patient, models.PROTECT, related_name="portrait")
    image = models.BinaryField(help_text="The picture and nothing else that a camera writes.")
    media_type = models.CharField(max_length=20, choices=[("image/jpeg", "JPEG"), ("image/png", "PNG")])
    width_px = models.PositiveSmallIntegerField()
    height_px = models.PositiveSmallIntegerField()
    sha256 = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")


class Device(models.Model):
    """A phone or computer on which a patient's diary stays open. It opens the diary and nothing else."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="devices")
    name = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)


class Course(models.Model):
    """One patient's journey at one site, from first contact to discharge from care."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="courses")
    site = models.ForeignKey(Site, models.PROTECT, related_name="courses")
    indication = models.CharField(max_length=40, default="migraine")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    closed_why = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["patient", "site", "indication"], condition=Q(closed_at__isnull=True), name="one_open_course"
            )
        ]

    def __str__(self) -> str:
        return f"{self.patient} at {self.site}"


class Link(models.Model):
    """A door without login: the hash of a token, one purpose, one subject, an end."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=40)
    patient = models.ForeignKey(Patient, models.PROTECT, null=True, related_name="links")
    site = models.ForeignKey(Site, models.PROTECT, null=True, related_name="+")
    subject_code = models.CharField(max_length=64, help_text="Code of the row it opens.")
    single_use = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Signature(models.Model):
    """Who signed what, meaning what, over which bytes, having shown their secret when. Never changed."""

    code = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    signer = models.ForeignKey(User, models.PROTECT, related_name="signatures")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    meaning = models.CharField(max_length=60)
    subject_code = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    reauth_at = models.DateTimeField()
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["signer", "subject_code", "meaning"], name="one_signature_per_text_and_meaning"
            )
        ]

    def __str__(self) -> str:
        return f"{self.signer}: {self.meaning}"
