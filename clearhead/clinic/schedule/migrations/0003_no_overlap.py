"""No two unreleased occupancies of one resource overlap."""

from django.db import migrations

from clearhead.clinic.schedule.no_overlap import ForbidOverlap


class Migration(migrations.Migration):
    dependencies = [("schedule", "0002_guard")]
    operations = [ForbidOverlap()]
