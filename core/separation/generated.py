"""Lays the sound that a generative engine made for a stretch of the mix on the mix itself.

Such engines make new sound at a rate of their own, mostly mono. It becomes the target in one of
two ways. *Projected*: its magnitudes say how much of each cell of the mix is the target's, and the
mix is cut by that (`core.separation.projection`), so that its stereo image and full band survive.
*Generated*: the new sound itself, resampled, at the level of the mix and with its stereo image.
Either way the residual is the mix without the target.

Letters in shapes: C channels and N samples of the mix, c channels and n samples of what was made,
f bins and t frames of the engine's own grid.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from core.domain.audio import Samples
from core.errors import EngineError
from core.separation.chunking import ChunkPlan, resample
from core.separation.generated_info import GENERATED
from core.separation.generated_level import (
    placed_like,
    restoring_gain,
    smoothed_power,
)
from core.separation.listening import finite
from core.separation.projection import ModelAnswer, Projector
from core.separation.stft import Stft

SILENT_PEAK = 1e-5
"""Stretches of the mix whose loudest sample is below this (-100 dBFS) hold nothing to ask for."""


@dataclass(frozen=True, slots=True, eq=False)
class GeneratedSound:
    """What an engine made. Sample 0 stands where the stretch of the mix begins.

    Attributes:
        target: (c, n); where c is not the mix's, its mean is what counts. What is missing at the
            end is silence, what is too much is cut.
        residual: (c, n), all else at the same level; None where the engine gives only the target.
        sample_rate_hz: of both.
        band_hz: what of it can be trusted, low to high.
        mix: (c, n), the whole mix as the engine makes it again, where it can. Against that, and
            not against the mix itself, the target is weighed: what the engine does to every sound
            then cancels out.
    """

    target: Samples
    residual: Samples | None
    sample_rate_hz: int
    band_hz: tuple[float, float]
    mix: Samples | None = None

    def __post_init__(self) -> None:
        if self.target.ndim != 2 or 0 in self.target.shape:
            raise ValueError(f"a target of shape {self.target.shape} is not (c, n)")
        for other in (self.residual, self.mix):
            if other is not None and other.shape != self.target.shape:
                raise ValueError(
                    f"residual or mix {other.shape} beside a target {self.target.shape}"
                )

    @property
    def waves(self) -> tuple[Samples, ...]:
        """Return all that was made."""
        return tuple(wave for wave in (self.target, self.residual, self.mix) if wave is not None)

    def in_mono(self) -> "GeneratedSound":
        """Return the mean of the channels."""
        return GeneratedSound(
            _mono(self.target),
            None if self.residual is None else _mono(self.residual),
            self.sample_rate_hz,
            self.band_hz,
            None if self.mix is None else _mono(self.mix),
        )

    @property
    def whole(self) -> Samples:
        """Return (c, n), what stands for the mix: itself, or target and residual together."""
        if self.mix is not None:
            return self.mix
        return self.target if self.residual is None else self.target + self.residual


Make = Callable[[Samples, int], GeneratedSound]
"""Takes finite samples (C, N) of the mix, not all silent, and the index of the first one."""


@dataclass(frozen=True, slots=True, eq=False)
class GeneratedCutter:
    """Turns what an engine makes of a piece into its target: a `ProcessPiece` for `overlap_add`.

    Attributes:
        make: the engine.
        sample_rate_hz: of the mix.
        result: the value of the setting `RESULT`.
        device: where the mask is laid on the mix.
    """

    make: Make
    sample_rate_hz: int
    result: str
    device: torch.device

    def __call__(self, samples: Samples, start: int) -> Samples:
        """Return the target (C, N) in `samples` (C, N), the first of which is number `start`.

        Raises:
            EngineError: the engine made values that are not finite.
        """
        heard = finite(samples)
        if np.abs(heard).max(initial=0.0) < SILENT_PEAK:
            return np.zeros_like(heard)
        made = _checked(self.make(heard, start), heard.shape[0])
        if self.result == GENERATED:
            return as_generated(heard, self.sample_rate_hz, made)
        return projected(heard, self.sample_rate_hz, made, self.device)


def window_plan(
    n_samples: int, sample_rate_hz: int, longest_s: float, overlap_s: float, context_s: float
) -> ChunkPlan:
    """Return how to cut `n_samples` so that an engine hears at most `longest_s` at a time.

    Args:
        n_samples: what is asked for.
        sample_rate_hz: of the mix.
        longest_s: of the engine's window, overlap and context included.
        overlap_s: in which neighbours are blended; nothing left at the end is shorter.
        context_s: heard around each piece and thrown away.
    """
    n_longest, n_overlap, n_context = (
        round(length_s * sample_rate_hz) for length_s in (longest_s, overlap_s, context_s)
    )
    if n_samples + 2 * n_context <= n_longest:
        return ChunkPlan(max(1, n_samples), 0, n_context)
    return ChunkPlan(n_longest - n_overlap - 2 * n_context, n_overlap, n_context)


def projected(
    samples: Samples, sample_rate_hz: int, made: GeneratedSound, device: torch.device
) -> Samples:
    """Return the target (C, N) cut out of the mix `samples` (C, N) by what was made of it."""
    answer = answer_of(samples, sample_rate_hz, made)
    return Projector().project(samples, sample_rate_hz, answer, device)


def as_generated(samples: Samples, sample_rate_hz: int, made: GeneratedSound) -> Samples:
    """Return the new sound as the target (C, N) in `samples`: its rate, level and channels."""
    n_samples = samples.shape[1]
    target = resample(made.target, made.sample_rate_hz, sample_rate_hz, n_samples)
    gain = restoring_gain(made.whole, _mix_like(samples, sample_rate_hz, made))
    return placed_like(samples, sample_rate_hz, gain * target)


def answer_of(samples: Samples, sample_rate_hz: int, made: GeneratedSound) -> ModelAnswer:
    """Return what share is the target's on the engine's own grid, for `Projector`.

    Without a residual its power is what the target leaves of the mix's: the phases of new sound
    are its own, so waves can't be subtracted.
    """
    stft = Stft.lasting(Projector().window_s, made.sample_rate_hz)
    target = smoothed_power(stft, made.target)  # (f, t)
    if made.residual is not None:
        residual = smoothed_power(stft, made.residual)
    elif made.mix is not None:
        residual = (smoothed_power(stft, made.mix) - target).clamp_min(0)
    else:
        mix = _mix_like(samples, sample_rate_hz, made)  # (c, n)
        target = target * restoring_gain(made.target, mix) ** 2
        residual = (smoothed_power(stft, mix) - target).clamp_min(0)
    times_s = np.arange(target.shape[1]) * stft.n_hop / made.sample_rate_hz
    bins_hz = np.linspace(0.0, 0.5 * made.sample_rate_hz, stft.n_bins)
    # Shares, not levels: a faint answer must not vanish beside what keeps a ratio defined.
    whole = target + residual
    share = torch.where(whole > 0, target / whole, 0)  # of the power
    grids = [np.asarray(part.sqrt().numpy(), np.float32) for part in (share, 1 - share)]
    return ModelAnswer(grids[0], grids[1], bins_hz, times_s, made.band_hz)


def _mix_like(samples: Samples, sample_rate_hz: int, made: GeneratedSound) -> Samples:
    """Return the mix (c, n) at the engine's rate and as long as what it made."""
    n_channels, n_samples = made.target.shape
    samples = _mono(samples) if n_channels == 1 else samples
    return resample(samples, sample_rate_hz, made.sample_rate_hz, n_samples)


def _mono(wave: Samples) -> Samples:
    return np.asarray(wave.mean(axis=0, keepdims=True), np.float32)


def _checked(made: GeneratedSound, n_channels: int) -> GeneratedSound:
    """Return what was made in mono, or with the channels of the mix, if it is finite."""
    if not all(np.isfinite(wave).all() for wave in made.waves):
        raise EngineError(
            "the engine made samples that are not finite",
            advice="Try again with another seed or fewer steps, or on the CPU. If it stays like "
            "this, the model's files are damaged.",
        )
    return made if made.target.shape[0] in (1, n_channels) else made.in_mono()
