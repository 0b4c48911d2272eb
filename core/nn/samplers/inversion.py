"""Into the noise and back: DDIM and edit-friendly DDPM inversion of a latent, and their reverse.

papers/001 section 3.1 with the details of the official code. What a network is asked for, and with
how much guidance, is decided by the `Network` handed in: going in with one and coming back with
another is what changes a latent (section 3.3).

Two departures from the official code, both of which make more exact what it means to do. The noise
of a step is kept as what it adds (σz of eq. 5), not divided by σ and multiplied again, which is
also defined where σ is zero. And the noise of the last step is kept, so that the same network
brings back the very latent, as section 3.1 has it; the official code sets it to zero, which leaves
out the finest detail (`NoisePath.without_last_noise`).

Letters in shapes: S rungs of the ladder; latents have any shape.
"""

from dataclasses import dataclass, replace
from math import sqrt
from typing import Literal

import torch
from torch import Tensor

from core.nn.samplers.stepping import Network, Noise, OnStep, nobody

Prediction = Literal["epsilon", "v_prediction", "sample"]


@dataclass(frozen=True, slots=True)
class NoiseLadder:
    """The rungs between a clean latent and noise, the cleanest first.

    Attributes:
        times: (S,) what the network hears at each rung.
        kept: (S,) ᾱ, the part of the power that is the latent's, falling.
        end: ᾱ below the lowest rung, at most 1.
        prediction: what the network answers with.
    """

    times: tuple[float, ...]
    kept: tuple[float, ...]
    end: float = 1.0
    prediction: Prediction = "epsilon"

    def __post_init__(self) -> None:
        if not self.times or len(self.times) != len(self.kept):
            raise ValueError(f"{len(self.times)} times and {len(self.kept)} levels are no ladder")

    def __len__(self) -> int:
        return len(self.times)

    def below(self, rung: int) -> float:
        """Return ᾱ one rung below."""
        return self.kept[rung - 1] if rung else self.end

    def variance(self, rung: int) -> float:
        """Return the variance of the noise that a step down from `rung` adds (DDIM, eta 1)."""
        kept, below = self.kept[rung], self.below(rung)
        return (1 - below) / (1 - kept) * (1 - kept / below)

    def noisy(self, clean: Tensor, noise: Tensor, rung: int) -> Tensor:
        """Return x_t of eq. 3."""
        return _blend(clean, noise, self.kept[rung])

    def parts(self, network: Network, x: Tensor, rung: int, kept: float) -> tuple[Tensor, Tensor]:
        """Return the clean latent and the noise that the network hears in `x`.

        Args:
            network: asked at `rung`.
            x: of level `kept`, which is that of the rung but for a step up.
            rung: its number.
            kept: ᾱ of `x`.
        """
        time = torch.tensor([self.times[rung]], device=x.device, dtype=torch.float32)
        answer = network(x, time)
        root, rest = sqrt(kept), sqrt(1 - kept)
        if self.prediction == "epsilon":
            return (x - rest * answer) / root, answer
        if self.prediction == "v_prediction":
            return root * x - rest * answer, root * answer + rest * x
        return answer, (x - root * answer) / max(rest, 1e-12)


@dataclass(frozen=True, slots=True, eq=False)
class NoisePath:
    """A latent taken apart by edit-friendly DDPM inversion.

    Attributes:
        top: x at the highest rung that was climbed to.
        added: (S', ...) σz of each step down to it, the lowest rung first.
        eta: how much noise the steps add, 1 as published.
    """

    top: Tensor
    added: Tensor
    eta: float = 1.0

    def without_last_noise(self) -> "NoisePath":
        """Return the path with no noise in the step to the clean latent, as the official code."""
        return replace(self, added=torch.cat((torch.zeros_like(self.added[:1]), self.added[1:])))


def guided(empty: Network, words: Network, guidance: float) -> Network:
    """Return eq. 6: what is heard without words, moved toward what is heard with them.

    At 0 and 1 one of the two needs no evaluation, and isn't asked.
    """
    if guidance == 0.0:
        return empty
    if guidance == 1.0:
        return words

    def ask(x: Tensor, time: Tensor) -> Tensor:
        without = empty(x, time)
        return without + guidance * (words(x, time) - without)

    return ask


@torch.no_grad()
def invert_ddpm(
    network: Network,
    clean: Tensor,
    ladder: NoiseLadder,
    *,
    noise: Noise,
    eta: float = 1.0,
    on_step: OnStep = nobody,
) -> NoisePath:
    """Return what `reverse_ddpm` needs to walk back to `clean`.

    The noisy latents of eq. 3 are drawn independently of each other, which is what makes the path
    friendly to edits; the noise of each step (eq. 4) then is whatever leads from one to the next.

    Args:
        network: with the words, or without, of the inversion.
        clean: the latent; never written to.
        ladder: only of the rungs that are to be climbed.
        noise: drawn once a rung, from the lowest up.
        eta: scales the noise of each step.
        on_step: told after each step, and may raise to stop.
    """
    rungs = [ladder.noisy(clean, noise(clean), rung) for rung in range(len(ladder))]
    added = torch.empty(len(ladder), *clean.shape, dtype=clean.dtype, device=clean.device)
    for rung in reversed(range(len(ladder))):
        below = rungs[rung - 1] if rung else clean
        added[rung] = below - _expected(network, rungs[rung], ladder, rung, eta)
        on_step(len(ladder) - rung, len(ladder), rungs[rung])
    return NoisePath(rungs[-1], added, eta)


@torch.no_grad()
def reverse_ddpm(
    network: Network, path: NoisePath, ladder: NoiseLadder, on_step: OnStep = nobody
) -> Tensor:
    """Return the latent at the lower end of `path` as `network` would have it (eq. 5)."""
    x, n_steps = path.top, len(path.added)
    for rung in reversed(range(n_steps)):
        x = _expected(network, x, ladder, rung, path.eta) + path.added[rung]
        on_step(n_steps - rung, n_steps, x)
    return x


@torch.no_grad()
def invert_ddim(
    network: Network, clean: Tensor, ladder: NoiseLadder, on_step: OnStep = nobody
) -> Tensor:
    """Return the noise from which `reverse_ddim` would lead to `clean`, nearly (eq. 2).

    Each step up asks the network at the rung it leads to about the latent it comes from; the error
    falls with the number of rungs.
    """
    x, kept = clean, ladder.end
    for rung in range(len(ladder)):
        x = _moved(ladder.parts(network, x, rung, kept), ladder.kept[rung])
        kept = ladder.kept[rung]
        on_step(rung + 1, len(ladder), x)
    return x


@torch.no_grad()
def reverse_ddim(
    network: Network, noisy: Tensor, ladder: NoiseLadder, on_step: OnStep = nobody
) -> Tensor:
    """Return the latent that `network` makes of the noise at the top of the ladder (eq. 1)."""
    x = noisy
    for rung in reversed(range(len(ladder))):
        x = _moved(ladder.parts(network, x, rung, ladder.kept[rung]), ladder.below(rung))
        on_step(len(ladder) - rung, len(ladder), x)
    return x


def lower_rungs(ladder: NoiseLadder, n_rungs: int) -> NoiseLadder:
    """Return the ladder without what is above its lowest `n_rungs`: less noise to start from."""
    return replace(ladder, times=ladder.times[:n_rungs], kept=ladder.kept[:n_rungs])


def _moved(parts: tuple[Tensor, Tensor], kept: float) -> Tensor:
    return _blend(*parts, kept)


def _blend(clean: Tensor, noise: Tensor, kept: float) -> Tensor:
    return sqrt(kept) * clean + sqrt(1 - kept) * noise


def _expected(network: Network, x: Tensor, ladder: NoiseLadder, rung: int, eta: float) -> Tensor:
    """Return μ of eq. 4, one rung below `x`."""
    clean, noise = ladder.parts(network, x, rung, ladder.kept[rung])
    below = ladder.below(rung)
    direction = sqrt(max(0.0, 1 - below - eta * ladder.variance(rung)))
    return sqrt(below) * clean + direction * noise
