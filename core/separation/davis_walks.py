"""How noise becomes a spectrogram: the samplers of DAVIS and DAVIS-Flow as their settings say.

Letters in shapes: B windows, F rows, T columns of the network's picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, cast

from torch import Tensor

from core.domain.engines import SettingValue
from core.nn.samplers.diffusion import DdimSampler, DiffusionSchedule
from core.nn.samplers.flow import FlowSampler
from core.nn.samplers.stepping import Network, Noise, SilenceMask
from core.separation.davis_info import DAVIS_FLOW_INFO, DAVIS_INFO
from core.separation.spectral_settings import checked_settings


class Walk(Protocol):
    """One way from noise to a spectrogram."""

    @property
    def n_evaluations(self) -> int:
        """How often the network is asked."""
        ...

    def __call__(self, network: Network, start: Tensor, mixture: Tensor, noise: Noise) -> Tensor:
        """Return what the network makes of `start`, scaled log levels (B, 1, F, T).

        Args:
            network: asked for what it says, everything else filled in.
            start: (B, 1, F, T) of standard normal noise.
            mixture: (B, 1, F, T), scaled log levels.
            noise: draws more of it.
        """
        ...


@dataclass(frozen=True, slots=True)
class FlowWalk:
    """Along the straight path of DAVIS-Flow. See `DAVIS_FLOW_INFO` for the settings."""

    sampler: FlowSampler

    @classmethod
    def read(cls, given: Mapping[str, SettingValue]) -> "FlowWalk":
        """Return what `given` settings say; `PromptError` where one can't be."""
        values = checked_settings(DAVIS_FLOW_INFO, given)
        solver = cast(Literal["euler", "midpoint", "heun"], values["solver"])
        return cls(FlowSampler(int(values["steps"]), solver, _silence(values)))

    @property
    def n_evaluations(self) -> int:
        return self.sampler.n_steps * (1 if self.sampler.solver == "euler" else 2)

    def __call__(self, network: Network, start: Tensor, mixture: Tensor, noise: Noise) -> Tensor:  # noqa: ARG002 - this way needs no more noise
        return self.sampler.sample(network, start, mixture)


@dataclass(frozen=True, slots=True)
class DiffusionWalk:
    """Back through the noise of DAVIS, in leaps. See `DAVIS_INFO` for the settings."""

    sampler: DdimSampler

    @classmethod
    def read(cls, given: Mapping[str, SettingValue]) -> "DiffusionWalk":
        """Return what `given` settings say; `PromptError` where one can't be."""
        values = checked_settings(DAVIS_INFO, given)
        return cls(DdimSampler(int(values["steps"]), float(values["eta"]), _silence(values)))

    @property
    def n_evaluations(self) -> int:
        return self.sampler.n_steps

    def __call__(self, network: Network, start: Tensor, mixture: Tensor, noise: Noise) -> Tensor:
        schedule = DiffusionSchedule()
        return self.sampler.sample(network, start, mixture, schedule=schedule, noise=noise)


def _silence(values: Mapping[str, SettingValue]) -> SilenceMask | None:
    return SilenceMask() if values["silence_mask"] else None
