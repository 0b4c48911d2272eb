"""Finds by the words when a sound is heard, with PE-A-Frame, and marks it for SAM Audio.

papers/004: contiguous frames above a threshold become + anchors. In an early version of the
official code they never reached the flow; here a test hears the difference. The network comes
through `transformers`. Letters in shapes: T latent frames, N samples.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import PeAudioFrameLevelModel

from core.errors import ModelError
from core.nn.pretrained import Stamp, load_pretrained, load_words, stamps
from core.nn.sam_audio.conditions import AnchorKind
from core.nn.sam_audio.spans import THRESHOLD, heard_runs
from core.separation.beating import beating, leaves
from core.separation.sam_audio_sound import FrameGrid
from core.store import installed, needs

PE_A_FRAME = "pe-a-frame-large"
PIECE_FRAMES = 250
"""Heard at a time: ten seconds, about what the network was taught with."""
_TITLE = "PE-A-Frame"


@dataclass(frozen=True, slots=True, eq=False)
class SpanPredictor:
    """Any: the library does not type its classes."""

    network: Any
    tokenizer: Any

    @torch.inference_mode()
    def kinds(
        self, phrase: str, grid: FrameGrid, first: int, last: int, check: Callable[[], None]
    ) -> Tensor:
        """Return (T,) the `AnchorKind` of frames `first <= f < last` of the mix."""
        words = self.tokenizer([phrase], return_tensors="pt")
        kinds = torch.full((last - first,), int(AnchorKind.NONE))
        with beating(leaves([self.network]), check):
            for start in range(first, last, PIECE_FRAMES):
                stop = min(start + PIECE_FRAMES, last)
                likely = self._probabilities(grid, start, stop, words)
                for run_start, run_stop in heard_runs(likely, THRESHOLD):
                    run = slice(start - first + run_start, start - first + run_stop)
                    kinds[run] = int(AnchorKind.HEARD)
        return kinds

    def _probabilities(self, grid: FrameGrid, first: int, last: int, words: Any) -> Tensor:
        device = self.network.device
        sound = torch.zeros(1, 1, (last - first) * grid.codec.hop_samples)
        heard = torch.from_numpy(grid.sound(first, last))
        sound[..., : heard.shape[1]] = heard
        inputs = {name: words[name].to(device) for name in ("input_ids", "attention_mask")}
        answer = self.network(input_values=sound.to(device), **inputs)
        logits: Tensor = answer.logits_audio_text[0, 0]
        return logits.sigmoid().cpu()[: last - first]


def build(device: torch.device) -> SpanPredictor:
    """Return the installed span predictor, the same one while its files stay.

    Raises:
        ModelError: it is not installed, or its files do not fit.
    """
    folder = installed(PE_A_FRAME)
    if folder is None:
        listed = "; ".join(f"{what}: {how}" for what, how in needs(PE_A_FRAME).items())
        raise ModelError(
            f"{PE_A_FRAME} is not installed, and spans can't be predicted without it",
            advice=f"Spans are found by PE-A-Frame, which is not installed. Needs {listed}. "
            "Or mark spans yourself, and turn “predict_spans” off.",
        )
    return _loaded(folder, str(device), stamps(folder))


@lru_cache(maxsize=1)
def _loaded(folder: Path, device: str, _files: tuple[Stamp, ...]) -> SpanPredictor:
    network: Any = load_pretrained(PeAudioFrameLevelModel, folder, _TITLE, device)
    words = load_words(folder, _TITLE, network.config.text_config.vocab_size)
    return SpanPredictor(network, words)
