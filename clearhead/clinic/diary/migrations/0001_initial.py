import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Attack",
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
                ("zone", models.CharField(max_length=64)),
                (
                    "precision_min",
                    models.PositiveIntegerField(default=0, help_text="How exactly the start is known, in minutes."),
                ),
                ("backfilled", models.BooleanField(default=False)),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="diary.attack",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attacks", to="people.patient"
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
            name="AttackEvent",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("worse", "Worse"),
                            ("symptom", "Symptom"),
                            ("aura", "Aura"),
                            ("premonitory", "Premonitory"),
                            ("trigger", "Trigger"),
                            ("peak", "Peak"),
                            ("side", "Side"),
                            ("quality", "Quality"),
                            ("note", "Note"),
                            ("over", "Over"),
                        ],
                        max_length=12,
                    ),
                ),
                ("value", models.CharField(blank=True, max_length=200)),
                (
                    "attack",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="diary.attack"
                    ),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="diary.attackevent",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"
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
            name="Medicine",
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
                ("ingredient_id", models.CharField(blank=True, help_text="Empty: not checked.", max_length=40)),
                ("typed", models.CharField(max_length=120)),
                ("medicine_class", models.CharField(blank=True, max_length=40)),
                (
                    "role",
                    models.CharField(choices=[("acute", "for attacks"), ("preventive", "every day")], max_length=12),
                ),
                ("unit", models.CharField(blank=True, max_length=20)),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="diary.medicine",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="medicines", to="people.patient"
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
            name="Dose",
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
                ("zone", models.CharField(max_length=64)),
                ("amount", models.DecimalField(decimal_places=3, max_digits=8, null=True)),
                ("unit", models.CharField(blank=True, max_length=20)),
                ("effect_2h", models.CharField(blank=True, help_text="gone, better, same, worse", max_length=12)),
                (
                    "attack",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="doses", to="diary.attack"
                    ),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="diary.dose",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="doses", to="people.patient"
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
                    "medicine",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="doses", to="diary.medicine"
                    ),
                ),
            ],
            options={
                "ordering": ["happened_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Day",
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
                ("local_date", models.DateField()),
                ("zone", models.CharField(max_length=64)),
                (
                    "answer",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "none"), (1, "mild"), (2, "moderate"), (3, "severe")]
                    ),
                ),
                (
                    "backfilled",
                    models.BooleanField(default=False, help_text="Entered more than 48 h after the day ended."),
                ),
                (
                    "reason",
                    models.CharField(blank=True, help_text="Needed for days older than a week.", max_length=200),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="diary.day",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="days", to="people.patient"
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
                        fields=("patient", "local_date"),
                        name="one_answer_per_day",
                    ),
                    models.CheckConstraint(condition=models.Q(("answer__lte", 3)), name="day_answer_0_to_3"),
                ],
            },
        ),
    ]
