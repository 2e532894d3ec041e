import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "__first__"),
        ("policy", "__first__"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("happened_at", models.DateTimeField(help_text="When it was so, not when it was typed.")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        help_text="When it reached the clinic; passed in, never read from a clock here."
                    ),
                ),
                ("struck", models.BooleanField(default=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[("suitable", "suitable"), ("not_suitable", "not suitable"), ("not_yet", "not yet")],
                        max_length=14,
                    ),
                ),
                ("verdict", models.JSONField()),
                ("facts", models.JSONField(default=dict, help_text="The facts as they were judged.")),
                ("facts_sha256", models.CharField(max_length=64)),
                ("note", models.TextField(blank=True, help_text="Why not, or why not yet.")),
                ("expires_on", models.DateField()),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="assessment.decision",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="people.course"
                    ),
                ),
                (
                    "protocol_version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="policy.protocolversion"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        help_text="Empty: a person by link.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signature",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.signature"
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.site"),
                ),
            ],
            options={
                "ordering": ["happened_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="HistoryItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("happened_at", models.DateTimeField(help_text="When it was so, not when it was typed.")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        help_text="When it reached the clinic; passed in, never read from a clock here."
                    ),
                ),
                ("struck", models.BooleanField(default=False)),
                ("item", models.CharField(max_length=60)),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("yes", "yes"),
                            ("no", "no"),
                            ("unknown", "not known"),
                            ("active", "yes, active"),
                            ("untreated", "yes, untreated"),
                            ("treated", "yes, treated and stable"),
                            ("incidental", "found by chance"),
                            ("not_applicable", "does not apply"),
                        ],
                        max_length=14,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=500)),
                ("as_of", models.DateField()),
                ("cleared_on", models.DateField(help_text="Date of the letter or result that clears it.", null=True)),
                (
                    "said_by",
                    models.CharField(default="patient", help_text="patient, proxy, letter, clinician", max_length=20),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="assessment.historyitem",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="history", to="people.patient"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        help_text="Empty: a person by link.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["happened_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Measurement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("happened_at", models.DateTimeField(help_text="When it was so, not when it was typed.")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        help_text="When it reached the clinic; passed in, never read from a clock here."
                    ),
                ),
                ("struck", models.BooleanField(default=False)),
                ("kind", models.CharField(max_length=40)),
                ("value", models.DecimalField(decimal_places=3, max_digits=10, null=True)),
                (
                    "value2",
                    models.DecimalField(
                        decimal_places=3, help_text="Diastolic, where it has one.", max_digits=10, null=True
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=200)),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("entered_unit", models.CharField(blank=True, max_length=20)),
                (
                    "inside_limit",
                    models.BooleanField(help_text="Read against the protocol's limit; empty: nobody has.", null=True),
                ),
                ("parts", models.JSONField(default=list, help_text="The single answers of a questionnaire.")),
                ("expires_on", models.DateField(null=True)),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="assessment.measurement",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="measurements", to="people.patient"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        help_text="Empty: a person by link.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["happened_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Medication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("happened_at", models.DateTimeField(help_text="When it was so, not when it was typed.")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        help_text="When it reached the clinic; passed in, never read from a clock here."
                    ),
                ),
                ("struck", models.BooleanField(default=False)),
                ("ingredient_id", models.CharField(blank=True, max_length=40)),
                ("typed", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(choices=[("medicine", "medicine"), ("supplement", "supplement")], max_length=12),
                ),
                ("dose", models.CharField(blank=True, max_length=80)),
                ("since", models.DateField(null=True)),
                ("until", models.DateField(null=True)),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="assessment.medication",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="medications", to="people.patient"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        help_text="Empty: a person by link.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["happened_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("happened_at", models.DateTimeField(help_text="When it was so, not when it was typed.")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        help_text="When it reached the clinic; passed in, never read from a clock here."
                    ),
                ),
                ("struck", models.BooleanField(default=False)),
                ("to_specialty", models.CharField(default="neurology", max_length=40)),
                ("to_name", models.CharField(blank=True, max_length=120)),
                ("seen_on", models.DateField(help_text="When the specialist saw the patient.", null=True)),
                ("secondary_causes_excluded", models.BooleanField(null=True)),
                ("letter_on_file", models.BooleanField(default=False)),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="assessment.referral",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="referrals", to="people.course"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        help_text="Empty: a person by link.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["happened_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Trial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("happened_at", models.DateTimeField(help_text="When it was so, not when it was typed.")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        help_text="When it reached the clinic; passed in, never read from a clock here."
                    ),
                ),
                ("struck", models.BooleanField(default=False)),
                ("ingredient_id", models.CharField(blank=True, max_length=40)),
                ("typed", models.CharField(max_length=120)),
                ("medicine_class", models.CharField(max_length=40)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("acute", "for attacks"),
                            ("preventive", "preventive"),
                            ("complementary", "complementary"),
                        ],
                        max_length=14,
                    ),
                ),
                ("dose", models.CharField(blank=True, max_length=80)),
                ("dose_mg_per_day", models.DecimalField(decimal_places=3, max_digits=9, null=True)),
                ("started_on", models.DateField(null=True)),
                ("stopped_on", models.DateField(null=True)),
                ("reached_target_dose", models.BooleanField(help_text="Empty: not known.", null=True)),
                ("weeks_at_target", models.PositiveSmallIntegerField(null=True)),
                ("cycles", models.PositiveSmallIntegerField(help_text="Of onabotulinumtoxinA.", null=True)),
                (
                    "quarterly",
                    models.BooleanField(default=False, help_text="A CGRP antibody given every three months."),
                ),
                (
                    "effect",
                    models.CharField(
                        choices=[("none", "none"), ("some", "some"), ("good", "good"), ("unknown", "not known")],
                        max_length=14,
                    ),
                ),
                (
                    "why_stopped",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_effect", "no effect"),
                            ("side_effects", "side effects"),
                            ("cost", "cost"),
                            ("ongoing", "still taking it"),
                            ("contraindicated", "may not be used"),
                            ("other", "other"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="assessment.trial",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="trials", to="people.patient"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        help_text="Empty: a person by link.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["happened_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Allergy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("happened_at", models.DateTimeField(help_text="When it was so, not when it was typed.")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        help_text="When it reached the clinic; passed in, never read from a clock here."
                    ),
                ),
                ("struck", models.BooleanField(default=False)),
                ("substance", models.CharField(blank=True, max_length=120)),
                ("none_known", models.BooleanField(default=False)),
                ("reaction", models.CharField(blank=True, max_length=200)),
                (
                    "severity",
                    models.CharField(blank=True, choices=[("mild", "mild"), ("severe", "severe")], max_length=10),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="assessment.allergy",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="allergies", to="people.patient"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        help_text="Empty: a person by link.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["happened_at", "pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("none_known", True), ("substance", "")),
                            models.Q(("none_known", False), models.Q(("substance", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="allergy_names_a_substance_or_says_none",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OpenItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("happened_at", models.DateTimeField(help_text="When it was so, not when it was typed.")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        help_text="When it reached the clinic; passed in, never read from a clock here."
                    ),
                ),
                ("struck", models.BooleanField(default=False)),
                ("kind", models.CharField(max_length=40)),
                ("about_code", models.CharField(help_text="Code of the row it came from.", max_length=64)),
                ("sentence", models.CharField(max_length=300)),
                ("owner_role", models.CharField(max_length=20)),
                ("due_at", models.DateTimeField()),
                ("done", models.TextField(blank=True, help_text="What was done. Looking at it is not doing it.")),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="assessment.openitem",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="open_items", to="people.course"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        help_text="Empty: a person by link.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["happened_at", "pk"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("corrects__isnull", True)),
                        fields=("kind", "about_code"),
                        name="one_open_item_per_cause",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("corrects__isnull", True),
                            ("struck", True),
                            models.Q(("done", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="an_item_is_closed_with_words",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Override",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("happened_at", models.DateTimeField(help_text="When it was so, not when it was typed.")),
                (
                    "recorded_at",
                    models.DateTimeField(
                        help_text="When it reached the clinic; passed in, never read from a clock here."
                    ),
                ),
                ("struck", models.BooleanField(default=False)),
                ("gate", models.CharField(max_length=60)),
                ("grade", models.CharField(default="relative", max_length=10)),
                ("reason", models.TextField()),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="assessment.override",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="overrides", to="assessment.decision"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        help_text="Empty: a person by link.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["happened_at", "pk"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("grade", "relative")), name="only_relative_grounds_are_overridden"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="an_override_says_why"
                    ),
                ],
            },
        ),
    ]
