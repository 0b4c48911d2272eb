"""Goes over a mix stretch by stretch and leaves the latents of target and residual, in order.

Windows of a stretch flow together, and stretches hand over what they share
(`core.nn.samplers.multi_diffusion`). Several candidates begin with noises of their own; the one
that ranks best is kept, and hands over. Noise belongs to the frames of the mix, so that a preview
begins with the noise that the whole begins with. Letters in shapes: W windows, n their frames, T
latent frames, L channels of one latent, V features of pictures, K words.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from core.errors import EngineError
from core.nn.sam_audio.dit import DitBlock
from core.nn.sam_audio.network import Conditions, SamAudioFlow
from core.nn.samplers.flow import FlowSampler
from core.nn.samplers.multi_diffusion import Ask, HandOver, JointFlow, StretchPlan, Windows
from core.separation.beating import beating
from core.separation.memory_ladder import MemoryLadder, Rung
from core.separation.pulse import Pulse
from core.separation.sam_audio_settings import SamAudioSettings
from core.separation.sam_audio_weights import SamAudioCheckpoint, load_flow

OVERLAP_S = 4.0
WINDOWS_IN_STRETCH = 4
_NOISE_FRAMES = 64
"""Noise is drawn for so many frames at a time."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What is known of a stretch while it flows, on the CPU or the device, in float32.

    Attributes:
        mixture: (T, L).
        words: (K, text_dim) or None.
        pictures: (V, T) or None.
        kinds: (T,), the anchor of each frame.
    """

    mixture: Tensor
    words: Tensor | None
    pictures: Tensor | None
    kinds: Tensor

    def cut(self, starts: Sequence[int], n: int, like: Tensor) -> Conditions:
        """Return the conditions of windows of `n` frames, with the type and place of `like`."""
        mixture = torch.stack([self.mixture[s : s + n] for s in starts]).to(like)
        kinds = torch.stack([self.kinds[s : s + n] for s in starts]).to(like.device)
        words = self.words
        pictures = self.pictures
        return Conditions(
            mixture,
            None if words is None else words.to(like).expand(len(starts), -1, -1),
            pictures=None
            if pictures is None
            else torch.stack([pictures[:, s : s + n] for s in starts]).to(like),
            anchors=kinds,
        )


@dataclass(frozen=True, slots=True, eq=False)
class Stretch:
    """One candidate's answer: latents (T, 2 L), and what it hands over."""

    latents: Tensor
    hand_over: HandOver


Learn = Callable[[int, int, Rung], Known]
"""Finds out what is known of frames `first <= f < last`."""

Choose = Callable[[list[Stretch], int, int], int]
"""Takes candidates for frames `first <= f < last`, and returns the place of the best."""


@dataclass(slots=True, eq=False)
class StretchWalk:
    """One walk over the frames of a request.

    Attributes:
        checkpoint: of the flow.
        settings: how it is walked.
        seed: of the noise.
        ladder: how much memory may be used; looked at anew for each stretch.
        pulse: in a stage whose total is the number of frames.
        learn: what is known.
        choose: among candidates; not asked where there is one.
        frame_rate_hz: of latents.
        notes: sentences about what had to be done otherwise.
    """

    checkpoint: SamAudioCheckpoint
    settings: SamAudioSettings
    seed: int
    ladder: MemoryLadder[Rung]
    pulse: Pulse
    learn: Learn
    choose: Choose
    frame_rate_hz: float
    notes: list[str] = field(default_factory=list)

    def over(self, first: int, last: int) -> Iterator[tuple[int, Tensor]]:
        """Yield latents (T, 2 L) in float32 on the CPU, each with the number of its first frame.

        Raises:
            EngineError: what flows is not finite even in float32, or memory runs out altogether.
        """
        place, before = first, None
        while place < last:
            stretch, stop = self.ladder.climb(lambda rung: self._best(place, last, before, rung))  # noqa: B023 - called at once
            n_after = self.n_overlap if stop < last else 0
            yield place, stretch.latents[: stop - place - n_after].cpu()
            place, before = stop - n_after, stretch.hand_over
            if stop == last:
                return

    @property
    def n_overlap(self) -> int:
        return round(OVERLAP_S * self.frame_rate_hz)

    def _best(
        self, first: int, last: int, before: HandOver | None, rung: Rung
    ) -> tuple[Stretch, int]:
        """Return the stretch from frame `first` on, and where it stops."""
        n_window = round(rung.window_s * self.frame_rate_hz)
        plan = StretchPlan(n_window, self.n_overlap, WINDOWS_IN_STRETCH)
        _, n_frames = next(plan.stretches(last - first))
        stop = first + n_frames
        windows = Windows.spread(n_frames, n_window, self.n_overlap)
        known = self.learn(first, stop, rung)
        n_after = self.n_overlap if stop < last else 0
        self._begin(n_frames - n_after, windows, rung)
        task = _Task(first, windows, known, before, n_after, rung)
        found = [self._candidate(task, number) for number in range(self.settings.n_candidates)]
        chosen = self.choose(found, first, stop) if len(found) > 1 else 0
        return found[chosen], stop

    def _begin(self, n_done: int, windows: Windows, rung: Rung) -> None:
        """Let each block of the network count for its part of the frames."""
        n_groups = -(-len(windows.starts) // self.n_at_once(rung, len(windows.starts)))
        n_blocks = self.checkpoint.config.transformer.n_layers
        n_beats = self.settings.n_candidates * self.settings.n_steps * 2 * n_groups * n_blocks
        done = self.pulse.done
        self.pulse.stand_at(done, done + n_done, n_done / n_beats)

    def n_at_once(self, rung: Rung, n_windows: int) -> int:
        """Return how many windows go through the flow together."""
        return 1 if rung.device.type == "cpu" else n_windows

    def _candidate(self, task: "_Task", number: int) -> Stretch:
        frames = task.first, task.first + task.windows.n_frames
        width = self.checkpoint.config.transformer.out_channels
        start = frame_noise(self.seed, number, frames, width).to(task.rung.device)
        for dtype in dict.fromkeys((task.rung.dtype, torch.float32)):
            found = self._flowed(task, start, dtype)
            if bool(torch.isfinite(found.latents).all()):
                return found
            self.notes.append(f"what flowed was not finite in {dtype}")
        raise EngineError(
            "the flow of SAM Audio made values that are not finite",
            advice="Try again with another seed or fewer steps. If it stays like this, the "
            "checkpoint is damaged: install it again.",
        )

    def _flowed(self, task: "_Task", start: Tensor, dtype: torch.dtype) -> Stretch:
        """Return what `start` becomes; of the network nothing is held on to afterwards."""
        windows, rung = task.windows, task.rung
        network = load_flow(self.checkpoint, replace(rung, dtype=dtype, window_s=0.0))
        joint = JointFlow(
            _asker(network, task.known, windows.n_window, dtype),
            windows,
            self.n_at_once(rung, len(windows.starts)),
            task.before,
            task.n_after,
        )
        blocks = [one for one in network.modules() if isinstance(one, DitBlock)]
        with beating(blocks, self.pulse.beat):
            end = self._sampler.sample(joint, start)
        return Stretch(end, joint.hand_over)

    @property
    def _sampler(self) -> FlowSampler:
        return FlowSampler(self.settings.n_steps, "midpoint", time_scale=1.0)


def frame_noise(seed: int, candidate: int, frames: tuple[int, int], width: int) -> Tensor:
    """Return noise (T, width) for frames `first <= f < last`, for each the same whenever asked."""
    first, last = frames
    lead = first // _NOISE_FRAMES
    blocks = []
    for block in range(lead, -(-last // _NOISE_FRAMES)):
        generator = torch.Generator().manual_seed(hash((seed, candidate, block)) & 0x7FFFFFFF)
        blocks.append(torch.randn(_NOISE_FRAMES, width, generator=generator))
    skip = first - lead * _NOISE_FRAMES
    return torch.cat(blocks)[skip : skip + last - first]


@dataclass(frozen=True, slots=True, eq=False)
class _Task:
    """A stretch to be made: `StretchWalk` says of what, `JointFlow` how it meets the others."""

    first: int
    windows: Windows
    known: Known
    before: HandOver | None
    n_after: int
    rung: Rung


def _asker(network: SamAudioFlow, known: Known, n_window: int, dtype: torch.dtype) -> Ask:
    def ask(x: Tensor, time: Tensor, starts: Sequence[int]) -> Tensor:
        noisy = x.to(dtype)
        out: Tensor = network(noisy, time.expand(len(x)), known.cut(starts, n_window, noisy))
        return out

    return ask
