"""AudioLDM, in the layout of `diffusers`, as a model that ZeroSep can separate with."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn
from torch.nn import functional as nnf
from transformers import ClapTextModelWithProjection, RobertaTokenizer

from core.nn.samplers.inversion import NoiseLadder
from core.nn.samplers.stepping import Network
from core.separation.zerosep_ladder import ddim_ladder
from core.separation.zerosep_mel import MelSound
from core.separation.zerosep_model import Part, SoundForm, Words

LONGEST_S = 10.24
"""What AudioLDM was taught with, and AudioLDM 2 as well."""

SHORTEST_S = 4.0

PEAK = 0.5
"""Both were taught with sounds whose loudest sample is at half of full scale."""


@dataclass(frozen=True, slots=True, eq=False)
class AudioLdm:
    """AudioLDM (Liu et al. 2023): words are one vector of CLAP, given like a class.

    Attributes:
        sound: between waves and latents.
        text_encoder: CLAP's.
        tokenizer: of it.
        unet: a `UNet2DConditionModel`, which hears the words as `class_labels`.
        schedule: the config of its scheduler.
    """

    sound: MelSound
    text_encoder: ClapTextModelWithProjection
    tokenizer: RobertaTokenizer
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
        tokens = self.tokenizer(text, truncation=True, return_tensors="pt").to(self.unet.device)
        embedded = self.text_encoder(**tokens).text_embeds
        return {"class_labels": nnf.normalize(embedded, dim=-1)}

    def network(self, words: Words) -> Network:
        def ask(x: Tensor, time: Tensor) -> Tensor:
            answer: Tensor = self.unet(
                x, time, encoder_hidden_states=None, return_dict=False, **words
            )[0]
            return answer

        return ask


def form_of(sound: MelSound) -> SoundForm:
    """Return the sound that both were taught with."""
    return SoundForm(sound.mel.sample_rate_hz, 1, LONGEST_S, SHORTEST_S, sound.band_hz, PEAK)
