"""Tells how well sounds fit words, with CLAP (arXiv 2211.06687): for ranking what engines made.

The model of LAION without fusion: it hears 10 s at 48 kHz mono. Longer sound is heard in windows
that follow each other, and their embeddings are averaged: the same sound always has the same score,
where the library would pick a window by chance.

Letters in shapes: C channels, N samples; W windows; D width of the space that both share; K texts,
S sounds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.nn import functional as nnf
from transformers import ClapFeatureExtractor, ClapModel

from core.domain.audio import AudioSource
from core.errors import ModelError
from core.nn.devices import pick_device
from core.nn.failures import failing_as_engine, refuse_not_finite
from core.nn.pretrained import Stamp, load_part, load_pretrained, load_words, stamps
from core.progress import CancelToken
from core.separation.projection import resampled_to_mono
from core.store import installed, needs

CLAP = "clap-htsat-unfused"
_TITLE = "CLAP"
SAMPLE_RATE_HZ = 48_000
_WINDOW_S = 10.0
_LEAST_S = 0.1
"""A window that is shorter says nothing, and is left out where there is another."""
_MOST_TOKENS = 77
"""The official code cuts captions there."""

Scores = npt.NDArray[np.float32]
"""float32 (K, S), each the cosine between a text and a sound, -1 to 1."""


@dataclass(frozen=True, slots=True, eq=False)
class ClapScorer:
    """Scores sounds against words on one device. Any: the library does not type its classes."""

    network: Any
    tokenizer: Any
    extractor: Any

    def scores(
        self, texts: Sequence[str], sounds: Sequence[AudioSource], *, cancel: CancelToken
    ) -> Scores:
        """Return how well each sound fits each text.

        Args:
            texts: at least one.
            sounds: at least one, of any length, rate and number of channels.
            cancel: looked at before each window.

        Raises:
            EngineError: the network fails on this machine.
        """
        heard = torch.stack([self._heard(sound, cancel) for sound in sounds])  # (S, D)
        return np.asarray((self._read(texts) @ heard.T).cpu().numpy(), np.float32)

    def best(self, text: str, sounds: Sequence[AudioSource], *, cancel: CancelToken) -> int:
        """Return the place of the sound that fits the text best, the first of equals.

        Raises:
            EngineError: the network fails on this machine.
        """
        return int(self.scores([text], sounds, cancel=cancel)[0].argmax())

    @torch.inference_mode()
    def _read(self, texts: Sequence[str]) -> Tensor:
        """Return (K, D) of unit length."""
        tokens = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=self._most_tokens,
            return_tensors="pt",
        )  # fmt: skip
        inputs = {name: value.to(self.network.device) for name, value in tokens.items()}
        with failing_as_engine(_TITLE):
            return self._unit(self.network.get_text_features(**inputs))

    @property
    def _most_tokens(self) -> int:
        # Two places before the first word are taken: RoBERTa counts from its padding on.
        places: int = self.network.config.text_config.max_position_embeddings - 2
        return min(_MOST_TOKENS, places)

    @torch.inference_mode()
    def _heard(self, sound: AudioSource, cancel: CancelToken) -> Tensor:
        """Return (D,) of unit length: the mean over windows, each as long as it is."""
        n_window = round(_WINDOW_S * sound.sample_rate_hz)
        n_least = min(sound.n_samples, round(_LEAST_S * sound.sample_rate_hz))
        total = torch.zeros(self.network.config.projection_dim, device=self.network.device)
        for start in range(0, max(1, sound.n_samples), n_window):
            cancel.raise_if_cancelled()
            stop = min(start + n_window, max(1, sound.n_samples))
            if stop - start < n_least and start > 0:
                break
            samples = sound.read(start, stop)
            mono = resampled_to_mono(samples, sound.sample_rate_hz, SAMPLE_RATE_HZ)[0]
            with failing_as_engine(_TITLE):
                total += (stop - start) * self._window(mono)
        refuse_not_finite(total, _TITLE)
        return nnf.normalize(total, dim=0)

    def _window(self, mono: npt.NDArray[np.float32]) -> Tensor:
        """Return (D,) of unit length of at most 10 s, (N,) at 48 kHz."""
        most = round(_WINDOW_S * SAMPLE_RATE_HZ)
        features = self.extractor(
            [mono[:most]], truncation="rand_trunc", sampling_rate=SAMPLE_RATE_HZ,
            return_tensors="pt",
        )  # fmt: skip
        spectrogram = features["input_features"].float().to(self.network.device)
        return self._unit(self.network.get_audio_features(input_features=spectrogram))[0]

    def _unit(self, answer: Any) -> Tensor:
        """Return unit vectors of what the library answers, which since version 5 is more."""
        embedding = answer if isinstance(answer, Tensor) else answer.pooler_output
        refuse_not_finite(embedding, _TITLE)
        return nnf.normalize(embedding, dim=-1)


def build(device: str = "auto") -> ClapScorer:
    """Return the scorer of the installed CLAP, the same one while its files stay.

    Raises:
        ModelError: it is not installed, its files do not fit, or there is no such device.
    """
    folder = installed(CLAP)
    if folder is None:
        listed = "; ".join(f"{what}: {how}" for what, how in needs(CLAP).items())
        raise ModelError(
            f"{CLAP} is not installed",
            advice=f"CLAP ranks what was separated, and is not installed. Needs {listed}.",
        )
    return _loaded(folder, str(pick_device(device)), stamps(folder))


@lru_cache(maxsize=1)
def _loaded(folder: Path, device: str, _files: tuple[Stamp, ...]) -> ClapScorer:
    network: Any = load_pretrained(ClapModel, folder, _TITLE, device)
    if network.config.audio_config.enable_fusion:
        raise ModelError(
            f"{folder} holds a CLAP with fusion",
            advice=f"Soloist scores with CLAP without fusion. Put laion/{CLAP} into {folder}.",
        )
    words = load_words(folder, _TITLE, network.config.text_config.vocab_size)
    extractor = load_part(ClapFeatureExtractor, folder, _TITLE)
    if extractor.sampling_rate != SAMPLE_RATE_HZ:
        raise ModelError(
            f"{folder} hears at {extractor.sampling_rate} Hz",
            advice=f"This is another CLAP. Put laion/{CLAP} into {folder}.",
        )
    return ClapScorer(network, words, extractor)
