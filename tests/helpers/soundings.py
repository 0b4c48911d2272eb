"""What sounds, where the answer is known: frames by hand, a clip, and a segmenter that sees red."""

import warnings
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from pycocotools import mask as coco

from core.domain.audio import Samples
from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.domain.soundings import NO_SOURCE, PackedMap, SeenSource, SoundingFrame, SoundingTrack
from core.segmentation.sounding_protocol import SoundingInfo, SoundingMap, SoundingSource

RED = SoundingInfo("red", "Red", "Takes what is red for what sounds.", "MIT", 16_000, 16_000)


class SeesRed:
    """Takes what is red for a bell that rings, as loud as it is heard. A `SoundingSegmenter`."""

    info = RED

    def __init__(self) -> None:
        self.heard_rms: list[float] = []

    def sounding(
        self, frames: Sequence[Pixels], sounds: np.ndarray, *, cancel: object
    ) -> list[SoundingMap]:
        assert sounds.shape == (len(frames), RED.frame_samples)
        return [self._one(frame, sound) for frame, sound in zip(frames, sounds, strict=True)]

    def _one(self, frame: Pixels, sound: np.ndarray) -> SoundingMap:
        rms = float(np.sqrt(np.mean(sound**2)))
        self.heard_rms.append(rms)
        red, green = frame[..., 0].astype(int), frame[..., 1].astype(int)
        heat = ((red - green > 60) * (0.9 if rms > 0.01 else 0.0)).astype(np.float32)
        sources = (SoundingSource(heat, "church_bell", 0.9),) if heat.any() else ()
        return SoundingMap(heat, sources)


def sounding_frame(
    pts: int, time_s: float, masks: Mapping[str, Mask], size: tuple[int, int] = (27, 48), **facts
) -> SoundingFrame:
    """Return a frame of height and width `size` in which labelled masks sound, heat 0.9."""
    heat = np.zeros(size, np.float32)
    owners = np.full(size, NO_SOURCE, np.uint8)
    for rank, mask in enumerate(masks.values()):
        heat[mask] = 0.9
        owners[mask] = rank
    sources = tuple(
        SeenSource(number, label, 0.9 - 0.1 * number) for number, label in enumerate(masks)
    )
    maps = PackedMap.of_heat(heat), PackedMap.of_owners(owners)
    return SoundingFrame(pts, time_s, *maps, sources, **facts)


def sounding_track(*frames: SoundingFrame, step_s: float = 0.2) -> SoundingTrack:
    """Return a track of frames in a time base of milliseconds."""
    return SoundingTrack(Fraction(1, 1000), Fraction(0), step_s, frames)


def rectangle(
    top: int, bottom: int, left: int, right: int, size: tuple[int, int] = (27, 48)
) -> Mask:
    mask = np.zeros(size, np.bool_)
    mask[top:bottom, left:right] = True
    return mask


def write_filmed(
    path: Path, frames: Sequence[Pixels], sound: Samples, rate_hz: int, step: int = 1
) -> Path:
    """Write each `step`-th of frames, 25 a second, with a sound (1, N) beside them."""
    with av.open(str(path), "w") as file:
        video = file.add_stream("libx264", rate=25)
        video.height, video.width = frames[0].shape[:2]
        video.pix_fmt, video.options = "yuv444p", {"crf": "8", "preset": "ultrafast"}
        audio = file.add_stream("aac", rate=rate_hz, layout="mono")
        for number, pixels in list(enumerate(frames))[::step]:
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            file.mux(video.encode(frame))
        file.mux(video.encode(None))
        heard = av.AudioFrame.from_ndarray(sound, format="fltp", layout="mono")
        heard.sample_rate, heard.time_base, heard.pts = rate_hz, Fraction(1, rate_hz), 0
        file.mux(audio.encode(heard))
        file.mux(audio.encode(None))
    return path


def mask_from_rle(counts: str, height_px: int, width_px: int) -> Mask:
    """Return the mask (H, W) of COCO's run lengths."""
    packed = {"size": [height_px, width_px], "counts": counts.encode("ascii")}
    with warnings.catch_warnings():
        # Reading, which the program never does, still asks NumPy in a way of before 2.0.
        warnings.simplefilter("ignore", DeprecationWarning)
        return np.asarray(coco.decode(packed), np.bool_)
