"""Long proof of the dose arithmetic and of the stops against slips. Run: python -m proofs.dose_arithmetic

100,000 generated histories against the independent witness; ×10 and ÷10 of 1,000 valid orders; numbers typed in
another unit. Writes its figures into docs/benchmarks; ends with an error when one of them is not what it must be.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

from clearhead.medicine.rules.dose import account
from clearhead.medicine.rules.rate import judge
from proofs.histories import History, history
from proofs.orders import other_units, tens, valid_orders
from proofs.second_dose import witness
from proofs.taken import Taken

PLACE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks" / "dose_arithmetic.md"


@dataclass
class Figures:
    """What was counted."""

    histories: int = 0
    disagreements: int = 0
    unbalanced: int = 0
    orders: int = 0
    ten_slips: int = 0
    ten_passed: int = 0
    unit_slips: int = 0
    unit_passed: int = 0

    @property
    def hold(self) -> bool:
        """True when nothing slipped through."""
        return not (self.disagreements or self.unbalanced or self.ten_passed or self.unit_passed)


def agrees(one: History) -> tuple[bool, bool]:
    """Whether both implementations give the same fractions, and whether the mass balances."""
    first = account(one.rates, one.bags, until=one.until, boluses=one.boluses, flushes=one.flushes, line=one.line)
    second = witness(one.rates, one.bags, one.boluses, one.flushes, one.line, one.until)
    same = (
        (first.charted_mg, first.delivered_mg) == (second.charted_mg, second.delivered_mg)
        and first.in_line_mg == second.in_line_mg
        and (first.running_min, first.paused_min) == (second.running_min, second.paused_min)
    )
    return same, first.delivered_mg + first.in_line_mg == first.charted_mg + first.prime_mg


def prove(*, histories: int, orders: int) -> Figures:
    """All three parts."""
    figures = Figures()
    for seed in range(histories):
        same, balanced = agrees(history(Random(seed)))
        figures.histories += 1
        figures.disagreements += not same
        figures.unbalanced += not balanced
    for facts, protocol, at in valid_orders(orders):
        figures.orders += 1
        for slip in tens(facts):
            figures.ten_slips += 1
            figures.ten_passed += judge(slip, protocol, at=at).permits
        if facts.mg_per_ml != 1:
            for slip in other_units(facts, protocol):
                figures.unit_slips += 1
                figures.unit_passed += judge(slip, protocol, at=at).permits
    return figures


HEAD = """# The dose arithmetic, and slips of the hand

`.venv/bin/python -m proofs.dose_arithmetic`. Histories are generated with rates, pauses, boluses, bags, primes and
flushes (`proofs/histories.py`) and counted twice, by the code of the chair and by an independent witness that shares no
idea with it (`proofs/second_dose.py`): both give exact fractions, and nothing but equality counts. Valid orders are
drawn over every shipped protocol and the usual strengths (`proofs/orders.py`); each is then typed with its decimal
point moved, and with the number of the same rate in another unit. A slip is caught when it is refused or asked about.

| what | tried | wrong | holds |
|---|---:|---:|---|
"""


def report(found: Figures, taken: Taken) -> str:
    """The figures as the document has them."""
    rows = (
        ("histories: both implementations give the same fractions", found.histories, found.disagreements),
        ("histories: charted and primed = delivered and in the line", found.histories, found.unbalanced),
        (f"×10 and ÷10 of {found.orders:,} valid orders, let through", found.ten_slips, found.ten_passed),
        ("numbers in another unit, strength not 1 mg/mL, let through", found.unit_slips, found.unit_passed),
    )
    lines = [f"| {what} | {tried:,} | {wrong:,} | {'yes' if not wrong else '**no**'} |" for what, tried, wrong in rows]
    return HEAD + "\n".join(lines) + f"\n\nTaken in {taken}.\n"


def main(histories: int = 100_000, orders: int = 1_000) -> int:
    """Everything, into its document and onto the screen."""
    taken = Taken()
    found = prove(histories=histories, orders=orders)
    text = report(found, taken)
    PLACE.write_text(text, encoding="utf-8")
    print(text)
    return 0 if found.hold else 1


if __name__ == "__main__":
    sys.exit(main(*(int(number) for number in sys.argv[1:3])))
