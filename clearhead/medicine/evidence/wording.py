"""What must not be said to a patient. A checker for pages, letters and claims: it names each breach and why.

It reads words, not meaning: a clean answer is no clearance, and a person still reads every text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rule:
    """A wording and why it is not used. `unless`: words that make the sentence true."""

    pattern: str
    why: str
    unless: tuple[str, ...] = ()


HOSPITAL = (r"hospital|inpatient", r"uncontrolled|without comparison", r"\bdays?\b")
RULES: tuple[Rule, ...] = (
    Rule(r"\bcure[sd]?\b|\bcuring\b", "nothing cures migraine"),
    Rule(r"\bheal(s|ed|ing)?\b", "no healing has been shown"),
    Rule(
        r"\breset(s|ting)?\b|\brewir(e|es|ed|ing)\b|\bnew (neural )?(pathways|connections|synapses)\b",
        "a mechanism told as an outcome",
    ),
    Rule(r"\bbreak(s|ing)? the cycle\b", "a mechanism told as an outcome"),
    Rule(r"\breduc\w+ (the )?(body's )?inflammat\w+", "not shown in migraine"),
    Rule(r"\bprevent\w* (future )?(migraines?|attacks|headaches)\b", "prevention has not been shown"),
    Rule(r"\bnon-?addictive\b|\bnot addictive\b|\bno risk of (addiction|misuse)\b", "ketamine can be misused"),
    Rule(r"\bsafe(ly)?\b|\bwell[ -]tolerated\b", "no safety word without rates", (r"\d+ (of|in) \d+|\d+(\.\d+)? ?%",)),
    Rule(
        r"\bfda[ -]approved\b|\bapproved by the fda\b",
        "approved as an anaesthetic, not for migraine",
        (r"anaesthe|anesthe", r"not for migraine"),
    ),
    Rule(r"\blow[ -]dose\b|\blow doses?\b", "the doses are two to five times those used for depression"),
    Rule(
        r"\b3 (of|out of|in) 4\b|\bthree (out )?of four\b|\bthree[- ]quarters\b|\b40 ?%|\bforty per ?cent\b",
        "a hospital figure without its setting",
        HOSPITAL,
    ),
    Rule(
        r"\bup to 100 days\b|\b(up to )?(three|3) months\b",
        "a duration without its setting",
        (r"hospital|inpatient|other condition|another condition|liver|diary|\bthe last\b|\bago\b|asked",),
    ),
    Rule(r"\byou qualify\b|\byou are a (good )?candidate\b", "only a signed decision says so"),
    Rule(r"\bno warning signs? (were |was )?found\b", "a form does not rule anything out"),
    Rule(r"\blast (hope|chance|resort)\b", "pressure"),
    Rule(
        r"\bbook before\b.*\brelapse\b|\bbefore (a|your) relapse\b|\byou need maintenance\b",
        "pressure to be treated again",
    ),
    Rule(r"\byou are being monitored\b", "a screen watches nobody"),
    Rule(
        r"\b(ok|okay|safe|fit) to drive\b|\bsober (time|by|at)\b|\byour (ketamine )?level (is|will be)\b",
        "no predicted level or sober time to patients",
    ),
    Rule(
        r"\b(stop|hold|skip) (taking )?your\b.*\b(medicine|medication|tablets?|pills?|inhaler)s?\b",
        "a rule never stops a medicine",
        (r"unless|ask|do not stop|don't stop|never stop",),
    ),
    Rule(r"\bcauses? your (migraines?|headaches?|attacks?)\b", "a trigger is a suspicion, not a cause"),
    Rule(r"\bguarantee\w*\b|\bmiracle\b|\bbreakthrough\b", "a promise"),
)


def forbidden_wording(text: str) -> list[str]:
    """Every breach in the text, as "words: why". Each sentence is judged on its own.

    >>> forbidden_wording("Ketamine is approved by the FDA as an anaesthetic, not for migraine.")
    []
    >>> forbidden_wording("A safe, non-addictive treatment.")
    ['non-addictive: ketamine can be misused', 'safe: no safety word without rates']
    """
    found = []
    for sentence in re.split(r"(?<=[.!?])\s+|\n+", text):
        for rule in RULES:
            hit = re.search(rule.pattern, sentence, re.IGNORECASE)
            if hit and not _excused(rule, sentence):
                found.append(f"{hit.group(0)}: {rule.why}")
    return found


def _excused(rule: Rule, sentence: str) -> bool:
    return bool(rule.unless) and all(re.search(words, sentence, re.IGNORECASE) for words in rule.unless)
