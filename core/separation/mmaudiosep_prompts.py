"""Turns words, regions and the picture of one request into what MMAudioSep is told.

Several texts are read as one, with commas between. Where nothing is said, and there is a picture,
all that it shows is asked for. Letters in shapes: K pictures, S features of movement, W tokens,
D width.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from core.domain.engines import SettingValue
from core.nn.mmaudio.network import Features, MMAudio
from core.nn.mmaudio.sequences import (
    SEGMENT_FEATURES,
    SEGMENT_FRAMES,
    SEGMENT_STEP_FRAMES,
    SequenceLengths,
)
from core.separation.davis_prompts import tracks_of
from core.separation.mmaudiosep_info import ALWAYS, NEVER
from core.separation.mmaudiosep_pictures import Projectionist
from core.separation.mmaudiosep_senses import Senses
from core.separation.protocol import SeparationRequest


@dataclass(slots=True, eq=False)
class Prompter:
    """Knows what one request asks for, at any stretch of it.

    Attributes:
        request: checked by `refuse_useless`.
        values: all settings.
        senses: look and read.
        network: has learned what stands for "nothing is known".
        check: called between pictures; may raise to stop.
    """

    request: SeparationRequest
    values: Mapping[str, SettingValue]
    senses: Senses
    network: MMAudio
    check: Callable[[], None] = lambda: None
    _read: dict[str, Tensor] = field(default_factory=dict)

    @property
    def is_watching(self) -> bool:
        prompts, watch = self.request.prompts, self.values["watch"]
        if self.request.picture is None or watch == NEVER:
            return False
        return watch == ALWAYS or bool(prompts.regions) or prompts.is_empty

    def features(self, start_s: float, lengths: SequenceLengths) -> Features:
        """Return what is known of a stretch that begins at media time `start_s`, on the CPU.

        Raises:
            ModelError: words were asked for, and their list is not installed.
            MediaError: a frame can't be read.
        """
        known = self.network.empty_features(1, lengths.n_clip, lengths.n_sync)
        known = known.to(torch.empty(0))
        texts = self.request.prompts.texts
        if texts:
            said = ", ".join(text.text for text in texts)
            known = replace(known, text=self._words(said))
        if self.is_watching:
            clip, sync = self._watched(start_s, lengths)
            known = replace(known, clip=clip.cpu(), sync=sync.cpu())
        return known

    def refused(self) -> Tensor | None:
        """Return (1, W, D) of the words for what must not sound, None where there are none."""
        words = str(self.values["negative_words"]).strip()
        return self._words(words) if words else None

    def _words(self, text: str) -> Tensor:
        if text not in self._read:
            self._read[text] = self.senses.read(text).cpu()
        return self._read[text]

    def _watched(self, start_s: float, lengths: SequenceLengths) -> tuple[Tensor, Tensor]:
        picture = self.request.picture
        if picture is None:
            raise ValueError("there is no picture to watch")
        show = Projectionist(
            picture,
            tracks_of(self.request),
            self.senses.clip_side_px,
            self.senses.eyes.config.side_px,
            self.check,
        )
        n_segments = lengths.n_sync // SEGMENT_FEATURES
        n_eyes = SEGMENT_FRAMES + (n_segments - 1) * SEGMENT_STEP_FRAMES
        film = show.film(start_s, lengths.n_clip, n_eyes)
        return self.senses.seen(film.for_clip), self.senses.moved(film.for_eyes)
