"""How many frames a second DDAVS sees: the network alone, and the whole way through a clip.

The small one is the bundled one. The paper's size stands beside it with random weights, which takes
as long as with taught ones; the paper itself states 227 frames a second on an RTX 4090 (section 4).

uv run python -m scripts.benchmark.sounding [N]
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import torch

from core.jobs.sounding import RATE_HZ, SoundingJob
from core.nn.ddavs.config import paper_config
from core.nn.ddavs.network import Ddavs
from core.nn.ddavs.weights import read_ddavs
from core.progress import CancelToken, ignore
from core.segmentation.ddavs import BUNDLED, LONGER_SIDE_PX
from scripts.benchmark.clips import DEMO
from scripts.benchmark.desk import open_desk
from scripts.benchmark.measuring import print_machine, print_table

_SECOND_SAMPLES = 16_000


def main(n_times: int) -> None:
    """Measure each and print a table."""
    print_machine()
    devices = ["cpu", *(["cuda"] if torch.cuda.is_available() else [])]
    small, _ = read_ddavs(BUNDLED)
    wide = LONGER_SIDE_PX, 128  # a frame of 16:9
    rows = []
    for device in devices:
        rows.append((f"small, {device}", *_network(small, device, wide, 8, n_times)))
        large = Ddavs(paper_config()).eval()
        batch = 8 if device == "cuda" else 1
        square = 224, 224
        rows.append((f"the paper's, {device}", *_network(large, device, square, batch, n_times)))
    print_table(("network", "picture", "at once", "frames a second"), rows)
    n_frames, length_s, took_s = _whole_way()
    print(
        f"the demo clip, {RATE_HZ:g} frames of each second, decoded, heard, seen and steadied: "
        f"{n_frames / took_s:.1f} frames a second, {took_s / length_s:.2f} x its length"
    )


@torch.inference_mode()
def _network(
    network: Ddavs, device: str, size: tuple[int, int], n_at_once: int, n_times: int
) -> tuple[str, str, str]:
    network = network.to(device)
    wide_px, high_px = size
    frames = torch.rand(n_at_once, 3, high_px, wide_px, device=device)
    waves = torch.randn(n_at_once, _SECOND_SAMPLES, device=device) * 0.1

    def ask() -> None:
        network(frames, waves)
        if device == "cuda":
            torch.cuda.synchronize()

    took_s = _best_s(ask, n_times)
    return f"{wide_px} x {high_px}", str(n_at_once), f"{n_at_once / took_s:.1f}"


def _best_s(ask: Callable[[], None], n_times: int) -> float:
    ask()  # whatever is only done once
    found = []
    for _ in range(n_times):
        began_s = time.perf_counter()
        ask()
        found.append(time.perf_counter() - began_s)
    return min(found)


def _whole_way() -> tuple[int, float, float]:
    """Return how many frames, how long the clip is, and how long it took."""
    with tempfile.TemporaryDirectory() as folder:
        desk = open_desk(DEMO, Path(folder))
        began_s = time.perf_counter()
        track = SoundingJob(desk.info, desk.table, desk.mix)(ignore, CancelToken()).track
        took_s = time.perf_counter() - began_s
    return len(track), desk.mix.n_samples / desk.mix.sample_rate_hz, took_s


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
