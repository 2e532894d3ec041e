"""Facts are added, never edited: the database refuses UPDATE and DELETE."""

from django.db import migrations

from clearhead.clinic.audit.guards import ProtectFacts


class Migration(migrations.Migration):
    dependencies = [("recovery", "0001_initial")]
    operations = [
        ProtectFacts(
            "CallAttempt",
            "CallStep",
            "Discharge",
            "EscortMet",
            "Score",
        )
    ]
