"""An allergy to ketamine that is recorded while ketamine runs."""

from __future__ import annotations

from datetime import datetime

from clearhead.clinic.assessment.models import Allergy
from clearhead.clinic.infusion.actions.base import lock, raise_flag
from clearhead.clinic.infusion.actions.gone import close_flags_of
from clearhead.clinic.infusion.models import Flag, Infusion
from clearhead.clinic.people.models import User
from clearhead.medicine.medicines.allergies import ketamine_held_by

RULE = "ketamine_allergy"


def allergy_recorded(*, allergy: Allergy, by: User | None, at: datetime) -> None:
    """A reaction: nothing more is given from here (queries/unrest.py), and whoever answers for the chair is told.

    Before the start the go gate sees it by itself.
    """
    if allergy.none_known or not ketamine_held_by((allergy.substance,)):
        return
    runs = Infusion.objects.filter(patient__in=allergy.patient.charts, ended_at__isnull=True)
    for infusion in runs.select_related("session__site", "session__patient"):
        lock(infusion.session)
        raise_flag(
            session=infusion.session, at=at, by=by, rule=RULE, level="high", for_prescriber=True,
            value=str(allergy.code),
            sentence=f"An allergy to ketamine was recorded while it runs: “{allergy.substance}”. Look at the patient, "
            "stop the pump, call the prescriber.",
        )  # fmt: skip


def allergy_taken_back(*, allergy: Allergy, by: User | None, at: datetime) -> None:
    """A reaction: it should not have been on the list."""
    told = Flag.standing().filter(rule=RULE, value=str(allergy.code)).select_related("session__site")
    for flag in told.select_related("session__patient"):
        lock(flag.session)
        close_flags_of(allergy.code, session=flag.session, at=at, by=by)
