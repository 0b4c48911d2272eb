"""Finds things by words with GroundingDINO (arXiv 2303.05499) or MM-GroundingDINO (2401.02361).

The networks come through `transformers`; what of their answer is a finding is decided here.
Letters in shapes: H, W frame pixels; Q boxes the network proposes; L tokens of the caption.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torchvision.ops import batched_nms, clip_boxes_to_image
from transformers import (
    GroundingDinoForObjectDetection,
    GroundingDinoImageProcessor,
    MMGroundingDinoForObjectDetection,
)

from core.detection.captions import Caption, caption_of
from core.detection.grounding_info import BASE, MM_TINY, TINY
from core.detection.protocol import USUAL, DetectorInfo, Thresholds
from core.domain.findings import Finding
from core.domain.pictures import Frame, Pixels
from core.domain.prompts import Box
from core.errors import ModelError, PromptError
from core.nn.devices import pick_device
from core.nn.failures import failing_as_engine, refuse_not_finite
from core.nn.pretrained import Stamp, load_part, load_pretrained, load_words, stamps
from core.progress import CancelToken
from core.store import installed

_SAME_THING = 0.5
"""Overlap from which two boxes for one phrase show one thing."""

_LEAST_SIDE_PX = 1.0
_MOST_FINDINGS = 20


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """A network on its device, and what prepares its input. Any: the library does not type it."""

    network: Any
    tokenizer: Any
    pictures: Any


class GroundingDino:
    """A `Detector` over either network."""

    def __init__(self, info: DetectorInfo, parts: _Parts) -> None:
        self._info, self._parts = info, parts

    @property
    def info(self) -> DetectorInfo:
        return self._info

    def detect(
        self,
        frame: Frame,
        phrases: Sequence[str],
        thresholds: Thresholds = USUAL,
        *,
        cancel: CancelToken,
    ) -> tuple[Finding, ...]:
        caption = caption_of(phrases)
        tokens = self._tokens(caption)
        cancel.raise_if_cancelled()
        with torch.inference_mode(), failing_as_engine(self._info.title):
            boxes, scores = self._answer(frame.pixels, tokens)
            refuse_not_finite(boxes, self._info.title)
            refuse_not_finite(scores, self._info.title)
            by_phrase = _by_phrase(scores, caption, tokens["offset_mapping"][0])
            findings = _chosen(boxes, by_phrase, thresholds, frame, caption)
        cancel.raise_if_cancelled()
        return findings

    def _tokens(self, caption: Caption) -> Any:
        """Return the tokens of a caption, and which characters each stands for.

        Raises:
            PromptError: there are more than the network reads.
        """
        tokens = self._parts.tokenizer(
            caption.text, return_tensors="pt", return_offsets_mapping=True
        )
        most = int(self._parts.network.config.max_text_len)
        if tokens["input_ids"].shape[1] > most:
            raise PromptError(
                f"{tokens['input_ids'].shape[1]} tokens, at most {most} are read",
                advice="Look for fewer things at once, in fewer words.",
            )
        return tokens

    def _answer(self, pixels: Pixels, tokens: Any) -> tuple[Tensor, Tensor]:
        """Return boxes (Q, 4) in frame pixels, corner to corner, and token scores (Q, L)."""
        network = self._parts.network
        picture = torch.from_numpy(pixels.copy()).permute(2, 0, 1)  # (3, H, W)
        seen = self._parts.pictures(images=picture, return_tensors="pt")
        asked = {**seen, **{name: tokens[name] for name in _TOKEN_INPUTS if name in tokens}}
        found = network(**{name: value.to(network.device) for name, value in asked.items()})
        high, wide = pixels.shape[:2]
        middle, size = found.pred_boxes[0].float().cpu().split(2, dim=-1)  # 0 to 1 of the picture
        boxes = torch.cat([middle - size / 2, middle + size / 2], dim=-1)
        n_tokens = tokens["input_ids"].shape[1]
        scores = found.logits[0, :, :n_tokens].float().cpu().sigmoid()
        return boxes * torch.tensor([wide, high, wide, high]), scores


_TOKEN_INPUTS = ("input_ids", "attention_mask", "token_type_ids")


def build_tiny(device: str) -> GroundingDino:
    """Return GroundingDINO tiny on a device; raises `ModelError` where that cannot be."""
    return _build(TINY, GroundingDinoForObjectDetection, device)


def build_base(device: str) -> GroundingDino:
    """Return GroundingDINO base on a device; raises `ModelError` where that cannot be."""
    return _build(BASE, GroundingDinoForObjectDetection, device)


def build_mm_tiny(device: str) -> GroundingDino:
    """Return MM-GroundingDINO tiny on a device; raises `ModelError` where that cannot be."""
    return _build(MM_TINY, MMGroundingDinoForObjectDetection, device)


def _build(info: DetectorInfo, kind: Any, device: str) -> GroundingDino:
    folder = installed(info.name)
    if folder is None:
        raise ModelError(
            f"{info.title} is not installed", advice=f"Install {info.title} to find words."
        )
    return GroundingDino(
        info, _loaded(kind, folder, info.title, str(pick_device(device)), stamps(folder))
    )


@lru_cache(maxsize=1)  # up to a gigabyte: the last one is kept, no second
def _loaded(kind: Any, folder: Path, title: str, device: str, _files: tuple[Stamp, ...]) -> _Parts:
    network: Any = load_pretrained(kind, folder, title, device)
    words = load_words(folder, title, network.config.text_config.vocab_size)
    return _Parts(network, words, load_part(GroundingDinoImageProcessor, folder, title))


def _by_phrase(scores: Tensor, caption: Caption, places: Tensor) -> Tensor:
    """Return how well each box answers each phrase (Q, phrases), by the best of its tokens.

    Args:
        scores: (Q, L) of tokens.
        caption: where each phrase stands in the text.
        places: (L, 2), the characters of each token, from and up to.
    """
    starts, ends = places[:, 0], places[:, 1]
    answers = []
    for first, last in caption.spans:
        is_inside = (starts >= first) & (ends <= last) & (ends > starts)
        answers.append(scores[:, is_inside].amax(dim=1))
    return torch.stack(answers, dim=1)


def _chosen(
    boxes: Tensor, by_phrase: Tensor, thresholds: Thresholds, frame: Frame, caption: Caption
) -> tuple[Finding, ...]:
    """Return the findings among proposed boxes (Q, 4), the surest first."""
    high, wide = frame.pixels.shape[:2]
    inside = clip_boxes_to_image(boxes, (high, wide))
    scores, phrases = by_phrase.max(dim=1)
    sides = inside[:, 2:] - inside[:, :2]
    is_good = (scores > thresholds.box) & (sides >= _LEAST_SIDE_PX).all(dim=1)
    places = is_good.nonzero()[:, 0]
    kept = batched_nms(inside[places], scores[places], phrases[places], _SAME_THING)
    return tuple(
        Finding(
            box=_box(inside[place], frame.pts),
            score=float(scores[place]),
            phrase=_said(by_phrase[place], thresholds, caption),
        )
        for place in places[kept][:_MOST_FINDINGS]
    )


def _box(corners: Tensor, pts: int) -> Box:
    x0_px, y0_px, x1_px, y1_px = corners.tolist()
    return Box(x0_px, y0_px, x1_px, y1_px, pts)


def _said(scores: Tensor, thresholds: Thresholds, caption: Caption) -> str:
    """Return the phrases one box answers, the surest first; at least the surest."""
    order = scores.argsort(descending=True).tolist()
    others = [place for place in order[1:] if float(scores[place]) > thresholds.text]
    return ", ".join(caption.phrases[place] for place in (order[0], *others))
