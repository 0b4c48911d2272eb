"""Turns words and regions into the one vector that DAVIS listens for.

Each text and each region counts alike: a region is the mean of what the temporal transformer makes
of its frames, words take the place of a single frame (papers/000 section 4.6), and the mean of all
of them is what to look for. Without any prompt whole frames of the picture say it, as in training.

Letters in shapes: K frames, D width of CLIP's space.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from core.domain.engines import EngineInfo
from core.domain.masks import MaskTrack
from core.domain.pictures import PictureSource
from core.errors import PromptError
from core.nn.temporal_transformer import TemporalTransformer
from core.separation.clip_condition import ClipReader
from core.separation.davis_frames import Stretch, cut_out, object_frames, whole_frames
from core.separation.davis_recipes import N_PICTURES
from core.separation.protocol import SeparationRequest, refuse_unknown_prompts

Places = dict[int, tuple[slice, slice]]
"""Frames by pts, and in each the rows and columns to look at."""


@dataclass(slots=True, eq=False)
class Conditioner:
    """Knows what one request asks for, at any stretch of it.

    Attributes:
        request: checked by `refuse_useless`.
        reader: looks at pictures and reads words.
        transformer: gathers what frames show.
        check: called between frames; may raise to stop.
    """

    request: SeparationRequest
    reader: ClipReader
    transformer: TemporalTransformer
    check: Callable[[], None] = lambda: None
    _words: list[Tensor] | None = None
    _looks: list[dict[int, Tensor]] = field(default_factory=list)
    """What was seen in the last stretch, for each region: neighbours often share frames."""

    def prompt(self, stretch_s: Stretch) -> Tensor:
        """Return (1, D, 1), what to listen for during a stretch of media time.

        Raises:
            ModelError: words were asked for, and their list is not installed.
            PromptError: an object is to be seen nowhere.
            MediaError: a frame can't be read.
        """
        if self._words is None:
            texts = self.request.prompts.texts
            self._words = [self._gathered([self.reader.read(text.text)]) for text in texts]
        all_of_it = torch.stack([*self._words, *self._pictures(stretch_s)])
        return all_of_it.mean(0)[None, :, None]

    def _pictures(self, stretch_s: Stretch) -> list[Tensor]:
        picture = self.request.picture
        if picture is None:
            return []
        places = [
            object_frames(track, stretch_s, N_PICTURES, self.check)
            for track in tracks_of(self.request)
        ]
        if self.request.prompts.is_empty:
            places = [whole_frames(picture, stretch_s, N_PICTURES)]
        before = self._looks or [{} for _ in places]
        self._looks = [self._looked(picture, *pair) for pair in zip(places, before, strict=True)]
        return [self._gathered([*look.values()]) for look in self._looks]

    def _looked(
        self, picture: PictureSource, places: Places, known: dict[int, Tensor]
    ) -> dict[int, Tensor]:
        """Return (D,) of each frame."""
        look: dict[int, Tensor] = {}
        for pts, place in sorted(places.items()):
            self.check()
            if pts in known:
                look[pts] = known[pts]
            else:
                look[pts] = self.reader.seen(cut_out(picture, pts, place))
        return look

    def _gathered(self, embeddings: list[Tensor]) -> Tensor:
        """Return (D,), the mean of the tokens that become of K embeddings (D,)."""
        tokens: Tensor = self.transformer(torch.stack(embeddings)[None])  # (1, D, K)
        return tokens[0].mean(1)


def refuse_useless(info: EngineInfo, request: SeparationRequest) -> None:
    """Raise `PromptError` where the prompts are none, unknown, or lack what they need."""
    refuse_unknown_prompts(info, request.prompts)
    if request.prompts.is_empty and request.picture is None:
        raise PromptError(
            "there is no prompt and no picture",
            advice="Type a word for the sound, or click the thing that makes it.",
        )
    if request.mix.n_samples == 0:
        raise PromptError("the mix is empty", advice="Choose a clip or a track that has sound.")
    if not request.prompts.regions:
        return
    if request.picture is None:
        raise PromptError(
            "a region was given, but no picture",
            advice="This sound has no picture. Remove the region, and type a word instead.",
        )
    if len(tracks_of(request)) < len(request.prompts.regions):
        raise PromptError(
            "a region has no mask track yet",
            advice="Wait until the object has been found and tracked, then separate again.",
        )


def tracks_of(request: SeparationRequest) -> list[MaskTrack]:
    """Return the tracks of the regions that have any masks."""
    found = (request.tracks.get(region) for region in request.prompts.regions)
    return [track for track in found if track is not None and len(track)]
