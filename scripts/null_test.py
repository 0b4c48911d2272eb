"""Measure what exported stems promise: target + residual = mix, same length, rate and channels.

    uv run scripts/null_test.py FOLDER...

Each folder is one that `main.py separate` or the export dialog has written. Exit code 1 where a
promise is broken.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

FLOAT_LIMIT_DBFS = -120.0
BLOCK_SAMPLES = 1 << 18
ROLES = ("mix", "target", "residual")


@dataclass(frozen=True, slots=True)
class NullTest:
    """What was found in one folder; `null` is the largest |target + residual - mix|."""

    folder: Path
    subtype: str
    sample_rate_hz: int
    n_channels: int
    n_samples: int
    null: float
    complaint: str

    @property
    def is_whole(self) -> bool:
        return not self.complaint

    def line(self) -> str:
        """One row of the table."""
        level = f"{20 * np.log10(self.null):7.1f} dBFS" if self.null > 0 else "   exact null"
        steps = f" = {self.null * 2**23:.2f} LSB24" if self.subtype == "PCM_24" else ""
        return (
            f"{'ok  ' if self.is_whole else 'FAIL'} {self.folder.name:36} {self.subtype:7} "
            f"{self.sample_rate_hz:6} Hz {self.n_channels} ch {self.n_samples:9} samples "
            f"{level}{steps} {self.complaint}"
        )


def null_test(folder: Path) -> NullTest:
    """Read the three sounds that the folder's manifest names, block by block."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    paths = [folder / manifest["files"][role] for role in ROLES]
    infos = [soundfile.info(path) for path in paths]
    shapes = {(info.samplerate, info.channels, info.frames) for info in infos}
    promised = manifest["sound"]
    mix = infos[0]
    null = max(_nulls(paths), default=0.0)
    return NullTest(
        folder,
        mix.subtype,
        mix.samplerate,
        mix.channels,
        mix.frames,
        null,
        "; ".join(_complaints(shapes, promised, null, mix.subtype)),
    )


def _nulls(paths: Sequence[Path]) -> Iterator[float]:
    blocks = (
        soundfile.blocks(path, BLOCK_SAMPLES, dtype="float64", always_2d=True) for path in paths
    )
    for mix, target, residual in zip(*blocks, strict=True):
        if len(mix) == len(target) == len(residual):
            yield float(np.abs(target + residual - mix).max(initial=0.0))


def _complaints(
    shapes: set[tuple[int, int, int]], promised: dict[str, object], null: float, subtype: str
) -> Iterator[str]:
    if len(shapes) != 1:
        yield f"rate, channels or length differ: {sorted(shapes)}"
    clip = promised["sample_rate_hz"], promised["n_channels"], promised["n_samples"]
    if clip not in shapes:
        yield f"the clip has {clip}"
    if subtype == "FLOAT" and null > 10 ** (FLOAT_LIMIT_DBFS / 20):
        yield f"null above {FLOAT_LIMIT_DBFS:g} dBFS"
    if subtype == "PCM_24" and null > 2.0**-23:
        yield "more than one step of 24 bit"
    # Three dithered sounds, each up to one and a half steps off.
    if subtype == "PCM_16" and null > 4.5 * 2.0**-15:
        yield "more than dither explains"


def main(folders: Sequence[str]) -> int:
    """Print a row for every folder and return the exit code."""
    if not folders:
        print(__doc__, file=sys.stderr)
        return 2
    tests = [null_test(Path(folder)) for folder in folders]
    for test in tests:
        print(test.line())
    return 0 if all(test.is_whole for test in tests) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
