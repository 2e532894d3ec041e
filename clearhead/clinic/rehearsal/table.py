"""What a rehearsal prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

COLUMNS = (
    ("consult", "consult"),
    ("gates", "gates that refused"),
    ("chair", "chair time"),
    ("given", "given per session"),
    ("series", "series"),
    ("observed", "observed after"),
    ("restriction", "no driving until"),
    ("review", "28-day review"),
)


@dataclass(frozen=True)
class Outcome:
    """How one rehearsal ended."""

    protocol: str
    complete: bool
    stopped: str = ""
    figures: dict[str, str] = field(default_factory=dict)
    gates: tuple[str, ...] = ()
    letters: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """`ID: complete`, or where it stopped."""
        return f"{self.protocol}: complete" if self.complete else f"{self.protocol}: stopped. {self.stopped}"


def printed(outcomes: Sequence[Outcome]) -> str:
    """One column per protocol, one row per figure; then the letters with their clock times; then the verdicts."""
    width = max(20, *(len(value) for one in outcomes for value in (*one.figures.values(), one.protocol)))
    lines = ["".ljust(20) + "  ".join(one.protocol.ljust(width) for one in outcomes)]
    for key, name in COLUMNS:
        lines.append(name.ljust(20) + "  ".join(one.figures.get(key, "–").ljust(width) for one in outcomes))
    for one in outcomes:
        if one.letters:
            lines += ["", f"Letters of {one.protocol}:"]
            lines += [f"  {letter}" for letter in one.letters]
    return "\n".join([*(line.rstrip() for line in lines), "", *(one.line for one in outcomes)])
