"""How long a proof took and on what: a figure without its machine says little."""

from __future__ import annotations

import os
import time


class Taken:
    """Begun when made; tells the seconds since, how many of them a processor worked for it, the cores and the load."""

    def __init__(self) -> None:
        self.began, self.worked, self.load = time.perf_counter(), _worked_s(), os.getloadavg()[0]

    def __str__(self) -> str:
        spent = f"{time.perf_counter() - self.began:,.0f} s, {_worked_s() - self.worked:,.0f} s of CPU"
        return f"{spent}, {os.cpu_count()} cores at load {self.load:.0f} to {os.getloadavg()[0]:.0f}"


def _worked_s() -> float:
    """Of this process and of those it has waited for; a database server beside it is not in it."""
    return sum(os.times()[:4])
