"""Count the weights and the operations of DDAVS beside table 8 of its paper; nothing is computed.

uv run python -m scripts.ddavs_sizes
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch
from torch.utils.flop_counter import FlopCounterMode

from core.nn.ddavs.audio import HtsatEncoder
from core.nn.ddavs.config import DdavsConfig, paper_config, small_config
from core.nn.ddavs.network import Ddavs

SIDE_PX, MEL_FRAMES = 224, 101  # one second, hop 10 ms

TABLE_8 = {
    "Baseline": (129.02, 83.56),
    "+AQM": (152.06, 85.39),
    "+AVAM": (127.24, 83.91),
    "DDAVS": (150.29, 85.72),
}
"""Millions of weights, thousand millions of operations."""


def variants() -> Iterator[tuple[str, DdavsConfig]]:
    """Yield the rows of table 8, and what ships."""
    whole = paper_config()
    yield "Baseline", replace(whole, has_queries=False, has_alignment=False)
    yield "+AQM", replace(whole, has_alignment=False)
    yield "+AVAM", replace(whole, has_queries=False)
    yield "DDAVS", whole
    yield "DDAVS, first stride 4", replace(whole, visual=replace(whole.visual, first_stride=4))
    yield "the small one", small_config(86, 86 * 5)


def millions(network: torch.nn.Module) -> float:
    """Return how many weights are used when the network is asked, in millions."""
    return sum(one.numel() for one in network.parameters()) / 1e6


@dataclass(frozen=True)
class Operations:
    """Multiply-adds for one frame and its second of sound, in thousand millions."""

    audio: float
    rest: float
    attention: float
    """Of both: the products of queries, keys and values, which many counters leave out."""
    saved: float
    """By fusing maps before they are enlarged; SegFormer's own head does it afterwards."""

    @property
    def all(self) -> float:
        return self.audio + self.rest

    @property
    def as_others_count(self) -> float:
        return self.all - self.attention + self.saved


def operations(network: Ddavs) -> Operations:
    device = torch.device("meta")
    frames = torch.empty(1, 3, SIDE_PX, SIDE_PX, device=device)
    with FlopCounterMode(display=False) as hearing:
        if isinstance(network.audio, HtsatEncoder):
            tokens = network.audio.tokens(torch.empty(1, 1, MEL_FRAMES, 64, device=device))
        else:
            tokens = network.listen(torch.empty(1, 16_000, device=device))
    with FlopCounterMode(display=False) as looking:
        network.locate(frames, tokens)
    products = sum(
        n
        for counter in (hearing, looking)
        for operation, n in counter.get_flop_counts()["Global"].items()
        if "attention" in str(operation) or "bmm" in str(operation)
    )
    return Operations(
        hearing.get_total_flops() / 2e9,
        looking.get_total_flops() / 2e9,
        products / 2e9,
        _saved(network.config),
    )


def _saved(config: DdavsConfig) -> float:
    first = SIDE_PX // config.visual.first_stride
    pixels = [(first >> stage) ** 2 for stage in range(4)]
    return config.decoder_width**2 * (4 * pixels[0] - sum(pixels)) / 1e9


def main() -> None:
    """Print the table."""
    for name, config in variants():
        with torch.device("meta"):
            network = Ddavs(config).eval()
        projector = network.projector
        left_out = millions(projector) if projector is not None else 0.0
        counts = operations(network)
        theirs = "" if name not in TABLE_8 else " | paper {:.2f} M, {:.2f} G".format(*TABLE_8[name])
        print(f"{name}: {millions(network):.2f} M (of them {left_out:.2f} for training){theirs}")
        print(
            f"    G multiply-adds: {counts.all:.2f}, of them the sound {counts.audio:.2f}; "
            f"without products of attention and with SegFormer's head {counts.as_others_count:.2f}"
        )
        parts = {part: millions(child) for part, child in network.named_children()}
        print("    M weights: " + ", ".join(f"{part} {n:.2f}" for part, n in parts.items()))


if __name__ == "__main__":
    main()
