"""What the engines that make new sound take: seconds and memory, tiny and at their real sizes.

    uv run python -m scripts.benchmark.generating

Tiny networks without knowledge, in the official layouts, work on 10 s of noise with the settings
that engines begin with, each in a process of its own. What that costs is mostly what Python and the
number of steps cost. Real sizes are asked on networks without content what they would need.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch import nn

from core.nn.live_memory import peak_bytes, weight_bytes
from core.nn.mmaudio.mel import MEL_44K
from core.nn.mmaudio.network import MMAudio
from core.nn.mmaudio.sequences import WINDOW_S, sequence_lengths
from core.nn.mmaudio.sizes import SIZES
from core.nn.mmaudio.synchformer import SynchformerConfig, SynchformerEyes
from core.nn.mmaudio.vae import VAE_44K, MelVae
from core.nn.mmaudio.vocoder import BigVgan, VocoderConfig
from scripts.benchmark.measuring import ROOT, peak_mib, print_machine, print_table

ENGINES = (
    "zerosep-audioldm-s",
    "zerosep-audioldm2",
    "zerosep-stable-audio",
    "mmaudiosep-small",
    "sam-audio-small",
)
LENGTH_S, RATE_HZ = 10.0, 44_100
GIB = 2**30
CLIP_WEIGHTS = 986_714_881
"""Of DFN5B, counted from the published shapes; in half precision, as MMAudioSep itself."""
LENGTHS = sequence_lengths(WINDOW_S, MEL_44K.sample_rate_hz, MEL_44K.hop_samples)


def main() -> None:
    """Print both tables."""
    print_machine()
    with tempfile.TemporaryDirectory() as home:
        rows = [(engine, *_run_alone(engine, Path(home) / engine)) for engine in ENGINES]
    print_table(("tiny, 10 s of sound", "processor s", "MiB loaded", "MiB at most"), rows)
    print()
    sizes = [size for size in SIZES if size.endswith("44k") or size.endswith("v2")]
    print_table(
        ("mmaudiosep, one window, GiB", "its own weights", "all weights", "work", "together"),
        [_memory(size) for size in sizes],
    )


def _run_alone(engine: str, home: Path) -> tuple[str, ...]:
    words = "from scripts.benchmark.generating import run_alone; "
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", words + f"run_alone({engine!r})"],
        cwd=ROOT,
        env={**os.environ, "SOLOIST_HOME": str(home)},
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, before, most = done.stdout.split()[-3:]
    return f"{float(seconds):.1f}", f"{float(before):.0f}", f"{float(most):.0f}"


def run_alone(engine: str) -> None:
    """Separate 10 s with a tiny engine; print processor seconds, MiB before and MiB at most."""
    import numpy as np

    from core.domain.audio import AudioClip
    from core.domain.prompts import PromptSet, TextPrompt
    from core.progress import CancelToken, ignore
    from core.separation import registry
    from core.separation.protocol import SeparationRequest
    from core.store.places import models_folder

    _install(engine, models_folder())
    noise = 0.1 * np.random.default_rng(0).standard_normal((1, round(LENGTH_S * RATE_HZ)))
    mix = AudioClip(noise.astype(np.float32), RATE_HZ)
    built = registry.build(engine, "cpu")
    before = peak_mib()
    begun_s = time.process_time()
    request = SeparationRequest(mix, PromptSet(texts=(TextPrompt("dog"),)), device="cpu")
    built.separate(request, _Nowhere(), report=ignore, cancel=CancelToken())
    print(time.process_time() - begun_s, before, peak_mib())


class _Nowhere:
    def write(self, target: object) -> None:
        """Keep nothing."""


def _install(engine: str, models: Path) -> None:
    from tests.helpers import mmaudios, sam_audios, sound_models

    models.mkdir(parents=True, exist_ok=True)
    install = {"zerosep": sound_models.install_all, "mmaudiosep": mmaudios.install}
    install.get(engine.split("-")[0], sam_audios.install)(models)


def _memory(size: str) -> tuple[str, ...]:
    """Return weights and work of one window in GiB, with all networks on the device.

    Work is the most that the flow, the VAE or the vocoder takes. What looks at pictures takes less
    or more as they come, and is left out.
    """
    with torch.device("meta"):
        network = MMAudio(SIZES[size].separating).to(torch.bfloat16).requires_grad_(False)
        others = _others()
    own = weight_bytes(network, torch.bfloat16)
    weights = own + 2 * CLIP_WEIGHTS + sum(weight_bytes(part, dtype) for part, dtype in others)
    work = max(_network_work(network), *_sound_work(others))
    figures = (own, weights, work, weights + work)
    return (size, *(f"{figure / GIB:.2f}" for figure in figures))


def _others() -> tuple[tuple[nn.Module, torch.dtype], ...]:
    return (
        (MelVae(VAE_44K).requires_grad_(False), torch.float32),
        (BigVgan(VocoderConfig()).requires_grad_(False), torch.float32),
        (SynchformerEyes(SynchformerConfig()).requires_grad_(False), torch.float32),
    )


def _network_work(network: MMAudio) -> int:
    config = network.config
    with torch.device("meta"):
        latent = torch.zeros(1, LENGTHS.n_latents, config.latent_dim, dtype=torch.bfloat16)
        time_of_flow = torch.zeros(1)

        def ask() -> torch.Tensor:
            features = network.empty_features(1, LENGTHS.n_clip, LENGTHS.n_sync)
            known = network.conditions(features, LENGTHS.n_latents, latent)
            out: torch.Tensor = network(latent, time_of_flow, known)
            return out

        return peak_bytes(ask)


def _sound_work(others: tuple[tuple[nn.Module, torch.dtype], ...]) -> tuple[int, int]:
    """Return what a window takes on its way into the VAE, and out through the vocoder."""
    vae, vocoder = others[0][0], others[1][0]
    assert isinstance(vae, MelVae)
    with torch.device("meta"):
        mel = torch.zeros(1, VAE_44K.n_bands, 2 * LENGTHS.n_latents)
        return peak_bytes(lambda: vae.encode(mel)), peak_bytes(lambda: vocoder(mel))


if __name__ == "__main__":
    torch.set_num_threads(1)
    main()
