"""Whether long sound has seams, and whether memory grows with it: SAM Audio's windows, tiny.

    uv run python -m scripts.benchmark.long_sound [MINUTES]

A flow of random weights and a codec to match, at a tiny size, go over noises and tones whose make
changes every few seconds: as a joint flow of overlapping windows (multi-diffusion), and as windows
one after the other that know nothing of each other. Spectral flux, the sum of what rises from one
frame of the spectrogram to the next, is compared at the borders of windows with everywhere else,
and so is how far latents move from frame to frame. A flow that nobody taught passes its noise on,
which would hide any seam: it begins with a tenth of it. Then both ways are run over 30 s as well,
each in a process of its own, to see the peak of memory.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from core.nn.sam_audio.codec import Codec
from core.nn.sam_audio.codec_layers import NormedConv, NormedTransposedConv
from core.nn.sam_audio.codec_watermark import drawn_message
from core.nn.sam_audio.config import CodecConfig, SamAudioConfig, TransformerConfig
from core.nn.sam_audio.network import Conditions, SamAudioFlow
from core.nn.samplers.flow import FlowSampler
from core.nn.samplers.multi_diffusion import HandOver, JointFlow, StretchPlan, Windows
from core.separation.sam_audio_stream import SoundStream, decoder
from core.separation.sam_audio_stretches import frame_noise
from scripts.benchmark.measuring import ROOT, peak_mib, print_machine, print_table

WINDOW, OVERLAP, IN_STRETCH = 500, 100, 4
QUIET = 0.1
CONFIG = SamAudioConfig(
    transformer=TransformerConfig(
        dim=64, n_heads=2, n_layers=2, multiple_of=8, context_dim=64, out_channels=16
    ),
    codec=CodecConfig(
        encoder_dim=2,
        encoder_rates=(2, 4, 5, 8),
        latent_dim=32,
        decoder_dim=96,
        decoder_rates=(8, 5, 4, 2),
        codebook_dim=8,
        sample_rate_hz=8_000,
        watermark_channels=2,
        watermark_hidden=32,
        watermark_dim=8,
    ),
)
HOP = CONFIG.codec.hop_samples


def main(minutes: float) -> None:
    """Print both tables."""
    print_machine()
    n_frames = round(minutes * 60 * CONFIG.codec.frame_rate_hz)
    rows = []
    for is_joint in (True, False):
        sound = np.concatenate(list(_sounds(n_frames, is_joint)))
        rows.append(_seams("flux, " + _name(is_joint), _flux(sound), n_frames, is_joint))
        moved = _moved(n_frames, is_joint)
        rows.append(_seams("latents, " + _name(is_joint), moved, n_frames, is_joint))
    print(f"{minutes:g} min, windows of 20 s that overlap by 4 s, change at their borders")
    heads = ("", "at borders", "elsewhere", "ratio of means", "ratio of 95th percentiles")
    print_table(heads, rows)
    table = [
        (_name(is_joint), *(f"{_peak_mib(length, is_joint):.0f} MiB" for length in (0.5, minutes)))
        for is_joint in (True, False)
    ]
    print_table(("peak memory", "30 s", f"{minutes:g} min"), table)


def _name(is_joint: bool) -> str:
    return "joint flow" if is_joint else "plain chunks"


def _networks() -> tuple[SamAudioFlow, Codec]:
    torch.manual_seed(0)
    flow, codec = SamAudioFlow(CONFIG).eval(), Codec(CONFIG.codec).eval()
    for module in flow.modules():
        for name, weight in module.named_parameters(recurse=False):
            if name == "gate" or name.endswith("table"):
                weight.data.normal_(std=0.5)
    for module in codec.modules():
        if isinstance(module, NormedConv | NormedTransposedConv):
            module.weight_g.data.uniform_(0.7, 1.2)
    return flow.requires_grad_(False), codec.requires_grad_(False)


def _mixture(first: int, last: int) -> Tensor:
    """Return latents (T, L) that drift, and jump every seven seconds."""
    frames = torch.arange(first, last, dtype=torch.float32)[:, None]
    channels = torch.arange(CONFIG.codec.codebook_dim)[None]
    drift = (0.02 * frames * (1 + 0.1 * channels)).sin()
    jump = ((frames // 175) * 1.7 + channels).sin()
    return drift + jump


def _sounds(n_frames: int, is_joint: bool) -> Iterator[np.ndarray]:
    """Yield the target, a few seconds at a time."""
    flow, codec = _networks()
    source = _latents(flow, n_frames, is_joint)
    message = drawn_message(0, CONFIG.codec)
    stream = SoundStream(source, (0, n_frames), HOP, decoder(codec, message, lambda: None))
    with torch.inference_mode():
        for first in range(0, n_frames, 250):
            last = min(first + 250, n_frames)
            yield stream.read(first * HOP, last * HOP)[0][0]


def _latents(flow: SamAudioFlow, n_frames: int, is_joint: bool) -> Iterator[tuple[int, Tensor]]:
    overlap = OVERLAP if is_joint else 0
    plan = StretchPlan(WINDOW, OVERLAP, IN_STRETCH) if is_joint else StretchPlan(WINDOW, 0, 1)
    before: HandOver | None = None
    for first, last in plan.stretches(n_frames):
        mixture = _mixture(first, last)

        def ask(x: Tensor, time: Tensor, starts: list[int], mixture: Tensor = mixture) -> Tensor:
            heard = torch.stack([mixture[start : start + x.shape[1]] for start in starts])
            kinds = torch.zeros(heard.shape[:2], dtype=torch.long)
            out: Tensor = flow(x, time.expand(len(x)), Conditions(heard, anchors=kinds))
            return out

        n_after = overlap if last < n_frames else 0
        windows = Windows.spread(last - first, WINDOW, overlap)
        joint = JointFlow(ask, windows, 1, before, n_after)
        noise = QUIET * frame_noise(0, 0, (first, last), CONFIG.transformer.out_channels)
        end = FlowSampler(8, "midpoint", time_scale=1.0).sample(joint, noise)
        before = joint.hand_over if is_joint else None
        yield first, end[: last - first - n_after]


def _borders(n_frames: int, is_joint: bool) -> list[int]:
    """Return the frames at which windows begin or end, but for the two ends of the sound."""
    if not is_joint:
        return [first for first, _ in StretchPlan(WINDOW, 0, 1).stretches(n_frames)][1:]
    found = set()
    for first, last in StretchPlan(WINDOW, OVERLAP, IN_STRETCH).stretches(n_frames):
        windows = Windows.spread(last - first, WINDOW, OVERLAP)
        for start in windows.starts:
            found |= {first + start, first + start + windows.n_window}
    return sorted(found - {0, n_frames})


def _moved(n_frames: int, is_joint: bool) -> np.ndarray:
    """Return (T,) how far latents move from the frame before, mean over channels."""
    flow, _codec = _networks()
    with torch.inference_mode():
        whole = torch.cat([latents for _, latents in _latents(flow, n_frames, is_joint)])
    return np.asarray(whole.diff(dim=0, prepend=whole[:1]).abs().mean(1).numpy())


def _seams(title: str, flux: np.ndarray, n_frames: int, is_joint: bool) -> tuple[str, ...]:
    is_border = np.zeros(len(flux), np.bool_)
    for border in _borders(n_frames, is_joint):
        is_border[border - 2 : border + 3] = True
    at, away = flux[is_border], flux[~is_border]
    high = np.percentile(at, 95) / np.percentile(away, 95)
    figures = (f"{at.mean():.3f}", f"{away.mean():.3f}")
    return (title, *figures, f"{at.mean() / away.mean():.2f}", f"{high:.2f}")


def _flux(sound: np.ndarray) -> np.ndarray:
    """Return (T,) the rise in log magnitude from each latent frame to the next, mean over bins."""
    window = np.hanning(2 * HOP)
    padded = np.pad(sound, (HOP, HOP))
    frames = np.lib.stride_tricks.sliding_window_view(padded, 2 * HOP)[::HOP]
    levels = np.log(np.abs(np.fft.rfft(frames * window, axis=1)) + 1e-3)
    rise = np.maximum(np.diff(levels, axis=0, prepend=levels[:1]), 0.0)
    return np.asarray(rise.mean(1)[: len(sound) // HOP])


def _peak_mib(minutes: float, is_joint: bool) -> float:
    """Return the peak of a process that goes over so much sound and keeps none of it."""
    words = "from scripts.benchmark.long_sound import run_alone; "
    words += f"run_alone({minutes!r}, {is_joint!r})"
    done = subprocess.run(
        [sys.executable, "-c", words], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return float(done.stdout.split()[-1])


def run_alone(minutes: float, is_joint: bool) -> None:
    """Go over the sound and print this process's peak in MiB."""
    n_frames = round(minutes * 60 * CONFIG.codec.frame_rate_hz)
    for _piece in _sounds(n_frames, is_joint):
        pass
    print(_own_peak_mib())


def _own_peak_mib() -> float:
    """Return the peak since this program began; the usual figure begins with that of its parent."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return peak_mib()
    line = next(one for one in status.read_text().splitlines() if one.startswith("VmHWM"))
    return float(line.split()[1]) / 1024


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 5.0)
