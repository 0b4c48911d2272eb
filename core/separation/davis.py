"""DAVIS and DAVIS-Flow: what is clicked or named, by a network that paints its spectrogram.

papers/000. The official networks with official checkpoints, which a person has to bring. They hear
the mix in mono at 11 kHz; what they say is laid on the mix itself, at its own rate and on all its
channels.

Letters in shapes: C channels, N samples.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import torch

from core.domain.audio import Samples
from core.domain.engines import EngineInfo, SettingValue
from core.errors import EngineError
from core.nn.stft import Stft
from core.progress import CancelToken, Report
from core.separation.chunking import ChunkPlan, overlap_add
from core.separation.clip_condition import ClipReader
from core.separation.davis_files import find_davis
from core.separation.davis_info import DAVIS_FLOW_INFO, DAVIS_INFO
from core.separation.davis_prompts import Conditioner, refuse_useless
from core.separation.davis_recipes import DavisRecipe
from core.separation.davis_shares import DavisListener
from core.separation.davis_walks import DiffusionWalk, FlowWalk, Walk
from core.separation.davis_weights import DavisNetworks, load_davis
from core.separation.devices import pick_device
from core.separation.projection import ModelAnswer, Projector, resampled_to_mono
from core.separation.protocol import SeparationRequest, TargetSink
from core.separation.pulse import Pulse
from core.store.places import models_folder

WINDOWS_IN_PIECE = 4
"""So many windows of the network make a piece: they share what is seen, and go through together."""

OVERLAP_S = 0.2
CONTEXT_S = 0.5
LEAST_CONTEXT_S = 0.1

ReadWalk = Callable[[Mapping[str, SettingValue]], Walk]


def build_davis(device: str) -> "DavisSeparator":
    """Return the diffusion engine on "auto", "cpu", "cuda" or "mps".

    Raises:
        ModelError: there is no such device, or its checkpoints are missing or do not fit.
    """
    return _built(DAVIS_INFO, DiffusionWalk.read, device)


def build_davis_flow(device: str) -> "DavisSeparator":
    """Return the flow engine on "auto", "cpu", "cuda" or "mps".

    Raises:
        ModelError: there is no such device, or its checkpoints are missing or do not fit.
    """
    return _built(DAVIS_FLOW_INFO, FlowWalk.read, device)


def _built(info: EngineInfo, read_walk: ReadWalk, device: str) -> "DavisSeparator":
    picked = pick_device(device)
    files = find_davis(info.name, models_folder())
    networks = load_davis(files, str(picked))
    reader = ClipReader(networks.clip, files.clip, files.recipe.picture_norm)
    notes: dict[str, SettingValue] = {
        "device": str(picked),
        "weights": files.unet.name,
        **files.recipe.notes,
    }
    return DavisSeparator(info, read_walk, networks, reader, files.recipe, notes)


@dataclass(frozen=True, slots=True, eq=False)
class DavisSeparator:
    """Both engines, which differ in how they walk from noise to a spectrogram.

    Attributes:
        info: what it says of itself.
        read_walk: makes the way out of settings.
        networks: on the device where the work is done.
        reader: looks at pictures and reads words.
        recipe: what the networks were taught with.
        notes: kept beside every result.
    """

    info: EngineInfo
    read_walk: ReadWalk
    networks: DavisNetworks
    reader: ClipReader
    recipe: DavisRecipe
    notes: Mapping[str, SettingValue]

    def separate(
        self,
        request: SeparationRequest,
        sink: TargetSink,
        *,
        report: Report,
        cancel: CancelToken,
    ) -> Mapping[str, SettingValue]:
        refuse_useless(self.info, request)
        walk = self.read_walk(request.settings)
        pulse = Pulse(report, cancel)
        rate_hz = request.mix.sample_rate_hz
        start, stop = request.span_samples
        plan, n_windows = chunk_plan(self.recipe, rate_hz, stop - start)
        listener = DavisListener(self.networks.unet, walk, self.recipe, pulse.beat)
        conditioner = Conditioner(request, self.reader, self.networks.transformer, pulse.check)
        pulse.enter("Separating", stop - start, plan.n_chunk / listener.n_beats(n_windows))
        with torch.inference_mode():
            cutter = _Cutter(request, listener, conditioner)
            overlap_add(request.mix, (start, stop), plan, cutter, sink, pulse)
        return dict(self.notes)


def chunk_plan(recipe: DavisRecipe, rate_hz: int, n_samples: int) -> tuple[ChunkPlan, int]:
    """Return how to cut `n_samples` at `rate_hz`, and how many windows of the network a piece has.

    What windows have room for beyond what was asked for is heard around it. Memory is that of
    `WINDOWS_IN_PIECE` windows however long the sound.
    """
    least = round(LEAST_CONTEXT_S * rate_hz)
    for n_windows in range(1, WINDOWS_IN_PIECE + 1):
        n_covered = _n_covered(recipe, rate_hz, n_windows)
        if n_samples + 2 * least <= n_covered:
            return ChunkPlan(max(1, n_samples), 0, (n_covered - n_samples) // 2), n_windows
    n_overlap, n_context = round(OVERLAP_S * rate_hz), round(CONTEXT_S * rate_hz)
    n_covered = _n_covered(recipe, rate_hz, WINDOWS_IN_PIECE)
    n_chunk = n_covered - n_overlap - 2 * n_context
    return ChunkPlan(n_chunk, n_overlap, n_context), WINDOWS_IN_PIECE


def _n_covered(recipe: DavisRecipe, rate_hz: int, n_windows: int) -> int:
    """Return how many samples at `rate_hz` so many windows of the network can hear."""
    n_frames = recipe.n_frames + (n_windows - 1) * recipe.n_hop
    n_model_samples = n_frames * Stft().hop_samples - 1
    return n_model_samples * rate_hz // recipe.sample_rate_hz


@dataclass(frozen=True, slots=True, eq=False)
class _Cutter:
    """Cuts the target out of pieces of the mix of one request."""

    request: SeparationRequest
    listener: DavisListener
    conditioner: Conditioner

    def __call__(self, samples: Samples, start: int) -> Samples:
        """Return the target (C, N) in `samples` (C, N), the first of which is number `start`."""
        mix = self.request.mix
        recipe = self.listener.recipe
        mono = resampled_to_mono(samples, mix.sample_rate_hz, recipe.sample_rate_hz)
        start_s = mix.start_s + start / mix.sample_rate_hz
        prompt = self.conditioner.prompt((start_s, start_s + mono.shape[1] / recipe.sample_rate_hz))
        # Each piece has a noise of its own, but the same one whenever it is asked for again.
        seed = hash((self.request.seed, start)) & 0x7FFFFFFF
        share = self.listener.find(mono, prompt, seed)
        if not np.isfinite(share).all():
            raise EngineError(
                "the network of DAVIS made values that are not finite",
                advice="Try again with fewer steps, or on the CPU. If it stays like this, "
                "the checkpoint is damaged.",
            )
        answer = ModelAnswer(
            target=share,
            residual=1.0 - share,
            bins_hz=self.listener.rows_hz,
            times_s=self.listener.times_s(mono.shape[1]),
            band_hz=recipe.band_hz,
        )
        device = next(self.listener.network.parameters()).device
        # By magnitude, as the official code cuts.
        return Projector(exponent=1.0).project(samples, mix.sample_rate_hz, answer, device)
