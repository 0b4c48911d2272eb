"""Requests for separators, and a sink that keeps what is written."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import torch

from core.domain.audio import AudioClip, AudioSource, Samples
from core.domain.engines import SettingValue
from core.domain.masks import MaskTrack, TrackedMask
from core.domain.prompts import Box, PromptSet, RegionPrompt, SpanPrompt, TimeSpan
from core.progress import Cancelled, CancelToken, Report, ignore
from core.separation.beating import leaves
from core.separation.protocol import SeparationRequest, Separator
from tests.helpers.pictures import ArrayPictures, background, disc_mask

# Tests run side by side; threads of torch that wait for each other would make all of them slow.
torch.set_num_threads(1)


class MemorySink:
    """Keeps the pieces it is given."""

    def __init__(self) -> None:
        self.pieces: list[Samples] = []

    def write(self, target: Samples) -> None:
        assert target.dtype == np.float32
        self.pieces.append(target.copy())

    @property
    def samples(self) -> Samples:
        return np.concatenate(self.pieces, axis=1)


def spans(*positive: tuple[float, float], no: tuple[tuple[float, float], ...] = ()) -> PromptSet:
    """Prompts of + spans and, under `no`, of − spans, each (start, end) in seconds."""
    heard = tuple(SpanPrompt(TimeSpan(*span)) for span in positive)
    return PromptSet(spans=heard + tuple(SpanPrompt(TimeSpan(*s), is_positive=False) for s in no))


def target_of(
    separator: Separator,
    mix: AudioSource,
    prompts: PromptSet,
    *,
    settings: Mapping[str, SettingValue] | None = None,
    window: tuple[int, int] | None = None,
    seed: int = 0,
    report: Report = ignore,
) -> Samples:
    """Separate in memory and return the target (C, N)."""
    sink = MemorySink()
    request = SeparationRequest(
        mix, prompts, window=window, seed=seed, settings=settings or {}, device="cpu"
    )
    separator.separate(request, sink, report=report, cancel=CancelToken())
    return sink.samples


def si_sdr_gain_db(found: Samples, truth: Samples, mix: AudioClip) -> float:
    """How much nearer `found` is to `truth` than the mix was, all of one channel."""
    from core.evaluation.metrics import si_sdr_db

    return si_sdr_db(found[0], truth[0]) - si_sdr_db(mix.samples[0], truth[0])


def write_pictures(path: Path, picture: ArrayPictures, rate_hz: int = 10) -> Path:
    """Write frames as a video without sound, nearly without loss."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate_hz, options={"crf": "8"})
        stream.width, stream.height, stream.pix_fmt = picture.width_px, picture.height_px, "yuv420p"
        for pts in picture.pts_table:
            pixels = picture.frame_at(int(pts)).pixels
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode(None))
    return path


def shaking_disc(
    is_moving: list[bool], rate_hz: int = 10
) -> tuple[ArrayPictures, RegionPrompt, MaskTrack]:
    """A disc that shakes in some pictures and rests in the others, its region and true track."""
    width_px, height_px, radius_px = 160, 120, 20
    backdrop = background(width_px, height_px)
    spots = np.random.default_rng(3).integers(0, 255, (height_px, width_px), dtype=np.uint8)
    frames, masks = [], []
    x_px = 70
    for place, moves in enumerate(is_moving):
        x_px += (4 if place % 2 else -4) if moves else 0
        mask = disc_mask(width_px, height_px, x_px, 60, radius_px)
        frame = backdrop.copy()
        shifted = np.roll(np.repeat(np.repeat(spots[::4, ::4], 4, 0), 4, 1), x_px, axis=1)
        frame[mask] = np.stack([shifted, 255 - shifted, shifted // 2], axis=2)[mask]
        frames.append(frame)
        masks.append(mask)
    picture = ArrayPictures(frames, rate_hz)
    region = RegionPrompt(boxes=(Box(40, 30, 100, 90, pts=0),))
    track = MaskTrack(
        picture.time_base,
        Fraction(0),
        tuple(
            TrackedMask.pack(int(pts), mask)
            for pts, mask in zip(picture.pts_table, masks, strict=True)
        ),
    )
    return picture, region, track


def stops_inside(network: torch.nn.Module, work: Callable[[CancelToken], object]) -> bool:
    """Return whether a cancel, asked for as soon as `network` begins to work, is heard inside it.

    Otherwise `work` was over, or the network had come to its last part, before it was.
    """
    cancel, reached = CancelToken(), []
    hooks = (
        leaves([network])[0].register_forward_pre_hook(lambda *_: cancel.cancel()),
        network.register_forward_hook(lambda *_: reached.append(network)),
    )
    try:
        work(cancel)
    except Cancelled:
        return not reached
    finally:
        for hook in hooks:
            hook.remove()
    return False
