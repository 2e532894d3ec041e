"""The audit in words. What is stored stays as it is, for the chain's sake; this is how it is read."""

from __future__ import annotations

from django.apps import apps
from django.utils.translation import gettext_lazy as _

from clearhead.medicine.protocols import codes

CODE_SHOWN = 8
"""So many letters of a row's code tell it from its neighbours."""

VERBS = {
    "STOP": _("pressed STOP"),
    "adopt protocol": _("adopted a protocol"),
    "agree starts": _("agreed dates with the patient"),
    "answer diary day": _("answered a day in the diary"),
    "ask": _("asked a question on the public page"),
    "ask a question": _("asked a question about the consent"),
    "answer a question": _("answered a question about the consent"),
    "ask for sign-in address": _("asked for another sign-in address"),
    "bag prepared": _("prepared a bag"),
    "book": _("booked a visit"),
    "book a series": _("booked all sessions at once"),
    "book sessions": _("booked the sessions of an order"),
    "bolus": _("gave a bolus"),
    "cancel": _("cancelled a visit"),
    "drug closed": _("closed the amount of drug"),
    "flag": _("raised a flag"),
    "flag answered": _("answered a flag"),
    "flag over": _("a flag is over"),
    "flush": _("flushed the line"),
    "go": _("signed go or no-go"),
    "hold a time": _("a time is held for ten minutes"),
    "look": _("looked into a chart"),
    "move": _("moved a visit"),
    "no new symptoms": _("no new symptoms"),
    "observation": _("charted vital signs"),
    "open tablet": _("unlocked a shared tablet"),
    "pump read": _("read the pump"),
    "queue letter": _("put a letter in the queue"),
    "symptom": _("charted a symptom"),
    "takes the chair": _("took over a chair"),
    "send letter": _("sent a letter"),
    "send letter again": _("sent a letter again"),
    "print letter": _("printed a letter"),
    "cancel sessions": _("cancelled sessions"),
    "move sessions": _("moved sessions"),
    "sign order": _("signed an order"),
    "sign decision": _("signed a decision"),
    "sign consent": _("signed the consent"),
    "withdraw consent": _("took the consent back"),
    "sign review": _("signed a review"),
    "record consult": _("recorded a consult"),
    "record history": _("recorded the history"),
    "record weight": _("recorded the weight"),
    "record height": _("recorded the height"),
    "record dose taken": _("noted a medicine taken"),
    "open course": _("opened a course"),
    "open account": _("opened an account"),
    "close course": _("closed a course"),
    "grant role": _("gave a role"),
    "withdraw role": _("took a role away"),
    "second check": _("checked as the second person"),
    "start attack": _("began an attack in the diary"),
    "describe attack": _("described an attack"),
    "join waiting list": _("joined the waiting list"),
    "leave waiting list": _("left the waiting list"),
    "offer a freed time": _("was offered a freed time"),
    "set up site": _("set up a site"),
    "weight today": _("weighed today"),
    "withdraw letter": _("took a letter back"),
}
"""Verbs that say too little on their own. The others are words already."""

HEADS = {
    "attack": _("attack"),
    "call": _("call after the session"),
    "change site": _("changed the site"),
    "enquiry": _("enquiry"),
    "event": _("noted at the chair"),
    "gate": _("answered before the start"),
    "left": _("left the clinic"),
    "pump": _("pump"),
    "visit": _("visit"),
}
TAILS = {
    "checked": _("checked in"),
    "course_opened": _("made a patient"),
    "roomed": _("brought to the room"),
    "no_show": _("did not come"),
    "taken_back": _("a tap was taken back"),
    "prescriber_in": _("the prescriber is present"),
    "prescriber_agrees": _("the prescriber agrees to a step"),
    **codes.READINESS_CHECKS,
    **codes.GO_FACTS,
}
RECORDED = {
    "bp": _("blood pressure"),
    "hit6": "HIT-6",
    "midas": "MIDAS",
    "nrs_pain": _("pain (0 to 10)"),
    "pdmp": _("the prescription monitoring check"),
    "phq9": "PHQ-9",
    "cssrs_screen": _("the questions on suicide"),
    "ecg": _("the electrocardiogram"),
}
NOUNS = {
    "infusion.access": _("vein catheter"),
    "infusion.adjunct": _("medicine given"),
    "infusion.adjuncteffect": _("effect of a medicine"),
    "infusion.check": _("second check"),
    "infusion.drugclosure": _("drug count"),
    "infusion.gateanswer": _("answer before the start"),
    "infusion.gonogo": _("go or no-go"),
    "infusion.pumpreading": _("reading of the pump"),
    "infusion.ratechange": _("rate of the pump"),
    "infusion.responsible": _("who has the chair"),
    "assessment.historyitem": _("history"),
    "assessment.trial": _("treatment tried"),
    "letters.outgoing": _("letter"),
    "people.user": _("account"),
    "plan.seriesproposal": _("agreed dates"),
    "plan.sessionsummary": _("end of a session"),
    "policy.protocolversion": _("protocol version"),
    "recovery.escortmet": _("escort"),
    "recovery.score": _("discharge score"),
    "schedule.visitevent": _("step of a visit"),
}


def verb_words(verb: str) -> str:
    """What was done, as a person says it."""
    if verb in VERBS:
        return str(VERBS[verb])
    head, colon, tail = verb.partition(": ")
    if colon:
        return f"{HEADS.get(head, bare(head))}: {tail_words(tail)}"
    what = verb.removeprefix("record ")
    if what != verb and what in RECORDED:
        return str(_("recorded %(what)s") % {"what": RECORDED[what]})
    return bare(verb)


def tail_words(tail: str) -> str:
    """The second half of a verb: a step, a gate, a kind of event."""
    last = tail.rpartition(":")[2]
    return str(TAILS.get(last, bare(last)))


def subject_words(subject: str) -> str:
    """What it was done to: the kind of row and the beginning of its code; a page by its address."""
    label, colon, code = subject.partition(":")
    if not colon or "/" in label:
        return subject
    return f"{NOUNS.get(label) or noun_of(label)} {code[:CODE_SHOWN]}"


def noun_of(label: str) -> str:
    """The name of a kind of row that has no word of its own here."""
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return bare(label.rpartition(".")[2])


def bare(code: str) -> str:
    """A code without its underscores."""
    return code.replace("_", " ")
