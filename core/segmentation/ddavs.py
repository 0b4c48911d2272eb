"""DDAVS as a sounding segmenter: frames brought to the size it was taught on, and its masks back.

papers/002. Letters in shapes: B frames at once, H, W pixels of a frame, h, w as the network sees
it, N samples, n queries, K words.
"""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.domain.pictures import Pixels
from core.domain.soundings import CLAIMED_FROM, LEAST_CLAIM
from core.errors import ModelError
from core.nn.ddavs.weights import read_ddavs
from core.nn.devices import pick_device
from core.progress import CancelToken
from core.segmentation.ddavs_info import DDAVS
from core.segmentation.sounding_protocol import Heat, SoundingInfo, SoundingMap, SoundingSource

BUNDLED = Path(__file__).resolve().parents[2] / "resources" / "ddavs" / "ddavs.safetensors"

LONGER_SIDE_PX = 224
"""Of a frame as the network sees it. It was taught on 192 px; on held-out scenes it is better by a
point or two at 224, above all on what is small."""

_MULTIPLE_PX = 32
_AT_ONCE = 8
_LEAST_PEAK = 1e-4
"""Of a sound: what is quieter is no sound, and nothing in the picture makes it."""


class DdavsSegmenter:
    """Shows where the sound comes from. A `SoundingSegmenter`."""

    def __init__(self, path: Path = BUNDLED, device: str = "auto") -> None:
        """Load the network.

        Raises:
            ModelError: the file is missing or damaged, or there is no such device.
        """
        if not path.is_file():
            raise ModelError(
                f"{path} is not there",
                advice="Give a file that “main.py train composites” or “train ddavs” wrote. If it "
                "is the one that comes with Soloist, get Soloist again: its folder isn't whole.",
            )
        self._device = pick_device(device)
        self._network, self._words = read_ddavs(path, self._device)

    @property
    def info(self) -> SoundingInfo:
        return DDAVS

    def sounding(
        self,
        frames: Sequence[Pixels],
        sounds: npt.NDArray[np.float32],
        *,
        cancel: CancelToken,
    ) -> list[SoundingMap]:
        if sounds.shape != (len(frames), DDAVS.frame_samples):
            raise ValueError(f"{len(frames)} frames, but sounds of {sounds.shape}")
        found: list[SoundingMap] = []
        for first in range(0, len(frames), _AT_ONCE):
            cancel.raise_if_cancelled()
            part = slice(first, first + _AT_ONCE)
            found += self._some(frames[part], sounds[part], cancel)
        return found

    @torch.inference_mode()
    def _some(
        self, frames: Sequence[Pixels], sounds: npt.NDArray[np.float32], cancel: CancelToken
    ) -> list[SoundingMap]:
        waves = torch.from_numpy(np.array(sounds)).to(self._device)
        tokens = self._network.listen(waves)
        found = []
        for number, (frame, sound) in enumerate(zip(frames, sounds, strict=True)):
            cancel.raise_if_cancelled()
            is_silent = np.abs(sound).max(initial=0.0) < _LEAST_PEAK
            tokens_of_it = tokens[number : number + 1]
            found.append(self._silent(frame) if is_silent else self._one(frame, tokens_of_it))
        return found

    def _one(self, frame: Pixels, tokens: Tensor) -> SoundingMap:
        size = frame.shape[1], frame.shape[0]
        wide, high = seen_size(*size)
        small = cv2.resize(frame, (wide, high), interpolation=cv2.INTER_AREA)
        picture = torch.from_numpy(small).to(self._device).permute(2, 0, 1)[None].float() / 255
        said = self._network.locate(picture, tokens)
        heat = _enlarged(said.sounding((high, wide))[0].cpu().numpy(), size)  # (H, W)
        if said.shares is None:
            return SoundingMap(heat, ())
        shares = said.by_query((high, wide))[0].cpu().numpy()  # (n, h, w)
        return SoundingMap(heat, self._sources(heat, shares, said.words))

    def _sources(
        self, heat: Heat, shares: npt.NDArray[np.float32], words: Tensor | None
    ) -> tuple[SoundingSource, ...]:
        """Return the heat shared out among the queries; those of one name are one source."""
        labels, certainties = self._names(len(shares), words)
        together: dict[str, Heat] = {}
        sure: dict[str, float] = {}
        for number, (share, label) in enumerate(zip(shares, labels, strict=True)):
            key = label or str(number)
            together[key] = together[key] + share if key in together else share
            sure[key] = max(sure.get(key, 0.0), certainties[number])
        size = heat.shape[1], heat.shape[0]
        owners = np.argmax([_enlarged(share, size) for share in together.values()], 0)  # (H, W)
        found = []
        for number, name in enumerate(together):
            claimed = (owners == number) & (heat > CLAIMED_FROM)
            if claimed.mean() >= LEAST_CLAIM:
                own = np.where(owners == number, heat, np.float32(0))
                label = name if labels[0] else ""
                score = float(heat[claimed].mean())
                found.append(SoundingSource(own, label, score, sure[name]))
        return tuple(sorted(found, key=lambda one: -one.score))

    def _names(self, n: int, words: Tensor | None) -> tuple[list[str], list[float]]:
        """Return the likeliest name of each query, and how likely it is."""
        if words is None or not self._words:
            return [""] * n, [1.0] * n
        likely, places = words[0].float().softmax(-1).max(-1)
        return [self._words[place] for place in places.tolist()], likely.tolist()

    @staticmethod
    def _silent(frame: Pixels) -> SoundingMap:
        return SoundingMap(np.zeros(frame.shape[:2], np.float32), ())


def seen_size(width_px: int, height_px: int) -> tuple[int, int]:
    """Return the width and height at which the network sees a frame: multiples of 32."""
    scale = LONGER_SIDE_PX / max(width_px, height_px)
    wide, high = (
        max(_MULTIPLE_PX, round(side * scale / _MULTIPLE_PX) * _MULTIPLE_PX)
        for side in (width_px, height_px)
    )
    return wide, high


def _enlarged(heat: Heat, size: tuple[int, int]) -> Heat:
    large = cv2.resize(heat, size, interpolation=cv2.INTER_LINEAR)
    return np.asarray(np.clip(large, 0.0, 1.0), np.float32)
