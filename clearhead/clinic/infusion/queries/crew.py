"""What the crew that takes the patient reads of the record."""

from __future__ import annotations

from clearhead.clinic.infusion.entered import CORRECTED, TAKEN_BACK
from clearhead.clinic.infusion.queries.pinned import protocol_of
from clearhead.clinic.infusion.queries.record import Line, record_of
from clearhead.clinic.infusion.queries.uncut import lines_uncut, texts_of
from clearhead.clinic.plan.models import Session

FOR_THE_CREW = {
    "ratechange", "bolus", "flush", "symptom", "adjunct", "adjuncteffect", "event", "flag", "flagack", "pumpreading",
}  # fmt: skip
"""Sets and gates stand elsewhere or do not matter to it."""
OF_NOTHING = (CORRECTED, TAKEN_BACK)
"""How a flag ends whose reading or symptom should not have been there."""


def for_the_crew(session: Session) -> tuple[Line, ...]:
    """What was done and felt, with every word and without what was taken back."""
    whole = lines_uncut(record_of(session), texts_of(session), protocol_of(session))
    ends = {line.row.pk: line.row.flag_id for line in whole if line.model == "flagack" and line.row.done in OF_NOTHING}
    gone = {("flagack", ack) for ack in ends} | {("flag", flag) for flag in ends.values()}
    return tuple(
        line
        for line in whole
        if not line.corrected
        and line.model in FOR_THE_CREW
        and getattr(line.row, "kind", "") != "no_new_symptoms"
        and (line.model, line.row.pk) not in gone
    )
