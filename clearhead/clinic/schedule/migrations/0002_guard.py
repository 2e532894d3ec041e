"""Facts are added, never edited: the database refuses UPDATE and DELETE."""

from django.db import migrations

from clearhead.clinic.audit.guards import ProtectFacts


class Migration(migrations.Migration):
    dependencies = [("schedule", "0001_initial")]
    operations = [
        ProtectFacts(
            "SettingChange",
            "VisitEvent",
        )
    ]
