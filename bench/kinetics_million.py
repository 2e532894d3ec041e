"""A million virtual people in bounded memory, and the same people on a Dask cluster: time, peak memory, same numbers.

    python bench/kinetics_million.py [--people 1000000] [--cluster 70000] [--write docs/benchmarks/kinetics-million.md]

Otto 2021, S-ketamine, 13 rates over 100 h, 120 times to 120 h, five quantiles, streamed in blocks of 32,768 people.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]
SHARES = (0.05, 0.25, 0.5, 0.75, 0.95)


def job_of(people: int):  # type: ignore[no-untyped-def]
    """The work for so many people."""
    import kinetics

    from clearhead.medicine.kinetics.model import load_model
    from clearhead.medicine.kinetics.population import Job
    from clearhead.medicine.kinetics.seam import Person

    times = tuple(np.linspace(0, 7200, 120).tolist())
    return Job(load_model("otto-2021"), Person(70.0, 30), kinetics.doses(), times, people, 1, "S-ketamine")


def resident_mb(name: str) -> float:
    """VmRSS (now) or VmHWM (the peak) of this process."""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith(name))
    return int(line.split()[1]) / 1024


def streamed(people: int) -> tuple[float, float, float]:
    """Seconds, peak MB over the process that has done one block, and peak MB in all."""
    from clearhead.medicine.kinetics.population import stream_quantiles

    stream_quantiles(job_of(32_768), SHARES)  # imports and compiles what is needed
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    idle, start = resident_mb("VmRSS"), time.perf_counter()
    stream_quantiles(job_of(people), SHARES)
    return time.perf_counter() - start, resident_mb("VmHWM") - idle, resident_mb("VmHWM")


def on_cluster(people: int) -> bool:
    """Whether a Dask cluster of two worker processes gives the very same numbers."""
    from distributed import Client, LocalCluster

    from clearhead.medicine.kinetics.population import stream_quantiles

    job = job_of(people)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        there = stream_quantiles(job, SHARES, client=client)
    return bool(np.array_equal(there, stream_quantiles(job, SHARES)))


def report(people: int, cluster: int) -> str:
    """The measurement as Markdown."""
    rows = []
    for many in dict.fromkeys((people // 10, people)):
        seconds, over, peak = streamed(many)
        rows.append(f"| {many:,} | {seconds:.1f} | {over:.0f} | {peak:.0f} | {many * 120 * 8 / 2**20:,.0f} |")
    lines = [
        "# A million virtual people", "",
        f"Made by `python bench/kinetics_million.py --write FILE` on {os.cpu_count()} processors at load "
        f"{os.getloadavg()[0]:.1f}: Otto 2021, 13 rates over 100 h, 120 times, five quantiles,",
        "in blocks of 32,768 people.", "",
        "| people | seconds | peak MB over a process that has done one block | peak MB of the whole process | "
        "MB if all levels were held |", "|---:|---:|---:|---:|---:|",
        *rows, "",
    ]  # fmt: skip
    if cluster:
        same = "bit-identical quantiles" if on_cluster(cluster) else "**different quantiles**"
        lines += [f"A Dask cluster of two worker processes, {cluster:,} people, same seed: {same}.", ""]
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Command line; see the module's first lines."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--cluster", type=int, default=70_000, help="people for the comparison with Dask; 0 = none")
    parser.add_argument("--write", metavar="FILE")
    asked = parser.parse_args(argv)
    text = report(asked.people, asked.cluster)
    print(text)
    if asked.write:
        Path(asked.write).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
