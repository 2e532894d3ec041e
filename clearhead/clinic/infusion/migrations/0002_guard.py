"""Facts are added, never edited: the database refuses UPDATE and DELETE."""

from django.db import migrations

from clearhead.clinic.audit.guards import ProtectFacts


class Migration(migrations.Migration):
    dependencies = [("infusion", "0001_initial")]
    operations = [
        ProtectFacts(
            "Access",
            "Adjunct",
            "AdjunctEffect",
            "Bag",
            "Bolus",
            "Check",
            "DrugClosure",
            "Event",
            "Flag",
            "FlagAck",
            "Flush",
            "GateAnswer",
            "GoNoGo",
            "Observation",
            "PumpReading",
            "RateChange",
            "Responsible",
            "Symptom",
        )
    ]
