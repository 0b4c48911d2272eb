"""How well DAVIS or DAVIS-Flow separates recordings it never heard, while it is being taught.

The gain in SI-SDR over the untouched mixture, with and without guidance in the pauses
(papers/000 section 3.5). Letters in shapes: B mixtures, N samples.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from core.nn.log_frequency import from_log_level, to_linear_frequency
from core.nn.samplers.diffusion import DdimSampler, DiffusionSchedule
from core.nn.samplers.flow import FlowSampler
from core.nn.samplers.stepping import SilenceMask, seeded_noise
from core.nn.stft import Stft, with_phase_of
from core.training.flow_mixing import FlowBatch
from core.training.flow_objective import FlowSeparator, Levels
from core.training.mini_validation import si_sdr_db

N_FLOW_STEPS, N_DIFFUSION_STEPS = 2, 15

Answer = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, slots=True, eq=False)
class FlowValidation:
    """Mixtures that stay the same, and their scores under a network."""

    batches: tuple[FlowBatch, ...]
    levels: Levels
    is_diffusion: bool

    @torch.no_grad()
    def scores(self, network: FlowSeparator) -> dict[str, float]:
        """Return the median gain in SI-SDR in dB, as it is and with the silence mask."""
        masks = {"gain": None, "gain_with_silence_mask": SilenceMask()}
        return {
            name: torch.cat([self._gains(network, one, mask) for one in self.batches])
            .median()
            .item()
            for name, mask in masks.items()
        }

    def _gains(
        self, network: FlowSeparator, batch: FlowBatch, silence: SilenceMask | None
    ) -> Tensor:
        """Return the gain of every source of every mixture."""
        mixed = torch.from_numpy(batch.mixture)
        mixture = self.levels.of_mixture(mixed.to(network.device))
        gains = []
        for source in range(batch.sources.shape[1]):
            prompts = network.prompts([one[source] for one in batch.prompts])

            def answer(x: Tensor, time: Tensor, prompts: Tensor = prompts) -> Tensor:
                said: Tensor = network(x, time, mixture, prompts)
                return said

            truth = torch.from_numpy(batch.sources[:, source])
            wave = heard(self._walked(answer, mixture, silence), mixed)
            is_sound = (truth.square().sum(1) > 1e-3) & ((mixed - truth).square().sum(1) > 1e-3)
            gains.append((si_sdr_db(wave, truth) - si_sdr_db(mixed, truth))[is_sound])
        return torch.cat(gains)

    def _walked(self, answer: Answer, mixture: Tensor, silence: SilenceMask | None) -> Tensor:
        """Return levels from noise that is the same for every source, as the official code's."""
        noise = seeded_noise(torch.Generator().manual_seed(0))
        if not self.is_diffusion:
            sampler = FlowSampler(N_FLOW_STEPS, silence=silence)
            return sampler.sample(answer, noise(mixture), mixture)
        return DdimSampler(N_DIFFUSION_STEPS, silence=silence).sample(
            answer, noise(mixture), mixture, schedule=DiffusionSchedule(), noise=noise
        )


def heard(levels: Tensor, mixture: Tensor) -> Tensor:
    """Return waves (B, N) with these scaled log levels and the phase of mixtures (B, N)."""
    stft = Stft()
    spectra = stft.forward(mixture)
    # No sound is louder than level 1, and far above it magnitudes overflow.
    magnitude = from_log_level(levels.clamp(-1, 1).cpu())
    magnitude = to_linear_frequency(magnitude, stft.n_bins, spectra.shape[2])[:, 0]
    return stft.inverse(with_phase_of(magnitude, spectra), mixture.shape[1])
