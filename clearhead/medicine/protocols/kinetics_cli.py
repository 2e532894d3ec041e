"""`clearhead kinetics …` with the protocols at hand, so that `compare` knows them by name."""

from __future__ import annotations

from collections.abc import Sequence

from clearhead.medicine.kinetics import cli
from clearhead.medicine.protocols.dose_plans import dose_plans


def main(argv: Sequence[str]) -> int:
    """Runs one kinetics command; see `clearhead.medicine.kinetics.cli`."""
    return cli.main(argv, plans=dose_plans)
