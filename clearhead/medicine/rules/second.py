"""The second person: asked by name where the protocol asks, or the timed pause of a single-handed site."""

from __future__ import annotations

from clearhead.medicine.protocols.bedside import Compared
from clearhead.medicine.protocols.protocol import Protocol
from clearhead.medicine.rules.reasons import missing, source_of, warned
from clearhead.medicine.rules.verdict import Reason

WORDS: dict[Compared, str] = {"weight_kg": "weight", "mg_per_ml": "mg/mL", "ml_per_h": "mL/h"}
AT_A_DRUG = "A second person reads the label and enters the dose blind, under their PIN, before it is given."


def at_the_pump(protocol: Protocol) -> str:
    """What the second person is asked at the pump, in the protocol's own list."""
    read = [WORDS[one] for one in protocol.running.second_check.compares]
    listed = " and ".join([", ".join(read[:-1]), read[-1]] if read[1:] else read)
    return f"A second person enters {listed} blind, under their PIN, before this goes on."


def second_check(protocol: Protocol, *, there: bool, waited_s: int, sentence: str = "") -> list[Reason]:
    """Nothing with a second person there; open without one; a counted warning after the pause of a site that may."""
    if there:
        return []
    sentence = sentence or at_the_pump(protocol)
    source, wait = source_of(protocol, "running.second_check"), protocol.running.second_check.single_handed_wait_s
    if protocol.people.single_handed != "timed_pause":
        return [missing("second_check", "Second check", sentence, source, who="second person")]
    if waited_s >= wait:
        return [warned("second_check", "Second check", "Single-handed: re-read after a timed pause; counted.", source)]
    alone = f"Alone: wait {wait} s, read everything again, then send it again. {wait - waited_s} s left."
    return [missing("second_check", "Second check", f"{sentence} {alone}", source, who="second person")]
