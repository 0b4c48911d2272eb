"""Whether memory grows with the clip: `main.py separate` on a short and on a long file.

    uv run python -m scripts.benchmark.memory [SHORT_MINUTES LONG_MINUTES]

The whole command is measured: reading the sound, separating, and writing three sounds. It needs
about 0.1 GB of disk in the temporary folder for each minute.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.benchmark.measuring import ROOT, Run, print_machine, print_table, run_program

_PROMPTS = ("--span", "0.6-2.0", "--span", "4.3-5.7", "--not-span", "2.2-4.2")
_EVERYWHERE = ("--set", "unmarked=searched")
"""Without it what lies outside the spans is skipped, and most of the clip costs nothing."""


def main(short_min: float, long_min: float) -> None:
    """Separate both and print the peaks beside each other."""
    print_machine()
    found: list[tuple[float, float, Run]] = []
    for minutes in (short_min, long_min):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"repeated-{minutes * 60:g}.mp4"
            _make(path, minutes * 60)
            found.append((minutes, path.stat().st_size / 1e6, _separate(path)))
    rows = [
        (
            f"{minutes:g} min, {size_mb:.0f} MB",
            f"{run.peak_mib:.0f} MiB",
            f"{run.wall_s:.0f} s",
            f"{run.wall_s / (minutes * 60):.3f}",
            f"{run.cpu_s / (minutes * 60):.3f}",
        )
        for minutes, size_mb, run in found
    ]
    print_table(("clip", "peak memory", "time", "time / clip", "CPU time / clip"), rows)
    print(f"peak of the long one / short one: {found[1][2].peak_mib / found[0][2].peak_mib:.3f}")


def _make(path: Path, duration_s: float) -> None:
    """Write the file in another process, so that this one stays small (see `run_program`)."""
    words = "from pathlib import Path; from scripts.benchmark.clips import repeated; "
    words += f"repeated(Path({str(path.parent)!r}), {duration_s!r})"
    subprocess.run([sys.executable, "-c", words], cwd=ROOT, check=True)


def _separate(path: Path) -> Run:
    out = path.parent / "out"
    return run_program(
        ["main.py", "separate", str(path), *_PROMPTS, *_EVERYWHERE, "-o", str(out)], path.parent
    )


if __name__ == "__main__":
    minutes = [float(argument) for argument in sys.argv[1:]] or [10.0, 120.0]
    main(*minutes)
