"""Signatures are given, never edited: the database refuses UPDATE and DELETE."""

from django.db import migrations

from clearhead.clinic.audit.guards import ProtectFacts


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial")]
    operations = [ProtectFacts("Signature", "PatientChange", "AddressChange", "ChartMerge")]
