"""How long a proof took and on what: a figure without its machine says little."""

from __future__ import annotations

import os
import time


class Taken:
    """Begun when made; tells the seconds since, the cores, and the load then and now."""

    def __init__(self) -> None:
        self.began, self.load = time.perf_counter(), os.getloadavg()[0]

    def __str__(self) -> str:
        seconds = time.perf_counter() - self.began
        return f"{seconds:,.0f} s on {os.cpu_count()} cores at load {self.load:.0f} to {os.getloadavg()[0]:.0f}"
