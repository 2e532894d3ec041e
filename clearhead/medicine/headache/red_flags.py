"""SNNOOP10: signs that a headache may be secondary. Answers yes, no or unknown; unknown is asked, never passed.

Source: Do 2019, Neurology 92:134-144. Its predictive value has not been shown prospectively. The actions are this
project's working judgement (status: assumption), not part of the list; a protocol may be stricter, not milder.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from clearhead.medicine.errors import Refused

SOURCE = "SNNOOP10: Do 2019, Neurology 92:134-144"
OLDER_ONSET_YEARS = 50  # the printed abstract says 65, the accepted manuscript 50: the lower asks more people


class Action(StrEnum):
    """What a positive answer asks for."""

    BLOCK_URGENT = "block_urgent"
    BLOCK = "block"
    EVIDENCE = "evidence_required"
    REVIEW = "review"
    OVERUSE_PATH = "overuse_path"


@dataclass(frozen=True, slots=True)
class Flag:
    """One line of the list."""

    id: str
    question: str
    action: Action


FLAGS: tuple[Flag, ...] = (
    Flag("systemic_symptoms", "Systemic symptoms, fever included?", Action.REVIEW),
    Flag("neoplasm_history", "A history of cancer?", Action.EVIDENCE),
    Flag("neurological_deficit", "A neurological deficit or reduced consciousness?", Action.BLOCK_URGENT),
    Flag("thunderclap_onset", "Sudden onset, at its worst within a minute?", Action.BLOCK_URGENT),
    Flag("older_onset", "First headache of this kind at age 50 or later?", Action.REVIEW),
    Flag("pattern_change", "A changed pattern or a recent new headache?", Action.REVIEW),
    Flag("positional", "Does it depend on position?", Action.REVIEW),
    Flag("cough_sneeze_exertion", "Set off by coughing, sneezing or exertion?", Action.REVIEW),
    Flag("papilloedema", "Swollen optic discs?", Action.BLOCK),
    Flag("progressive_or_atypical", "Progressive, or an atypical presentation?", Action.REVIEW),
    Flag("pregnancy_or_puerperium", "Pregnant, or within six weeks of a birth?", Action.BLOCK),
    Flag("painful_eye", "A painful eye with autonomic signs?", Action.BLOCK),
    Flag("post_traumatic", "Began after an injury?", Action.REVIEW),
    Flag("immune_disease", "Immune disease such as HIV, or immune suppression?", Action.REVIEW),
    Flag("painkiller_overuse_or_new_drug", "Painkiller overuse, or a new medicine at onset?", Action.OVERUSE_PATH),
)


@dataclass(frozen=True, slots=True)
class Raised:
    """A flag that is present (True) or not known (None), and for a present one the review that settled it."""

    flag: Flag
    present: bool | None
    settled_by: str | None = None

    @property
    def open(self) -> bool:
        """True while somebody still has to do something about it."""
        return self.present is None or (self.present and self.settled_by is None)


@dataclass(frozen=True, slots=True)
class RedFlags:
    """Everything that is not a plain no."""

    raised: tuple[Raised, ...]
    source: str = SOURCE

    @property
    def open(self) -> tuple[Raised, ...]:
        """Flags still to be asked or reviewed."""
        return tuple(raised for raised in self.raised if raised.open)

    @property
    def urgent(self) -> tuple[Raised, ...]:
        """Present flags that need a clinician now. A review settles them only with its own reference."""
        return tuple(r for r in self.open if r.present and r.flag.action is Action.BLOCK_URGENT)


def red_flags(answers: Mapping[str, bool | None], *, settled: Mapping[str, str] | None = None) -> RedFlags:
    """The list against the answers. A question that was not asked is unknown, never no.

    `settled` names, per flag, the dated letter or review that dealt with it.
    """
    known = {flag.id for flag in FLAGS}
    strange = sorted((set(answers) | set(settled or {})) - known)
    if strange:
        raise Refused(f"No such red flag: {', '.join(strange)}.")
    raised = [Raised(flag, answers.get(flag.id), (settled or {}).get(flag.id)) for flag in FLAGS]
    return RedFlags(tuple(r for r in raised if r.present is not False))
