"""What CLIP says of pictures and words, computed once and kept in files.

A file holds float32 in numpy's format: (K, D) for the frames of a film, (D,) for a picture or a
word. Files made elsewhere will do; without a CLIP to ask they have to. Letters in shapes: K
frames, D width of CLIP's space.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from core.domain.pictures import Pixels
from core.errors import MediaError, ModelError
from core.progress import CancelToken
from core.separation.clip_condition import ClipReader
from core.separation.davis_recipes import DavisRecipe
from core.separation.davis_weights import read_clip

Features = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class FeatureStore:
    """Features by name, from files, or from CLIP and then kept.

    Attributes:
        folder: where the files lie: `<key>.npy`.
        reader: None where only files are to be had.
        dim: D, what the network takes.
    """

    folder: Path
    reader: ClipReader | None
    dim: int = 512

    def of_frames(self, key: str, paths: Sequence[Path], cancel: CancelToken) -> Features:
        """Return (K, D) of the pictures of a film.

        Raises:
            ModelError: the file is not there and no CLIP either, or it is of another width.
            MediaError: a picture can't be decoded.
            Cancelled: asked to stop; nothing of this film is kept.
        """
        found = self._read(key, (len(paths), self.dim))
        if found is not None:
            return found
        seen = []
        for path in paths:
            cancel.raise_if_cancelled()
            seen.append(self._asked(key).seen(read_pixels(path)))
        return self._keep(key, torch.stack(seen))

    def of_picture(self, key: str, path: Path) -> Features:
        """Return (D,) of one picture; raises as `of_frames` does."""
        found = self._read(key, (self.dim,))
        if found is not None:
            return found
        return self._keep(key, self._asked(key).seen(read_pixels(path)))

    def of_word(self, key: str, word: str) -> Features:
        """Return (D,) of the name of a thing; raises as `of_frames` does."""
        found = self._read(key, (self.dim,))
        if found is not None:
            return found
        return self._keep(key, self._asked(key).read(word))

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npy"

    def _read(self, key: str, shape: tuple[int, ...]) -> Features | None:
        path = self._path(key)
        if not path.is_file():
            return None
        try:
            held = np.load(path, allow_pickle=False)
        except (OSError, ValueError) as error:
            raise ModelError(
                f"can't read features from {path}: {error}", advice="Remove this file."
            ) from error
        if held.shape != shape:
            raise ModelError(
                f"{path} holds {held.shape} instead of {shape}",
                advice="Its features are of another CLIP or other pictures. Remove this file.",
            )
        return np.asarray(held, np.float32)

    def _asked(self, key: str) -> ClipReader:
        if self.reader is None:
            raise ModelError(
                f"there are no features of {key} in {self.folder}, and no CLIP to ask",
                advice="Give the folder of a CLIP with --clip (config.json, model.safetensors, "
                "vocab.json and merges.txt of openai/clip-vit-base-patch32), or features made "
                "elsewhere with --features.",
            )
        return self.reader

    def _keep(self, key: str, features: Tensor) -> Features:
        made = features.detach().float().cpu().numpy()
        path = self._path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".part")
        with partial.open("wb") as file:
            np.save(file, made)
        partial.replace(path)
        return made


def clip_reader(folder: Path, recipe: DavisRecipe, device: torch.device | None) -> ClipReader:
    """Return the CLIP in a folder, which looks at pictures as the recipe has it.

    Raises:
        ModelError: `folder` holds no CLIP.
    """
    clip = read_clip(folder).requires_grad_(False)
    clip.train(False)
    if device is not None:
        clip.to(device)  # type: ignore[arg-type]  # transformers hides it behind a wrapper
    return ClipReader(clip, folder, recipe.picture_norm)


def read_pixels(path: Path) -> Pixels:
    """Return (H, W, 3), red, green, blue.

    Raises:
        MediaError: there is no picture there.
    """
    try:
        packed = np.frombuffer(path.read_bytes(), np.uint8)
    except OSError as error:
        raise _no_picture(path) from error
    decoded = cv2.imdecode(packed, cv2.IMREAD_COLOR) if packed.size else None
    if decoded is None:
        raise _no_picture(path)
    return np.ascontiguousarray(decoded[:, :, ::-1], np.uint8)


def _no_picture(path: Path) -> MediaError:
    return MediaError(
        f"can't decode {path} as a picture",
        advice=f"Remove or replace “{path.name}”, or take its film out of the list.",
    )
