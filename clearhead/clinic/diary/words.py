"""The words of the diary, as patients read them: symptoms, triggers, sides, kinds of medicine."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

SYMPTOMS = {
    "nausea": _("feeling sick"),
    "vomiting": _("being sick"),
    "photophobia": _("light hurts"),
    "phonophobia": _("sound hurts"),
    "smell": _("smells hurt"),
    "worse_with_activity": _("worse when I move"),
    "dizziness": _("dizzy"),
}
"""The first four and movement decide what kind of headache it is; the others are kept for the clinician."""

AURA = {
    "visual": _("zigzags, lights or a blind spot"),
    "sensory": _("tingling or numbness"),
    "speech": _("trouble finding words"),
    "other": _("another warning sign just before"),
}
PREMONITORY = {
    "yawning": _("yawning"),
    "neck": _("stiff neck"),
    "mood": _("a change of mood"),
    "craving": _("craving food"),
    "tired": _("very tired"),
    "thirst": _("thirst"),
    "constipation": _("constipation"),
    "water": _("passing water more often"),
    "swollen": _("feeling swollen"),
}
TRIGGERS = {
    "sleep": _("too little or too much sleep"),
    "stress": _("stress, or stress easing off"),
    "meal": _("a missed meal"),
    "alcohol": _("alcohol"),
    "scent": _("a scent"),
    "light": _("bright or flickering light"),
    "weather": _("the weather"),
    "period": _("my period"),
    "food": _("something I ate"),
    "screen": _("screens"),
}
SIDES = {"left": _("left side"), "right": _("right side"), "both": _("both sides"), "moves": _("it changes sides")}
QUALITIES = {"throbbing": _("throbbing"), "pressing": _("pressing"), "stabbing": _("stabbing")}
ANSWERS = {0: _("None"), 1: _("Mild"), 2: _("Moderate"), 3: _("Severe")}
ANSWER_HINTS = {0: "", 1: _("I can do things"), 2: _("some things stop"), 3: _("in bed")}
EFFECTS = {"gone": _("gone"), "better": _("better"), "same": _("the same"), "worse": _("worse")}
AGO = {0: _("now"), 15: _("15 min ago"), 30: _("30 min ago"), 60: _("1 hour ago")}
CLASSES = {
    "triptan": _("Triptan"),
    "nsaid": _("Anti-inflammatory painkiller"),
    "paracetamol": _("Acetaminophen (paracetamol)"),
    "combination_analgesic": _("Painkiller with caffeine or another medicine"),
    "opioid": _("Opioid"),
    "ergot": _("Ergotamine, dihydroergotamine"),
    "gepant": _("Gepant"),
    "ditan": _("Lasmiditan"),
    "antiemetic": _("Against nausea"),
    "unclassified": _("I do not know"),
}
USE_NAMES = {**CLASSES, "several_classes": _("Several kinds together")}
