"""Makes the files that are measured: the demo clip repeated for hours, and a 1080p film."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import numpy.typing as npt
from av.packet import Packet
from av.stream import Stream

from scripts.benchmark.measuring import ROOT

DEMO = ROOT / "resources" / "demo" / "demo.mp4"
FILM_RATE_HZ = 25
_DEMO_RATE_HZ = 30
_AAC_SAMPLES = 1024
_FILM_PX = (1920, 1080)
_DISC_PX = 130
_N_BITS, _BIT_PX = 16, 24

Pixels = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class _Stored:
    """A packet of the demo clip, in the time base of its stream, counted from the start."""

    content: bytes
    pts: int
    dts: int
    time_base: Fraction
    is_keyframe: bool


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that is seen and heard in the demo clip."""

    click_px: tuple[float, float]
    spans_s: tuple[tuple[float, float], ...]


def demo_thing(name: str) -> Thing:
    """Return where the thing called `name` is seen, and when it sounds."""
    truth = json.loads(DEMO.with_suffix(".json").read_text("utf-8"))
    found = next(thing for thing in truth["objects"] if thing["name"] == name)
    x_px, y_px = found["click_px"]
    return Thing((x_px, y_px), tuple((start_s, end_s) for start_s, end_s in found["spans_s"]))


def repeated(folder: Path, duration_s: float, *, with_picture: bool = True) -> Path:
    """Write the demo clip again and again, packets copied, into a file of about `duration_s`."""
    path = folder / f"repeated-{duration_s:g}.mp4"
    with av.open(str(DEMO)) as source, av.open(str(path), "w") as target:
        sound, picture = source.streams.audio[0], source.streams.video[0]
        sounds, pictures = _stored(sound.index), _stored(picture.index) if with_picture else []
        sound_copy = target.add_stream_from_template(sound)
        picture_copy = target.add_stream_from_template(picture) if with_picture else None
        length_s, next_pts = Fraction(picture.frames, _DEMO_RATE_HZ), 0
        for turn in range(max(1, round(duration_s / length_s))):
            for packet in sounds:
                # Sound comes in whole packets: what would run into the next turn is left out.
                if next_pts < (turn + 1) * length_s * sound.rate:
                    target.mux(_packet(packet, sound_copy, next_pts - packet.pts))
                    next_pts += _AAC_SAMPLES
            if picture_copy is not None:
                for packet in pictures:
                    shift = int(turn * length_s / packet.time_base)
                    target.mux(_packet(packet, picture_copy, shift))
    return path


def film(folder: Path, n_frames: int, gop: int) -> Path:
    """Encode a wandering view of a textured scene with a disc in it, 1080p H.264 at 25 Hz.

    Each picture carries its number as light and dark squares along its top edge.
    """
    path = folder / f"film-{gop}.mp4"
    with av.open(str(path), "w") as target:
        stream = target.add_stream("libx264", rate=FILM_RATE_HZ)
        stream.width, stream.height = _FILM_PX
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = gop
        # PyAV asks for slices otherwise, which few cameras and no web sites write.
        stream.thread_type = "FRAME"
        stream.options = {"preset": "veryfast", "crf": "21", "sc_threshold": "0"}
        for number, pixels in enumerate(_pictures(n_frames)):
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FILM_RATE_HZ)
            target.mux(stream.encode(frame))
        target.mux(stream.encode())
    return path


def disc_px(number: int) -> tuple[int, int]:
    """Return the middle of the disc in picture `number` of the film."""
    turn = 2 * np.pi * number / 200
    return round(960 + 500 * np.cos(turn)), round(560 + 260 * np.sin(turn))


def number_in(pixels: Pixels) -> int:
    """Read the number off a picture of the film."""
    middles = (np.arange(_N_BITS) + 0.5) * _BIT_PX
    levels = pixels[_BIT_PX // 2, middles.astype(int)].mean(axis=-1)
    return sum(1 << bit for bit, level in enumerate(levels) if level > 128)


def _stored(stream_index: int) -> list[_Stored]:
    with av.open(str(DEMO)) as container:
        return [
            _Stored(bytes(packet), packet.pts, packet.dts, packet.time_base, packet.is_keyframe)
            for packet in container.demux(container.streams[stream_index])
            if packet.pts is not None and packet.dts is not None and packet.time_base is not None
        ]


def _packet(
    stored: _Stored, stream: av.VideoStream | av.AudioStream, shift: int
) -> "Packet[Stream]":
    packet: Packet[Stream] = Packet(stored.content)
    packet.pts, packet.dts = stored.pts + shift, stored.dts + shift
    packet.time_base, packet.stream = stored.time_base, stream
    packet.is_keyframe = stored.is_keyframe
    return packet


def _pictures(n_frames: int) -> Iterator[Pixels]:
    random = np.random.default_rng(0)
    scene = _texture(random, 2400, 1500)
    grain = [random.integers(0, 7, (1080, 1920, 3), np.uint8) for _ in range(4)]
    for number in range(n_frames):
        turn = 2 * np.pi * number / 300
        left, top = round(240 + 230 * np.sin(turn)), round(210 + 200 * np.cos(turn))
        pixels = scene[top : top + 1080, left : left + 1920] + grain[number % 4]
        cv2.circle(pixels, disc_px(number), _DISC_PX, (235, 140, 40), -1, cv2.LINE_AA)
        for bit in range(_N_BITS):
            pixels[:_BIT_PX, bit * _BIT_PX : (bit + 1) * _BIT_PX] = 235 * (number >> bit & 1) + 10
        yield pixels


def _texture(random: np.random.Generator, width_px: int, height_px: int) -> Pixels:
    """Return smooth noise of several sizes, (height_px, width_px, 3), at most 240."""
    layers = [
        cv2.resize(random.random((height_px // size, width_px // size, 3)), (width_px, height_px))
        for size in (4, 20, 120)
    ]
    return np.asarray(np.mean(layers, axis=0) * 240, np.uint8)
