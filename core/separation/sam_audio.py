"""SAM Audio: what is named, clicked or marked, by a flow in the latents of sound.

papers/004. The official networks with official checkpoints, which a person has to ask their owner
for. They hear 48 kHz mono and make target and residual together; what they make is laid on the mix
itself, or given as it is. Letters in shapes: C channels, N samples, T latent frames, L channels of
one latent.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import torch

from core.domain.audio import Samples
from core.domain.engines import EngineInfo, SettingValue
from core.progress import CancelToken, Report
from core.separation.chunking import overlap_add
from core.separation.devices import pick_device
from core.separation.generated import GeneratedCutter, GeneratedSound, window_plan
from core.separation.protocol import SeparationRequest, TargetSink
from core.separation.pulse import Pulse
from core.separation.sam_audio_files import find_sam_audio
from core.separation.sam_audio_info import SAM_AUDIO_INFOS
from core.separation.sam_audio_prompts import refuse_unusable
from core.separation.sam_audio_run import SamAudioRun
from core.separation.sam_audio_settings import SamAudioSettings
from core.separation.sam_audio_weights import SamAudioCheckpoint, open_checkpoint

PIECE_S = 12.0
"""Laid on the mix at a time."""
OVERLAP_S = 0.2
CONTEXT_S = 0.5


def build_small(device: str) -> "SamAudioSeparator":
    """Return the smallest engine on "auto", "cpu", "cuda" or "mps"; errors as `build_large`."""
    return _built(0, device)


def build_base(device: str) -> "SamAudioSeparator":
    """Return the middle engine on "auto", "cpu", "cuda" or "mps"; errors as `build_large`."""
    return _built(1, device)


def build_large(device: str) -> "SamAudioSeparator":
    """Return the largest engine on "auto", "cpu", "cuda" or "mps".

    Raises:
        ModelError: there is no such device, or its checkpoint is missing or does not fit.
    """
    return _built(2, device)


def _built(place: int, device: str) -> "SamAudioSeparator":
    picked, info = pick_device(device), SAM_AUDIO_INFOS[place]
    return SamAudioSeparator(info, open_checkpoint(find_sam_audio(info.name)), picked)


@dataclass(frozen=True, slots=True, eq=False)
class SamAudioSeparator:
    """The engines, which differ in size alone.

    Attributes:
        info: what it says of itself.
        checkpoint: opened and compared; its parts are loaded as they are needed.
        device: where the work begins; the ladder may go on to the CPU.
    """

    info: EngineInfo
    checkpoint: SamAudioCheckpoint
    device: torch.device

    def separate(
        self,
        request: SeparationRequest,
        sink: TargetSink,
        *,
        report: Report,
        cancel: CancelToken,
    ) -> Mapping[str, SettingValue]:
        refuse_unusable(self.info, request)
        settings = SamAudioSettings.read(self.info, request.settings)
        pulse = Pulse(report, cancel)
        rate_hz = request.mix.sample_rate_hz
        start, stop = request.span_samples
        with torch.inference_mode():
            run = SamAudioRun(self.checkpoint, request, settings, self.device, pulse, cancel)
            run.begin()
            plan = window_plan(stop - start, rate_hz, PIECE_S, OVERLAP_S, CONTEXT_S)
            first = start - plan.n_context
            run.cover(max(0, first), min(stop + plan.n_context, request.mix.n_samples))
            cutter = GeneratedCutter(_Maker(run, rate_hz), rate_hz, settings.result, self.device)
            overlap_add(request.mix, (start, stop), plan, cutter, sink, run.quiet_pulse)
            run.end()
        return {"weights": self.checkpoint.files.folder.name, **run.notes}


@dataclass(frozen=True, slots=True, eq=False)
class _Maker:
    """Reads what the run makes, where a piece of the mix lies."""

    run: SamAudioRun
    rate_hz: int

    def __call__(self, samples: Samples, start: int) -> GeneratedSound:
        grid = self.run.grid
        first = grid.model_sample(start)
        n_samples = -(-samples.shape[1] * grid.codec.sample_rate_hz // self.rate_hz)
        target, residual = self.run.read(first, first + n_samples)
        band_hz = (0.0, 0.5 * grid.codec.sample_rate_hz)
        return GeneratedSound(target, residual, grid.codec.sample_rate_hz, band_hz)
