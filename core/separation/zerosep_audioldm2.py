"""AudioLDM 2, in the layout of `diffusers`, as a model that ZeroSep can separate with.

Letters in shapes: L tokens, D width of the language model.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from transformers import ClapModel, GPT2Model, RobertaTokenizer, T5EncoderModel, T5Tokenizer

from core.separation.zerosep_mel_model import MelModel
from core.separation.zerosep_model import Part, Words

N_GENERATED = 8
"""Tokens of "language of audio" that the language model makes of words, as published."""


@dataclass(frozen=True, slots=True, eq=False)
class WordReader:
    """How AudioLDM 2 hears words: CLAP and T5 read them, a GPT-2 makes of it how they sound.

    The way through the language model is our own: that of `diffusers` relies on what `transformers`
    is about to remove, and needs a class other than the one the folders name. So few tokens need
    no cache.

    Attributes:
        clap: its text half alone is used.
        clap_tokenizer: of it.
        t5: reads the words once more.
        t5_tokenizer: of it.
        projection: an `AudioLDM2ProjectionModel`; lays both readings side by side.
        language: continues them.
    """

    clap: ClapModel
    clap_tokenizer: RobertaTokenizer
    t5: T5EncoderModel
    t5_tokenizer: T5Tokenizer
    projection: Part
    language: GPT2Model

    @property
    def parts(self) -> tuple[nn.Module, ...]:
        return self.clap, self.t5, self.projection, self.language

    def read(self, text: str) -> Words:
        """Return what the U-Net hears of `text`."""
        device = self.t5.device
        short = self.clap_tokenizer(text, truncation=True, return_tensors="pt").to(device)
        long = self.t5_tokenizer(text, truncation=True, return_tensors="pt").to(device)
        meaning: Tensor = self.clap.get_text_features(**short).pooler_output[:, None]  # (1, 1, d)
        read: Tensor = self.t5(**long).last_hidden_state  # (1, L, d)
        both = self.projection(
            hidden_states=meaning,
            hidden_states_1=read,
            attention_mask=long.attention_mask.new_ones(1, 1),
            attention_mask_1=long.attention_mask,
        )
        return {
            "encoder_hidden_states": self._continued(both.hidden_states),
            "encoder_hidden_states_1": read,
            "encoder_attention_mask_1": long.attention_mask,
        }

    def _continued(self, heard: Tensor) -> Tensor:
        """Return (1, `N_GENERATED`, D), what the language model goes on with after (1, L, D)."""
        for _ in range(N_GENERATED):
            states: Tensor = self.language(inputs_embeds=heard).last_hidden_state
            heard = torch.cat((heard, states[:, -1:]), 1)
        return heard[:, -N_GENERATED:]


@dataclass(frozen=True, slots=True, eq=False)
class AudioLdm2(MelModel):
    """AudioLDM 2 (Liu et al. 2024).

    Attributes:
        reader: of words.

    The U-Net is an `AudioLDM2UNet2DConditionModel`, which hears the words in two ways.
    """

    reader: WordReader

    @property
    def parts(self) -> tuple[nn.Module, ...]:
        return self.sound.vae, self.sound.vocoder, *self.reader.parts, self.unet

    def read(self, text: str, length_s: float) -> Words:  # noqa: ARG002 - any length alike
        return self.reader.read(text)
