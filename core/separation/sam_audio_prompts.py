"""What a request says to SAM Audio: one phrase, and anchors on its latent frames.

Letters in shapes: T latent frames.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from core.domain.engines import EngineInfo
from core.domain.prompts import PromptSet, TextPrompt
from core.domain.wording import is_denial
from core.errors import PromptError
from core.nn.sam_audio.conditions import Anchor, AnchorKind, frame_of
from core.nn.sam_audio.config import CodecConfig
from core.separation.davis_prompts import refuse_useless
from core.separation.protocol import SeparationRequest
from core.separation.spectral_marks import refuse_outside

_ARTICLE = re.compile(r"^(?:an?|the|some)\s+")


def refuse_unusable(info: EngineInfo, request: SeparationRequest) -> None:
    """Raise `PromptError` where the prompts are none, unknown, or lack what they need."""
    refuse_useless(info, request)
    prompts = request.prompts
    if not (prompts.texts or prompts.regions or prompts.positive_spans):
        raise PromptError(
            "nothing says what is to be heard",
            advice="Type words for the sound, click the thing that makes it, or mark with a + span "
            "when it is heard. A − span alone only says when it is not.",
        )
    refuse_outside(request.mix, (one.span for one in prompts.spans))
    for text in prompts.texts:
        if is_denial(text.text):
            raise PromptError(
                f"text {text.text!r} says what is not wanted",
                advice="SAM Audio looks for what the words name. Name the sound itself; what is "
                "left without it is the residual.",
            )


def phrase(texts: Sequence[TextPrompt]) -> str | None:
    """Return the words as SAM Audio was taught, lower case noun phrases; None for no words.

    "The dog is barking." becomes "dog is barking", several texts become one list.
    """
    cleaned = [_cleaned(one.text) for one in texts]
    return ", ".join(one for one in cleaned if one) or None


def _cleaned(text: str) -> str:
    words = " ".join(text.lower().split()).strip(" .,;:!?")
    return _ARTICLE.sub("", words)


def anchors_of(prompts: PromptSet, start_s: float) -> tuple[Anchor, ...]:
    """Return + and then − spans, in seconds after the first sample of the mix.

    The − spans come last, so that they count where both were marked.
    """
    heard = [(AnchorKind.HEARD, span) for span in prompts.positive_spans]
    unheard = [(AnchorKind.NOT_HEARD, span) for span in prompts.negative_spans]
    return tuple(
        Anchor(kind, max(0.0, span.start_s - start_s), max(0.0, span.end_s - start_s))
        for kind, span in heard + unheard
    )


@dataclass(frozen=True, slots=True)
class Marks:
    """Anchors on the frames of a whole mix, looked up for stretches of it."""

    anchors: tuple[Anchor, ...]
    codec: CodecConfig

    def kinds(self, first: int, last: int) -> Tensor:
        """Return (T,) the `AnchorKind` of frames `first <= f < last`."""
        kinds = torch.full((last - first,), int(AnchorKind.NONE))
        for one in self.anchors:
            start, stop = (
                max(0, frame_of(time_s, self.codec.sample_rate_hz, self.codec.hop_samples) - first)
                for time_s in (one.start_s, one.end_s)
            )
            kinds[start:stop] = int(one.kind)
        return kinds
