"""What one optimiser step of DAVIS-Flow costs at its official size, on made-up sounds.

    uv run python -m scripts.benchmark.training_step [MIXTURES STEPS DEVICE]

Two tones and noises are mixed as training mixes them, and asked for by random prompts, so that
neither data nor CLIP is needed. Times are of the processor, since training may share it.
"""

import sys
import time

import numpy as np
import torch

from core.training.flow_mixing import FlowBatch
from core.training.flow_objective import FlowLoss, FlowSeparator
from core.training.flow_run import FlowRecipe
from core.training.trainer import Trainer
from scripts.benchmark.measuring import peak_mib, print_machine, print_table


def main(n_mixtures: int, n_steps: int, device: str) -> None:
    """Take the steps and print what each of them took."""
    print_machine()
    torch.manual_seed(0)
    recipe = FlowRecipe(n_mixtures=n_mixtures, clips_at_once=1)
    network = FlowSeparator(recipe.unet, recipe.n_hidden).to(device)
    loss = FlowLoss(recipe.levels, recipe.objective, recipe.clips_at_once)
    batch = _batch(n_mixtures, recipe)
    trainer = Trainer(
        network, lambda net, _number, chance: loss.parts(net, batch, chance), recipe.training
    )
    rows = []
    for number in range(n_steps):
        begun_s, cpu_s = time.monotonic(), time.process_time()
        reached = trainer.take_step()
        spent_s = time.monotonic() - begun_s
        rows.append(
            (
                str(number + 1),
                f"{time.process_time() - cpu_s:.1f} s",
                f"{spent_s:.1f} s",
                f"{reached:.0f}",
                f"{_peak_mib(device):.0f} MiB",
            )
        )
    n_weights = sum(weight.numel() for weight in network.parameters())
    print(f"{n_weights:,} weights, {n_mixtures} mixtures of 2, one clip at a time")
    print_table(("step", "CPU time", "time", "loss", "peak memory"), rows)


def _batch(n_mixtures: int, recipe: FlowRecipe) -> FlowBatch:
    random = np.random.default_rng(0)
    time_s = np.arange(recipe.n_samples) / recipe.davis.sample_rate_hz
    tone = 0.3 * np.sin(2 * np.pi * 440 * time_s)
    noise = 0.1 * random.standard_normal((n_mixtures, recipe.n_samples))
    sources = np.stack((np.broadcast_to(tone, noise.shape), noise), 1).astype(np.float32)
    frames = random.standard_normal((2, 11, recipe.unet.prompt_dim)).astype(np.float32)
    return FlowBatch(sources.mean(1), sources, ((frames[0], frames[1]),) * n_mixtures)


def _peak_mib(device: str) -> float:
    if torch.device(device).type == "cuda":
        return torch.cuda.max_memory_allocated(device) / 2**20
    return peak_mib()


if __name__ == "__main__":
    given = sys.argv[1:4]
    mixtures, steps, where = (*given, *("1", "2", "cpu")[len(given) :])
    main(int(mixtures), int(steps), where)
