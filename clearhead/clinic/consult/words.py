"""What is asked in a consult, whatever the mode."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

YES_NO = (("yes", _("yes")), ("no", _("no")), ("unknown", _("not known")))
TRIAGE = {
    "migraine_diagnosed": _("Has a clinician called it migraine?"),
    "other_treatments_insufficient": _("Did other treatments not help enough?"),
    "several_medicines_tried": _("Have several medicines been tried?"),
    "neurologist_seen": _("Has a neurologist looked for other causes?"),
    "heart_or_pressure": _("Heart disease, stroke or high blood pressure?"),
    "psychosis_or_mania": _("Psychosis, schizophrenia or mania, ever?"),
    "substance_use": _("A problem with alcohol or drugs, now or before?"),
    "pregnant_or_feeding": _("Pregnant, possibly pregnant or breastfeeding?"),
    "ketamine_before": _("Had ketamine before, or an allergy to it?"),
    "escort_available": _("Can an adult take you home after each visit?"),
}
AGENDA = {
    "process": _("What happens on a visit, and how many visits"),
    "expectations": _("What may and may not be expected; off-label use"),
    "costs": _("What it costs, and that insurance may not pay"),
    "driving": _("No driving after a visit; somebody takes you home"),
    "diary": _("Why the diary starts today"),
}
GATES = {
    "consult_held": "consult",
    "consult_invites": "consult",
    "other_treatments_insufficient": "triage",
    "several_medicines_tried": "triage",
    "neurologist_seen": "triage",
    "full_history_taken": "assessment",
    "specialist_consult_held": "assessment",
}
"""Where a gate of the protocol before the next step is answered."""
