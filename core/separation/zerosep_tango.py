"""Tango, a text-to-sound model that hears words through FLAN-T5, as one ZeroSep separates with.

Ghosal et al. 2023. Sounds and latents are AudioLDM's; the U-Net is of the kind of Stable Diffusion
2.1, and so is its schedule of noise.

Letters in shapes: L tokens, D width of the text encoder.
"""

from dataclasses import dataclass

from torch import nn
from transformers import T5EncoderModel, T5Tokenizer

from core.separation.zerosep_mel_model import MelModel
from core.separation.zerosep_model import Words

MOST_TOKENS = 512
"""Of a text; FLAN-T5's tokenizer is published with this limit, and Tango asks for it."""


@dataclass(frozen=True, slots=True, eq=False)
class Tango(MelModel):
    """Tango: every token of the words is heard.

    Attributes:
        text_encoder: FLAN-T5's.
        tokenizer: of it.

    The U-Net is a `UNet2DConditionModel`, which hears the words by cross-attention.
    """

    text_encoder: T5EncoderModel
    tokenizer: T5Tokenizer

    @property
    def parts(self) -> tuple[nn.Module, ...]:
        return self.sound.vae, self.sound.vocoder, self.text_encoder, self.unet

    def read(self, text: str, length_s: float) -> Words:  # noqa: ARG002 - any length alike
        tokens = self.tokenizer(
            text, truncation=True, max_length=MOST_TOKENS, return_tensors="pt"
        ).to(self.text_encoder.device)
        return {
            "encoder_hidden_states": self.text_encoder(**tokens).last_hidden_state,  # (1, L, D)
            "encoder_attention_mask": tokens.attention_mask == 1,  # (1, L)
        }
