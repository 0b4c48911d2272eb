"""Folders of drawings on gradients and recordings, from which scenes can be made quickly."""

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import soundfile

from core.domain.masks import Mask
from core.domain.pictures import Pixels
from core.scenes.cutout_bank import Cutout, CutoutBank
from tests.helpers.pictures import disc_mask
from tests.helpers.sounds import noise, tone

RATE_HZ = 16_000
COLOURS = {
    "bell": (220, 190, 20),
    "dog": (200, 30, 30),
    "frog": (30, 180, 40),
    "train": (40, 60, 210),
    "violin": (150, 40, 170),
}
"""One for each class, so that a picture tells which is where."""

PITCHES_HZ = {"bell": 3_000.0, "dog": 300.0, "frog": 700.0, "train": 110.0, "violin": 1_500.0}


def drawing(colour: tuple[int, int, int], side_px: int = 64) -> tuple[Pixels, Mask]:
    """A disc of one colour on a gradient, and where it is."""
    ramp = np.linspace(120, 235, side_px, dtype=np.float32)
    pixels = np.repeat(np.tile(ramp, (side_px, 1))[:, :, None], 3, 2).astype(np.uint8)
    mask = disc_mask(side_px, side_px, side_px / 2, side_px / 2, side_px * 0.3)
    pixels[mask] = colour
    return pixels, mask


def bank(side_px: int = 40) -> CutoutBank:
    """Two discs of each class, and a ground of each sort."""
    share = disc_mask(side_px, side_px, side_px / 2, side_px / 2, side_px * 0.48)
    cutouts = tuple(
        Cutout(
            label,
            is_drawing,
            np.full((side_px, side_px, 3), colour, np.uint8),
            share.astype(np.uint8) * 255,
        )
        for label, colour in COLOURS.items()
        for is_drawing in (False, True)
    )
    grey = np.full((48, 64, 3), 128, np.uint8)
    return CutoutBank(cutouts, (grey,), (grey,))


class Tones:
    """A pitch for each class, at once; `SceneSounds` and `SingleSounds`."""

    sample_rate_hz = RATE_HZ

    def __init__(self, *more: str) -> None:
        self.classes = tuple(sorted((*COLOURS, *more)))

    def excerpt(
        self, label: str, n_samples: int, random: np.random.Generator
    ) -> npt.NDArray[np.float32]:
        pitch_hz = PITCHES_HZ.get(label, 5_000.0) * random.uniform(0.98, 1.02)
        return tone(pitch_hz, n_samples / RATE_HZ)[0][:n_samples].astype(np.float32)


def write_folder(folder: Path, n_each: int = 6) -> Path:
    """Write drawings and recordings of five classes, and recordings alone of a sixth."""
    for label, colour in COLOURS.items():
        place = folder / "images" / label
        place.mkdir(parents=True, exist_ok=True)
        for number in range(n_each):
            pixels, _ = drawing(colour, 48 + 2 * number)
            path = place / f"art_{'abcdefgh'[number]}_{number}.png"
            path.write_bytes(cv2.imencode(".png", pixels[:, :, ::-1])[1].tobytes())
    rows = ["file,origin_id"]
    for label, pitch_hz in {**PITCHES_HZ, "wind": 0.0}.items():
        place = folder / "audio" / label
        place.mkdir(parents=True, exist_ok=True)
        for number in range(n_each):
            sound = tone(pitch_hz + number, 1.2) if pitch_hz else noise(1.2, seed=number)
            soundfile.write(place / f"{number}.wav", sound[0].astype(np.float32), RATE_HZ)
            rows.append(f"audio/{label}/{number}.wav,{label}:{number}")
    (folder / "SOURCES.csv").write_text("\n".join(rows), encoding="utf-8")
    return folder
