"""Renders the clip that Soloist opens on first start, and the truth about it. Deterministic.

    uv run python scripts/render_demo.py [FOLDER]

Writes `demo.mp4` and `demo.json` (where each thing is seen, and when it can be heard).
"""

import json
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter
from demo import backdrop, players, score, sound
from demo.paint import shrunk

_NAME = "A morning in the meadow"
_PEAK = 0.8


def frames() -> Iterator[npt.NDArray[np.uint8]]:
    """Yield every picture of the clip, (H, W, 3) RGB."""
    still = backdrop.sky()
    backdrop.land(still)
    for k in range(round(score.DURATION_S * score.RATE_HZ)):
        yield picture(still, k / score.RATE_HZ)


def picture(still: npt.NDArray[np.float32], time_s: float) -> npt.NDArray[np.uint8]:
    """Return the scene at `time_s`, drawn over a copy of what stands `still`."""
    canvas = still.copy()
    backdrop.clouds(canvas, time_s)
    players.draw_bell(canvas, time_s)
    players.draw_tractor(canvas, time_s)
    backdrop.foreground(canvas)
    players.draw_bird(canvas, time_s)
    return shrunk(canvas)


def mix() -> npt.NDArray[np.float32]:
    """Return the sound of the clip, (2, N): the three stems and a breath of wind."""
    together = np.sum(list(sound.stems().values()), axis=0)
    together += sound.wind()
    return (together * (_PEAK / np.abs(together).max())).astype(np.float32)


def write_clip(path: Path) -> None:
    """Encode picture and sound, the index at the front."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        _write_streams(container)


def _write_streams(container: av.container.OutputContainer) -> None:
    picture_stream = container.add_stream("libx264", rate=score.RATE_HZ)
    picture_stream.width, picture_stream.height = score.WIDTH_PX, score.HEIGHT_PX
    picture_stream.pix_fmt = "yuv420p"
    picture_stream.gop_size = score.RATE_HZ
    picture_stream.options = {"crf": "18", "preset": "slow", "tune": "animation"}
    context = picture_stream.codec_context
    # Said aloud, since 540 lines could be taken for either.
    context.colorspace, context.color_primaries, context.color_trc = 1, 1, 1
    context.color_range = ColorRange.MPEG
    sound_stream = container.add_stream("aac", rate=sound.SAMPLE_RATE_HZ, layout="stereo")
    sound_stream.bit_rate = 256_000
    container.metadata["title"] = _NAME
    reformatter = VideoReformatter()
    for k, pixels in enumerate(frames()):
        rgb = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        frame = reformatter.reformat(
            rgb, format="yuv420p", dst_colorspace=Colorspace.ITU709, dst_color_range=ColorRange.MPEG
        )
        frame.pts, frame.time_base = k, Fraction(1, score.RATE_HZ)
        container.mux(picture_stream.encode(frame))
    container.mux(picture_stream.encode())
    samples = mix()
    for start in range(0, samples.shape[1], 1024):
        piece = np.ascontiguousarray(samples[:, start : start + 1024])
        sounding = av.AudioFrame.from_ndarray(piece, format="fltp", layout="stereo")
        sounding.sample_rate, sounding.pts = sound.SAMPLE_RATE_HZ, start
        container.mux(sound_stream.encode(sounding))
    container.mux(sound_stream.encode())


def truth() -> dict[str, object]:
    """Return what an answer can be checked against."""
    boxes = {
        "bird": (players.BIRD_BOX, "songbird", (176, 228)),
        "bell": (players.BELL_BOX, "bell", (481, 262)),
        "tractor": (players.TRACTOR_BOX, "tractor", (830, 394)),
    }
    spans_s = score.spans_s()
    return {
        "name": _NAME,
        "duration_s": score.DURATION_S,
        "width_px": score.WIDTH_PX,
        "height_px": score.HEIGHT_PX,
        "objects": [
            {
                "name": name,
                "label": label,
                "box_px": list(box_px),
                "click_px": list(click_px),
                "spans_s": spans_s[name],
            }
            for name, (box_px, label, click_px) in boxes.items()
        ],
    }


def main() -> None:
    """Write both files into the folder named on the command line, or into `resources/demo`."""
    default = Path(__file__).parents[1] / "resources" / "demo"
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else default
    folder.mkdir(parents=True, exist_ok=True)
    write_clip(folder / "demo.mp4")
    (folder / "demo.json").write_text(json.dumps(truth(), indent=2) + "\n", "utf-8")
    print(f"{folder / 'demo.mp4'}: {(folder / 'demo.mp4').stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
