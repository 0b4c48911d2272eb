"""Tango, a text-to-sound model that hears words through FLAN-T5, as one ZeroSep separates with.

Ghosal et al. 2023. Sounds and latents are AudioLDM's; the U-Net is of the kind of Stable Diffusion
2.1, and so is its schedule of noise.

Letters in shapes: L tokens, D width of the text encoder.
"""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from transformers import T5EncoderModel, T5Tokenizer

from core.nn.samplers.inversion import NoiseLadder
from core.nn.samplers.stepping import Network
from core.separation.zerosep_audioldm import form_of
from core.separation.zerosep_ladder import ddim_ladder
from core.separation.zerosep_mel import MelSound
from core.separation.zerosep_model import Part, SoundForm, Words

MOST_TOKENS = 512
"""Of a text; FLAN-T5's tokenizer is published with this limit, and Tango asks for it."""


@dataclass(frozen=True, slots=True, eq=False)
class Tango:
    """Tango: every token of the words is heard.

    Attributes:
        sound: between waves and latents.
        text_encoder: FLAN-T5's.
        tokenizer: of it.
        unet: a `UNet2DConditionModel`, which hears the words by cross-attention.
        schedule: the config of its scheduler.
    """

    sound: MelSound
    text_encoder: T5EncoderModel
    tokenizer: T5Tokenizer
    unet: Part
    schedule: dict[str, Any]

    @property
    def form(self) -> SoundForm:
        return form_of(self.sound)

    @property
    def parts(self) -> tuple[nn.Module, ...]:
        return self.sound.vae, self.sound.vocoder, self.text_encoder, self.unet

    def ladder(self, n_steps: int) -> NoiseLadder:
        return ddim_ladder(self.schedule, n_steps)

    def encode(self, waves: Tensor) -> Tensor:
        return self.sound.encode(waves)

    def decode(self, latent: Tensor, n_samples: int) -> Tensor:
        return self.sound.decode(latent, n_samples)

    def read(self, text: str, length_s: float) -> Words:  # noqa: ARG002 - any length alike
        tokens = self.tokenizer(
            text, truncation=True, max_length=MOST_TOKENS, return_tensors="pt"
        ).to(self.text_encoder.device)
        return {
            "encoder_hidden_states": self.text_encoder(**tokens).last_hidden_state,  # (1, L, D)
            "encoder_attention_mask": tokens.attention_mask == 1,  # (1, L)
        }

    def network(self, words: Words) -> Network:
        def ask(x: Tensor, time: Tensor) -> Tensor:
            answer: Tensor = self.unet(x, time, return_dict=False, **words)[0]
            return answer

        return ask
