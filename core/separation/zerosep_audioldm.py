"""AudioLDM, in the layout of `diffusers`, as a model that ZeroSep can separate with."""

from dataclasses import dataclass

from torch import Tensor, nn
from torch.nn import functional as nnf
from transformers import ClapTextModelWithProjection, RobertaTokenizer

from core.nn.samplers.stepping import Network
from core.separation.zerosep_mel_model import MelModel
from core.separation.zerosep_model import Words


@dataclass(frozen=True, slots=True, eq=False)
class AudioLdm(MelModel):
    """AudioLDM (Liu et al. 2023): words are one vector of CLAP, given like a class.

    Attributes:
        text_encoder: CLAP's.
        tokenizer: of it.

    The U-Net is a `UNet2DConditionModel`, which hears the words as `class_labels`.
    """

    text_encoder: ClapTextModelWithProjection
    tokenizer: RobertaTokenizer

    @property
    def parts(self) -> tuple[nn.Module, ...]:
        return self.sound.vae, self.sound.vocoder, self.text_encoder, self.unet

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
