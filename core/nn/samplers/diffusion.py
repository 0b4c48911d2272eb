"""Denoising diffusion: the noise schedule, the training loss, and the walks back to clean.

papers/000 sections 3.1.1, 3.4 and 3.5, eq. 1 to 4, 7 and 9; DDIM after Song et al. 2020, the
sigmoid schedule after Jabri et al. 2022. Letters in shapes: B clips, C channels, F bins, T frames,
S steps of the schedule.
"""

from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor

from core.nn.samplers.stepping import Network, Noise, OnStep, SilenceMask, nobody

N_STEPS = 1000
_LARGEST_BETA = 0.999


def sigmoid_betas(n_steps: int = N_STEPS, start: float = 0.0, end: float = 3.0) -> Tensor:
    """Return the noise added at each step, float64 (S,).

    The sigmoids of the two ends are rounded to float32 before all else, as the official ones are:
    the product of all steps ends at 3e-7, where that rounding shows.
    """
    at_start = torch.tensor(start, dtype=torch.float32).sigmoid().double()
    at_end = torch.tensor(end, dtype=torch.float32).sigmoid().double()
    time = torch.linspace(0, n_steps, n_steps + 1, dtype=torch.float64) / n_steps
    kept = (at_end - (time * (end - start) + start).sigmoid()) / (at_end - at_start)
    kept = kept / kept[0]
    return (1 - kept[1:] / kept[:-1]).clamp(0, _LARGEST_BETA)


class DiffusionSchedule:
    """How much noise there is at each step, and the algebra between clean, noise and noisy.

    All steps `time` are int64 (B,), 0 for the least noise and S - 1 for nothing but noise.
    """

    def __init__(self, betas: Tensor | None = None) -> None:
        betas = sigmoid_betas() if betas is None else betas.double()
        kept = (1 - betas).cumprod(0)
        before = torch.cat((torch.ones(1, dtype=torch.float64), kept[:-1]))
        variance = betas * (1 - before) / (1 - kept)
        self.betas = betas.float()
        self.kept = kept.float()  # (S), ᾱ of eq. 1
        self.posterior_variance = variance.float()
        self._root_kept = kept.sqrt().float()
        self._root_noise = (1 - kept).sqrt().float()
        self._by_noisy = (1 / kept).sqrt().float()
        self._by_noise = (1 / kept - 1).sqrt().float()
        self._mean_of_clean = (betas * before.sqrt() / (1 - kept)).float()
        self._mean_of_noisy = ((1 - before) * (1 - betas).sqrt() / (1 - kept)).float()
        self._log_variance = variance.clamp(min=1e-20).log().float()

    def __len__(self) -> int:
        return len(self.betas)

    def noisy(self, clean: Tensor, noise: Tensor, time: Tensor) -> Tensor:
        """Return x_t of eq. 2, shaped like `clean` (B, C, F, T)."""
        return _at(self._root_kept, time) * clean + _at(self._root_noise, time) * noise

    def clean(self, noisy: Tensor, noise: Tensor, time: Tensor) -> Tensor:
        """Return the x_0 that `noisy` and the noise in it imply."""
        return _at(self._by_noisy, time) * noisy - _at(self._by_noise, time) * noise

    def random_times(self, n: int, generator: torch.Generator) -> Tensor:
        """Return (n,) steps to train at."""
        device = generator.device
        return torch.randint(0, len(self), (n,), generator=generator, device=device)

    def ancestral_step(
        self, clean: Tensor, noisy: Tensor, time: int, noise: Tensor | None
    ) -> Tensor:
        """Return x_{t-1} of eq. 3 for an estimated `clean`; the last step adds no noise."""
        at = torch.tensor([time], device=noisy.device)
        mean = _at(self._mean_of_clean, at) * clean + _at(self._mean_of_noisy, at) * noisy
        if time == 0 or noise is None:
            return mean
        return mean + (0.5 * _at(self._log_variance, at)).exp() * noise


def diffusion_loss(predicted: Tensor, noise: Tensor) -> Tensor:
    """Return eq. 7: the mean absolute error of the predicted noise, a scalar."""
    return (predicted - noise).abs().mean()


@dataclass(frozen=True, slots=True)
class _Estimator:
    """Asks the network for the noise, and says what is left when it is taken away."""

    schedule: DiffusionSchedule
    network: Network
    mixture: Tensor
    silence: SilenceMask | None

    def __call__(self, x: Tensor, time: int) -> tuple[Tensor, Tensor]:
        """Return the noise and the clean spectrogram, silent where the mixture is."""
        at = torch.tensor([time], device=x.device)
        noise = self.network(x, at)
        clean = self.schedule.clean(x, noise, at).clamp(-1, 1)
        if self.silence is not None:
            clean = self.silence.apply(clean, self.mixture, self.mixture).clamp(0, 1)
        return noise, clean


@dataclass(frozen=True, slots=True)
class DdimSampler:
    """Skip through the schedule in a few steps (Song et al. 2020), 15 in papers/000."""

    n_steps: int = 15
    eta: float = 1.0
    """0 walks deterministically, 1 adds as much noise as the schedule's own steps."""
    silence: SilenceMask | None = field(default_factory=SilenceMask)
    """Guidance in the pauses of the mixture; the official code leaves it out for AVE."""

    def __post_init__(self) -> None:
        if not 1 <= self.n_steps <= N_STEPS or not 0 <= self.eta <= 1:
            raise ValueError(f"{self.n_steps} steps with eta {self.eta} can't be sampled")

    def times(self, schedule: DiffusionSchedule) -> list[int]:
        """Return the steps to visit, from all noise to -1, which stands for clean."""
        even = torch.linspace(-1, len(schedule) - 1, self.n_steps + 1)
        return even.int().tolist()[::-1]

    @torch.no_grad()
    def sample(
        self,
        network: Network,
        start: Tensor,
        mixture: Tensor,
        *,
        schedule: DiffusionSchedule,
        noise: Noise,
        on_step: OnStep = nobody,
    ) -> Tensor:
        """Return clean (B, C, F, T).

        Args:
            network: answers with the noise it hears.
            start: (B, C, F, T) of standard normal noise; never written to.
            mixture: (B or 1, 1, F, T), scaled log level, for the silence mask.
            schedule: what the network was trained with.
            noise: drawn once a step, except at the last.
            on_step: told after each step, and may raise to stop.
        """
        estimate = _Estimator(schedule, network, mixture, self.silence)
        x = start
        for done, (time, following) in enumerate(pairwise(self.times(schedule)), 1):
            predicted, clean = estimate(x, time)
            if following < 0:
                x = clean
            else:
                x = self._step(schedule, predicted, clean, (time, following), noise(x))
            on_step(done, self.n_steps, x)
        return x

    def _step(
        self,
        schedule: DiffusionSchedule,
        predicted: Tensor,
        clean: Tensor,
        times: tuple[int, int],
        noise: Tensor,
    ) -> Tensor:
        """Return x at the second of two times.

        The noise is the network's own, not recomputed from the clipped `clean`: so is the
        official code's.
        """
        kept, following = (schedule.kept[time] for time in times)
        ratio = (1 - kept / following) * (1 - following) / (1 - kept)
        spread = self.eta * ratio.sqrt()
        rest = (1 - following - spread**2).sqrt()
        return following.sqrt() * clean + rest * predicted + spread * noise


@dataclass(frozen=True, slots=True)
class AncestralSampler:
    """Walk every step of the schedule, as papers/000 algorithm 2 writes it."""

    silence: SilenceMask | None = None
    """Guidance in the pauses: the algorithm has it, the official code in `DdimSampler` alone."""

    def step(
        self,
        network: Network,
        x: Tensor,
        time: int,
        *,
        mixture: Tensor,
        schedule: DiffusionSchedule,
        noise: Tensor | None,
    ) -> tuple[Tensor, Tensor]:
        """Return x one step cleaner, and the clean estimate, clamped to [0, 1]."""
        _, clean = _Estimator(schedule, network, mixture, self.silence)(x, time)
        clean = clean.clamp(0, 1)
        return schedule.ancestral_step(clean, x, time, noise), clean

    @torch.no_grad()
    def sample(
        self,
        network: Network,
        start: Tensor,
        mixture: Tensor,
        *,
        schedule: DiffusionSchedule,
        noise: Noise,
        on_step: OnStep = nobody,
    ) -> Tensor:
        """Return clean (B, C, F, T): see `DdimSampler.sample`."""
        x, n_steps = start, len(schedule)
        for time in reversed(range(n_steps)):
            drawn = noise(x) if time else None
            x, _ = self.step(network, x, time, mixture=mixture, schedule=schedule, noise=drawn)
            on_step(n_steps - time, n_steps, x)
        return x


def _at(table: Tensor, time: Tensor) -> Tensor:
    """Return the entries of a table (S,) at steps (B,), as (B, 1, 1, 1) on the steps' device."""
    return table.to(time.device)[time].view(-1, 1, 1, 1)
