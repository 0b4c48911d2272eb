"""The way of a latent into the noise and back, as the settings of ZeroSep say.

papers/001 section 3.3: into the noise without words (or with words for the other sounds), back
listening for the target, which leaves the target.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from core.domain.engines import EngineInfo, SettingValue
from core.nn.samplers.inversion import (
    NoiseLadder,
    guided,
    invert_ddim,
    invert_ddpm,
    lower_rungs,
    reverse_ddim,
    reverse_ddpm,
)
from core.nn.samplers.stepping import Network, Noise, OnStep
from core.separation.spectral_settings import checked_settings


@dataclass(frozen=True, slots=True)
class ZeroSepSettings:
    """See `core.separation.zerosep_info` for what each one means."""

    inversion: str = "ddpm"
    steps: int = 50
    start: float = 1.0
    guidance: float = 1.0
    highlight: float = 1.0
    other_sounds: str = ""
    passes: int = 1
    last_step: str = "exact"
    result: str = "projected"

    @classmethod
    def read(cls, info: EngineInfo, given: Mapping[str, SettingValue]) -> "ZeroSepSettings":
        """Return `given` ones in place of defaults; `PromptError` where one can't be."""
        values = checked_settings(info, given)
        return cls(
            inversion=str(values["inversion"]),
            steps=int(values["steps"]),
            start=float(values["start"]),
            guidance=float(values["guidance"]),
            highlight=float(values["highlight"]),
            other_sounds=str(values["other_sounds"]).strip(),
            passes=int(values["passes"]),
            last_step=str(values["last_step"]),
            result=str(values["result"]),
        )

    @property
    def weight(self) -> float:
        """ω of eq. 6: 0 gives the mix again, 1 the target (section 5, "continuous transition")."""
        return self.guidance * self.highlight

    @property
    def n_rungs(self) -> int:
        """How many of the steps are climbed."""
        return max(1, round(self.start * self.steps))

    @property
    def n_steps(self) -> int:
        """How many steps are taken in all, in both directions and all passes."""
        return 2 * self.n_rungs * self.passes


@dataclass(frozen=True, slots=True, eq=False)
class Ears:
    """The network, listening for what each way asks for.

    Attributes:
        empty: for nothing.
        others: for the other sounds; None where nobody said what they are.
        target: for the target.
    """

    empty: Network
    others: Network | None
    target: Network


@dataclass(frozen=True, slots=True)
class LatentWalk:
    """Into the noise and back, once or several times.

    Attributes:
        settings: how.
        noise: drawn once a rung, in "ddpm".
        on_step: told after each step, and may raise to stop.
    """

    settings: ZeroSepSettings
    noise: Noise
    on_step: OnStep

    def __call__(self, mix: Tensor, ladder: NoiseLadder, ears: Ears) -> Tensor:
        """Return the latent of the target in the latent of the mix.

        Each pass after the first separates what the one before has found (appendix B).
        """
        climbed = lower_rungs(ladder, self.settings.n_rungs)
        inward = ears.empty if ears.others is None else ears.others
        back = guided(ears.empty, ears.target, self.settings.weight)
        latent = mix
        for _ in range(self.settings.passes):
            latent = self._once(latent, climbed, inward, back)
        return latent

    def _once(self, latent: Tensor, ladder: NoiseLadder, inward: Network, back: Network) -> Tensor:
        if self.settings.inversion == "ddim":
            top = invert_ddim(inward, latent, ladder, self.on_step)
            return reverse_ddim(back, top, ladder, self.on_step)
        path = invert_ddpm(inward, latent, ladder, noise=self.noise, on_step=self.on_step)
        if self.settings.last_step == "published":
            path = path.without_last_noise()
        return reverse_ddpm(back, path, ladder, self.on_step)
