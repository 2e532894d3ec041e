import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0001_initial"),
        ("schedule", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Consult",
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
                    "mode",
                    models.CharField(
                        choices=[("phone", "phone"), ("video", "video"), ("in_person", "in person")], max_length=10
                    ),
                ),
                (
                    "patient_location",
                    models.CharField(help_text="Where the patient was at the time of the call.", max_length=120),
                ),
                ("answers", models.JSONField(default=dict)),
                ("red_flags", models.JSONField(default=list)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("invite", "invite to assessment"),
                            ("refer", "refer to neurology"),
                            ("decline", "decline"),
                            ("call_again", "call again"),
                        ],
                        max_length=12,
                    ),
                ),
                ("outcome_note", models.TextField(blank=True)),
                ("call_again_on", models.DateField(null=True)),
                (
                    "booking",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consults",
                        to="schedule.booking",
                    ),
                ),
                (
                    "clinician",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "corrects",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="consult.consult",
                    ),
                ),
                (
                    "course",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="consults", to="people.course"
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
                        help_text="The prescriber who signed the outcome off.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.signature",
                    ),
                ),
            ],
            options={
                "ordering": ["happened_at", "pk"],
                "abstract": False,
            },
        ),
    ]
