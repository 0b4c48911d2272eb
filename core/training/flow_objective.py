"""What DAVIS and DAVIS-Flow are taught by: L1 on the velocity of the flow, or on the noise.

papers/000 eq. 7 and 8; the flow may also count the error of the end its velocity leads to, as the
official code does. Letters in shapes: B mixtures, S sources, N samples, R rows and W columns of the
picture the network sees, K frames, D width of a prompt.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from core.nn.davis import DavisUNet
from core.nn.log_frequency import MIXTURE_FLOOR, to_log_frequency, to_log_level
from core.nn.samplers.diffusion import DiffusionSchedule, diffusion_loss
from core.nn.samplers.flow import TIME_SCALE, flow_loss, path_point
from core.nn.stft import Stft
from core.nn.temporal_transformer import TemporalTransformer
from core.nn.unet import UNetConfig
from core.training.flow_features import Features
from core.training.flow_mixing import FlowBatch


@dataclass(frozen=True, slots=True)
class FlowObjective:
    """What is asked for."""

    kind: Literal["flow", "diffusion"] = "flow"
    has_end_term: bool = True
    """For the flow: also count the error of the end (the official code), not of the velocity
    alone (the paper's eq. 8)."""
    scale: float = 1000.0
    """The official loss is this many times as large. It matters to how gradients are shortened."""


class FlowSeparator(nn.Module):
    """All that is taught: the Separation U-Net and what gathers the frames of a film."""

    def __init__(self, unet: UNetConfig, n_hidden: int = 2048) -> None:
        super().__init__()
        self.unet = DavisUNet(unet)
        self.frames = TemporalTransformer(unet.prompt_dim, n_hidden)

    @property
    def device(self) -> torch.device:
        return next(self.parameters()).device

    def prompts(self, features: Sequence[Features]) -> Tensor:
        """Return (B, D, 1), the mean token of each prompt (K, D)."""
        tokens = [self.frames(torch.from_numpy(one).to(self.device)[None]) for one in features]
        return torch.cat([one.mean(2, keepdim=True) for one in tokens])

    def forward(self, noisy: Tensor, time: Tensor, mixture: Tensor, prompts: Tensor) -> Tensor:
        """Return the velocity (or the noise) at `noisy` (B, 1, R, W): see `SeparationUNet`."""
        out: Tensor = self.unet(noisy, time, mixture, prompts)
        return out


@dataclass(frozen=True, slots=True)
class Levels:
    """Turns sounds into what the network sees."""

    n_rows: int = 256
    n_columns: int = 256

    def of_mixture(self, waves: Tensor) -> Tensor:
        """Return scaled log levels (B, 1, R, W) of mixtures (B, N)."""
        return self._level(Stft().forward(waves).abs() + MIXTURE_FLOOR)

    def of_source(self, waves: Tensor) -> Tensor:
        """Return scaled log levels (B, 1, R, W) of sources (B, N)."""
        return self._level(Stft().forward(waves).abs())

    def _level(self, magnitude: Tensor) -> Tensor:
        return to_log_level(to_log_frequency(magnitude[:, None], self.n_rows, self.n_columns))


@dataclass(frozen=True, slots=True)
class FlowLoss:
    """The loss of a batch, one part after the other, so that memory holds only one of them."""

    levels: Levels
    objective: FlowObjective
    clips_at_once: int = 8

    def parts(
        self, network: FlowSeparator, batch: FlowBatch, generator: torch.Generator
    ) -> Iterator[Tensor]:
        """Yield scalars that add up to the mean over mixtures of the sum over sources.

        Args:
            network: on any device.
            batch: with its parts.
            generator: on the CPU; decides times, noise, and what is dropped out.
        """
        mixture = self.levels.of_mixture(torch.from_numpy(batch.mixture).to(network.device))
        n_mixtures, n_sources = batch.sources.shape[:2]
        for source in range(n_sources):
            waves = torch.from_numpy(batch.sources[:, source]).to(network.device)
            clean = self.levels.of_source(waves)
            asked = _asked(self.objective.kind, clean, generator)
            n_parts = -(-n_mixtures // self.clips_at_once)
            seed = int(torch.randint(2**31, (), generator=generator))
            for rows in torch.tensor_split(torch.arange(n_mixtures), n_parts):
                features = [batch.prompts[row][source] for row in rows.tolist()]
                # Dropout draws from torch's own chance, which a resumed run would find elsewhere.
                with torch.random.fork_rng():
                    torch.manual_seed(seed + int(rows[0]))
                    prompts = network.prompts(features)
                    answer = network(asked.noisy[rows], asked.time[rows], mixture[rows], prompts)
                share = len(rows) / n_mixtures * self.objective.scale
                yield share * self._error(answer, asked, clean, rows)

    def _error(self, answer: Tensor, asked: "_Asked", clean: Tensor, rows: Tensor) -> Tensor:
        if self.objective.kind == "diffusion":
            return diffusion_loss(answer, asked.noise[rows])
        return flow_loss(
            answer, asked.noise[rows], clean[rows], has_end_term=self.objective.has_end_term
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """What the network is shown, and from which noise it was made."""

    noisy: Tensor  # (B, 1, R, W)
    time: Tensor  # (B,), as the network hears it
    noise: Tensor  # (B, 1, R, W)


def _asked(kind: str, clean: Tensor, generator: torch.Generator) -> _Asked:
    noise = torch.randn(clean.shape, generator=generator).to(clean.device)
    if kind == "diffusion":
        return _diffusion_asked(clean, noise, generator)
    return _flow_asked(clean, noise, generator)


def _flow_asked(clean: Tensor, noise: Tensor, generator: torch.Generator) -> _Asked:
    time = torch.rand(len(clean), generator=generator).to(clean.device)
    return _Asked(path_point(noise, clean, time), time * TIME_SCALE, noise)


def _diffusion_asked(clean: Tensor, noise: Tensor, generator: torch.Generator) -> _Asked:
    schedule = DiffusionSchedule()
    time = schedule.random_times(len(clean), generator).to(clean.device)
    return _Asked(schedule.noisy(clean, noise, time), time, noise)
