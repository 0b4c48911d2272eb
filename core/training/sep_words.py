"""What words are to MMAudioSep while it is taught: CLIP's features, computed once and kept.

Tiny networks that are taught in minutes have no CLIP: each text is a vector of its own, drawn by
its letters. Letters in shapes: W tokens, D width of a token.
"""

import hashlib
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from core.errors import ModelError
from core.separation.mmaudiosep_senses import Senses


class Reader(Protocol):
    """Reads words."""

    def read(self, text: str) -> Tensor:
        """Return (1, W, D), float32, on the CPU."""
        ...


@dataclass(frozen=True, slots=True)
class DrawnWords:
    """A vector of its own for each text, the same wherever it is drawn."""

    n_words: int
    dim: int

    def read(self, text: str) -> Tensor:
        random = np.random.default_rng(zlib.crc32(text.encode()))
        drawn = random.standard_normal((1, self.n_words, self.dim)).astype(np.float32)
        return torch.from_numpy(drawn)


@dataclass(frozen=True, slots=True, eq=False)
class KeptWords:
    """CLIP's features, from files, or from CLIP and then kept.

    Attributes:
        folder: of `<hash of the text>.npy`, (W, D) each; files made elsewhere will do.
        senses: None where only files are to be had.
        shape: W and D, what the network takes.
    """

    folder: Path
    senses: Senses | None
    shape: tuple[int, int]
    _known: dict[str, Tensor] = field(default_factory=dict)

    def read(self, text: str) -> Tensor:
        """Return (1, W, D).

        Raises:
            ModelError: the file is not there and no CLIP either, or it is of another shape.
        """
        if text not in self._known:
            self._known[text] = torch.from_numpy(self._found(text))[None]
        return self._known[text]

    def _found(self, text: str) -> "np.ndarray[tuple[int, ...], np.dtype[np.float32]]":
        path = self.folder / f"{hashlib.sha256(text.encode()).hexdigest()[:24]}.npy"
        if not path.is_file():
            self._compute(text, path)
        features = np.asarray(np.load(path), np.float32)
        if features.shape != self.shape:
            raise ModelError(
                f"{path} holds {features.shape}, the network takes {self.shape}",
                advice=f"Remove {path}: it was made by another CLIP.",
            )
        return features

    def _compute(self, text: str, path: Path) -> None:
        if self.senses is None:
            raise ModelError(
                f"no features of {text!r} in {self.folder}, and no CLIP to ask",
                advice="Install “dfn5b-clip” in the model store, or put the features there.",
            )
        with torch.inference_mode():
            features = self.senses.read(text)[0].cpu().numpy()
        self.folder.mkdir(parents=True, exist_ok=True)
        np.save(path, features)
