"""Every write at the chair."""

from clearhead.clinic.infusion.actions.adjunct import AdjunctRefused, effect, give
from clearhead.clinic.infusion.actions.allergy import allergy_recorded, allergy_taken_back
from clearhead.clinic.infusion.actions.base import HERE, ChairRefused, RateRefused, Written, refuse
from clearhead.clinic.infusion.actions.bolus import bolus
from clearhead.clinic.infusion.actions.close import LEFT_OPEN, close, close_drug, finish, take_over
from clearhead.clinic.infusion.actions.event import (
    consent_withdrawn,
    emergency,
    heard,
    note,
    pump_seen_stopped,
    read_pump,
    stop,
)
from clearhead.clinic.infusion.actions.flags import acknowledge
from clearhead.clinic.infusion.actions.flush import flush
from clearhead.clinic.infusion.actions.gate import (
    StartRefused,
    answer_gate,
    place_access,
    prepare_bag,
    remove_access,
    sign_go,
    weigh,
)
from clearhead.clinic.infusion.actions.help import call_help
from clearhead.clinic.infusion.actions.intake import EntryReceipt, Sender, take_in
from clearhead.clinic.infusion.actions.observe import observe
from clearhead.clinic.infusion.actions.rate import Ask, change_bag, change_rate, end, pause, resume
from clearhead.clinic.infusion.actions.scheduled import give_by_plan, leave_out
from clearhead.clinic.infusion.actions.start import start
from clearhead.clinic.infusion.actions.strike import strike
from clearhead.clinic.infusion.actions.symptom import no_new_symptoms, symptom
from clearhead.clinic.infusion.entered import SecondPerson, Secret

__all__ = [
    "HERE",
    "LEFT_OPEN",
    "AdjunctRefused",
    "Ask",
    "ChairRefused",
    "EntryReceipt",
    "RateRefused",
    "SecondPerson",
    "Secret",
    "Sender",
    "StartRefused",
    "Written",
    "acknowledge",
    "allergy_recorded",
    "allergy_taken_back",
    "answer_gate",
    "bolus",
    "call_help",
    "change_bag",
    "change_rate",
    "close",
    "close_drug",
    "consent_withdrawn",
    "effect",
    "emergency",
    "end",
    "finish",
    "flush",
    "give",
    "give_by_plan",
    "heard",
    "leave_out",
    "no_new_symptoms",
    "note",
    "observe",
    "pause",
    "place_access",
    "prepare_bag",
    "pump_seen_stopped",
    "read_pump",
    "refuse",
    "remove_access",
    "resume",
    "sign_go",
    "start",
    "stop",
    "strike",
    "symptom",
    "take_in",
    "take_over",
    "weigh",
]
