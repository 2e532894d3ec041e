"""Facts are added, never edited: the database refuses UPDATE and DELETE. A chain keeps its head."""

from django.db import migrations

from clearhead.clinic.audit.guards import KeepRows, ProtectFacts


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [
        ProtectFacts("Event", "Anchor"),
        KeepRows("Chain"),
    ]
