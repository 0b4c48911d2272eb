"""What CLIP says of pictures and of words, in the space they share.

Without normalising the outcome: DAVIS was taught with embeddings as they come. Letters in shapes:
D width of the space, H W pixels.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as nnf
from transformers import CLIPModel

from core.domain.pictures import Pixels
from core.separation.clip_words import clip_tokenizer, words_misfit
from core.separation.davis_files import word_files

PHRASE = "an image of {}"
"""How the official code words a class for CLIP."""


@dataclass(frozen=True, slots=True, eq=False)
class ClipReader:
    """Looks at pictures and reads words.

    Attributes:
        clip: on its device, in evaluation mode.
        words_folder: holds vocab.json and merges.txt; looked at when words are read.
        picture_norm: mean and spread of the colours, 0 to 1, that are taken out of pictures.
    """

    clip: CLIPModel
    words_folder: Path
    picture_norm: tuple[tuple[float, float, float], tuple[float, float, float]]

    def seen(self, pixels: Pixels) -> Tensor:
        """Return (D,) of a picture (H, W, 3), stretched to the square that CLIP looks at.

        Nothing is cut off (papers/000 appendix C: "directly resized ... without cropping").
        """
        embeddings = self.clip.vision_model.embeddings
        n_patches = embeddings.position_embedding.num_embeddings - 1
        side_px = math.isqrt(n_patches) * embeddings.patch_embedding.weight.shape[-1]
        picture = torch.from_numpy(pixels.copy()).to(self.clip.device)  # (H, W, 3)
        picture = picture.permute(2, 0, 1)[None].float()
        size = (side_px, side_px)
        small = nnf.interpolate(picture, size, mode="bicubic", antialias=True)
        # Rounded, as a picture library would keep it.
        levels = small.clamp(0, 255).round() / 255
        mean, spread = (levels.new_tensor(part)[:, None, None] for part in self.picture_norm)
        answer = self.clip.get_image_features(pixel_values=(levels - mean) / spread)
        return _embedding(answer)[0]

    def read(self, text: str) -> Tensor:
        """Return (D,) of words for a thing, put into the phrase DAVIS is asked with.

        Raises:
            ModelError: the word list is not installed, or is another CLIP's.
        """
        embeddings = self.clip.text_model.embeddings
        tokens = clip_tokenizer(*word_files(self.words_folder))(
            [PHRASE.format(text)],
            truncation=True,
            max_length=embeddings.position_embedding.num_embeddings,
            return_tensors="pt",
        )
        ids = tokens["input_ids"].to(self.clip.device)
        if int(ids.max()) >= embeddings.token_embedding.num_embeddings:
            raise words_misfit(self.words_folder, "it has more words than the network")
        return _embedding(self.clip.get_text_features(input_ids=ids))[0]


def _embedding(answer: object) -> Tensor:
    """Return (1, D) of what `transformers` answers, which since version 5 is more than that."""
    embedding = answer if isinstance(answer, Tensor) else getattr(answer, "pooler_output", None)
    if not isinstance(embedding, Tensor):
        raise TypeError(f"CLIP answered with {type(answer).__name__}")
    return embedding
