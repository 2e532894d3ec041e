"""Every write in recovery."""

from clearhead.clinic.infusion.entered import Secret
from clearhead.clinic.recovery.actions.base import DischargeRefused
from clearhead.clinic.recovery.actions.bedside import meet_escort, same_person, score, take_catheter_out
from clearhead.clinic.recovery.actions.calls import close_call, note_call, take_call
from clearhead.clinic.recovery.actions.leaving import discharge

__all__ = [
    "DischargeRefused",
    "Secret",
    "close_call",
    "discharge",
    "meet_escort",
    "note_call",
    "same_person",
    "score",
    "take_call",
    "take_catheter_out",
]
