"""What MMAudio's encoders say of pictures and of words: CLIP DFN5B and Synchformer.

Facts: hkchengrex/MMAudio. CLIP looks at eight pictures a second, squeezed to 384 x 384; its
features have unit length. Of words it gives every token, the empty ones included. Synchformer looks
at 25 a second, their middle square of 224 x 224, sixteen at a time and eight further on each time.

Letters in shapes: K pictures, S features of movement, W tokens, D width, H W pixels.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as nnf
from transformers import CLIPModel

from core.domain.pictures import Pixels
from core.nn.mmaudio.sequences import SEGMENT_STEP_FRAMES
from core.nn.mmaudio.synchformer import SynchformerEyes
from core.separation.clip_words import clip_tokenizer, words_misfit

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_SPREAD = (0.26862954, 0.26130258, 0.27577711)

_AT_ONCE = 4
"""Pictures, or runs of them, that go through an encoder together."""

Check = Callable[[], None]


@dataclass(frozen=True, slots=True, eq=False)
class Senses:
    """Looks at pictures and reads words.

    Attributes:
        clip: on its device, in evaluation mode.
        eyes: on the same device.
        words: where `vocab.json` and `merges.txt` lie; called when words are read.
        check: called between parts of the work; may raise to stop.
    """

    clip: CLIPModel
    eyes: SynchformerEyes
    words: Callable[[], tuple[Path, Path]]
    check: Check = lambda: None

    def read(self, text: str) -> Tensor:
        """Return (1, W, D) of words, one feature for each token, with unit length.

        Raises:
            ModelError: the word list is not installed, or is another CLIP's.
        """
        embeddings = self.clip.text_model.embeddings
        n_tokens = embeddings.position_embedding.num_embeddings
        words, merges = self.words()
        tokens = clip_tokenizer(words, merges)([text], truncation=True, max_length=n_tokens)
        found = tokens["input_ids"][0]
        if max(found) >= embeddings.token_embedding.num_embeddings:
            raise words_misfit(words.parent, "it has more words than the network")
        # Filled up with zeros, not with the last token as elsewhere: every place is used.
        ids = torch.zeros(1, n_tokens, dtype=torch.int64, device=self.clip.device)
        ids[0, : len(found)] = torch.tensor(found)
        states = self.clip.text_model(input_ids=ids).last_hidden_state
        return nnf.normalize(states.float(), dim=-1)

    @property
    def clip_side_px(self) -> int:
        """What pictures for CLIP are squeezed to; patches that do not fit in are not looked at."""
        side_px = self._seen_px
        return 384 if side_px == 378 else side_px

    @property
    def _seen_px(self) -> int:
        embeddings = self.clip.vision_model.embeddings
        n_patches = embeddings.position_embedding.num_embeddings - 1
        return math.isqrt(n_patches) * int(embeddings.patch_embedding.weight.shape[-1])

    def seen(self, pictures: Sequence[Tensor]) -> Tensor:
        """Return (1, K, D) with unit length of pictures (3, H, W) for CLIP, 0 to 1."""
        seen_px, parts = self._seen_px, []
        for first in range(0, len(pictures), _AT_ONCE):
            self.check()
            some = torch.stack([*pictures[first : first + _AT_ONCE]]).to(self.clip.device)
            mean, spread = (some.new_tensor(one)[:, None, None] for one in (CLIP_MEAN, CLIP_SPREAD))
            scaled = ((some - mean) / spread)[..., :seen_px, :seen_px].to(self.clip.dtype)
            pooled = self.clip.vision_model(pixel_values=scaled).pooler_output
            parts.append(self.clip.visual_projection(pooled).float())
        return nnf.normalize(torch.cat(parts), dim=-1)[None]

    def moved(self, pictures: Sequence[Tensor]) -> Tensor:
        """Return (1, S, D) of pictures (3, H, W) for Synchformer, 0 to 1; a run at least."""
        n_run, device = self.eyes.config.n_pictures, self.eyes.cls_token.device
        starts = range(0, len(pictures) - n_run + 1, SEGMENT_STEP_FRAMES)
        parts = []
        for start in starts:
            self.check()
            run = torch.stack([*pictures[start : start + n_run]], dim=1).to(device)
            parts.append(self.eyes((2 * run - 1)[None]))  # (1, T, D)
        return torch.cat(parts, dim=1).float()


def squeezed(pixels: Pixels, side_px: int) -> Tensor:
    """Return a picture (H, W, 3) as (3, side, side), 0 to 1, whatever its shape was."""
    return _resized(pixels, (side_px, side_px))


def middle_square(pixels: Pixels, side_px: int) -> Tensor:
    """Return the middle square of a picture (H, W, 3) as (3, side, side), 0 to 1."""
    height_px, width_px = pixels.shape[:2]
    scale = side_px / min(height_px, width_px)
    size = max(side_px, int(height_px * scale)), max(side_px, int(width_px * scale))
    picture = _resized(pixels, size)
    top, left = (round((whole - side_px) / 2) for whole in size)
    return picture[:, top : top + side_px, left : left + side_px]


def _resized(pixels: Pixels, size: tuple[int, int]) -> Tensor:
    picture = torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None].float()
    small = nnf.interpolate(picture, size, mode="bicubic", antialias=True)[0]
    return small.clamp(0, 255).round() / 255  # as a picture library would keep it
