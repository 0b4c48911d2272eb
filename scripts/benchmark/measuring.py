"""What the benchmarks share: percentiles, plain tables, and programs run with their peak memory."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
_KIB_PER_MAXRSS = 1 / 1024 if sys.platform == "darwin" else 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """A program that has ended."""

    wall_s: float
    cpu_s: float
    peak_mib: float
    """Resident memory at its highest, shared libraries included."""
    output: str


def run_program(arguments: Sequence[str], home: Path) -> Run:
    """Run this Python with `arguments` in the root of the project until it ends.

    The benchmark itself must stay small beforehand: what it holds when the program starts counts
    as a peak of the program.

    Raises:
        SystemExit: the program has failed; its last words are shown.
    """
    environment = {**os.environ, "SOLOIST_HOME": str(home), "PYTHONPATH": str(ROOT)}
    begun_s = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=said, stderr=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - begun_s
        said.seek(0)
        output = said.read().decode(errors="replace")
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)} failed:\n{output[-2000:]}")
    cpu_s = usage.ru_utime + usage.ru_stime
    return Run(wall_s, cpu_s, usage.ru_maxrss * _KIB_PER_MAXRSS / 1024, output)


def peak_mib() -> float:
    """Return the highest resident memory of this process so far."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * _KIB_PER_MAXRSS / 1024


def timed_ms(work: Callable[[], object]) -> float:
    """Return how long `work` takes."""
    begun_s = time.perf_counter()
    work()
    return (time.perf_counter() - begun_s) * 1000


def spread(values: Sequence[float], unit: str = "ms", digits: int = 1) -> tuple[str, ...]:
    """Return count, median, 95th percentile and maximum as cells of a table."""
    if not values:
        return ("0", "-", "-", "-")
    marks = (np.percentile(values, 50), np.percentile(values, 95), max(values))
    return (str(len(values)), *(f"{mark:.{digits}f} {unit}" for mark in marks))


SPREAD = ("n", "p50", "p95", "max")
"""Headings for the cells of `spread`."""


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns; the first is flush left, the others right."""
    table = [tuple(headings), *(tuple(row) for row in rows)]
    widths = [max(len(row[place]) for row in table) for place in range(len(headings))]
    for row in table:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join(cells).rstrip())


def print_machine(environment: Mapping[str, str] = os.environ) -> None:
    """Print what the numbers below were measured on, and how busy it was."""
    n_cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    platform = environment.get("QT_QPA_PLATFORM", "the system's")
    print(f"{n_cores} CPU cores, load {load:.1f} at the start, Qt platform {platform}")
