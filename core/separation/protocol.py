"""The door to every separator: a request in, the target written out piece by piece.

The promises that every engine keeps (one contract test runs over all of them):

1. What reaches the sink is the target at the mix's own rate and channel count; the residual is
   `mix - target`, so the two add up to the mix.
2. Same length and start as the request's window, sample-exact.
3. Same request, seed and device give the same samples.
4. `report` is called at least twice a second while work goes on, and a cancel is honoured within
   a second: `Cancelled` is raised and nothing half-done is kept.
5. Memory does not grow with the length of the mix.
6. What `read` hands out is never assumed to be shared, and the request is never changed.
7. NaN and Inf never leave an engine.
8. A prompt that the engine does not understand is refused with advice, never ignored.

Letters in shapes: C channels, N samples.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from core.domain.audio import AudioSource, Samples
from core.domain.engines import EngineInfo, SettingValue
from core.domain.masks import MaskTrack
from core.domain.pictures import PictureSource
from core.domain.prompts import PromptSet, RegionPrompt
from core.errors import PromptError
from core.progress import CancelToken, Report


@dataclass(frozen=True, slots=True, eq=False)
class SeparationRequest:
    """All that an engine needs to know, sharing nothing that can change."""

    mix: AudioSource
    prompts: PromptSet
    tracks: Mapping[RegionPrompt, MaskTrack] = field(default_factory=dict)
    """The mask track of each region prompt, as far as it has been tracked."""
    picture: PictureSource | None = None
    """Opened for the thread that runs the engine; None for sound without a picture."""
    window: tuple[int, int] | None = None
    """Samples `start <= n < stop` of the mix to separate, for a preview; None for all of it.

    The engine may still listen to the rest of the mix in order to learn from it."""
    seed: int = 0
    settings: Mapping[str, SettingValue] = field(default_factory=dict)
    device: str = "auto"
    """"auto", "cpu", "cuda", "mps"."""

    @property
    def span_samples(self) -> tuple[int, int]:
        return self.window if self.window is not None else (0, self.mix.n_samples)


class TargetSink(Protocol):
    """Takes the target in order, without gaps, until `n` samples of the window are written."""

    def write(self, target: Samples) -> None:
        """Take float32 (C, n) that follow what came before."""
        ...


class Separator(Protocol):
    """Pulls one sound out of a mix.

    Called from one worker thread at a time, never from the GUI thread.
    """

    @property
    def info(self) -> EngineInfo: ...

    def separate(
        self,
        request: SeparationRequest,
        sink: TargetSink,
        *,
        report: Report,
        cancel: CancelToken,
    ) -> Mapping[str, SettingValue]:
        """Write the target of `request` into `sink`, and return notes worth keeping.

        Raises:
            PromptError: the engine does not understand, or cannot use, what was asked.
            EngineError: it ran and has no usable answer.
            Cancelled: it was asked to stop.
        """
        ...


def refuse_unknown_prompts(info: EngineInfo, prompts: PromptSet) -> None:
    """Raise `PromptError` where `prompts` holds kinds that the engine does not understand."""
    unknown = sorted(kind.value for kind in prompts.kinds - info.understands)
    if unknown:
        known = ", ".join(sorted(kind.value for kind in info.understands))
        raise PromptError(
            f"engine {info.name} does not understand {', '.join(unknown)} prompts",
            advice=f"“{info.title}” understands {known} prompts. "
            f"Remove the {' and '.join(unknown)} prompt, or choose another engine.",
        )
