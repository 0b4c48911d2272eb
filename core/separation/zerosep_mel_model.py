"""What AudioLDM, AudioLDM 2 and Tango share: latents of mel spectrograms, a U-Net, its schedule."""

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from core.nn.samplers.inversion import NoiseLadder
from core.nn.samplers.stepping import Network
from core.separation.zerosep_ladder import ddim_ladder
from core.separation.zerosep_mel import MelSound
from core.separation.zerosep_model import Part, SoundForm, Words

LONGEST_S = 10.24
"""What they were taught with."""

SHORTEST_S = 4.0

PEAK = 0.5
"""They were taught with sounds whose loudest sample is at half of full scale."""


@dataclass(frozen=True, slots=True, eq=False)
class MelModel:
    """All of a `SoundModel` but how it hears words.

    Attributes:
        sound: between waves and latents.
        unet: of `diffusers`; asked with the words by name.
        schedule: the config of its scheduler.
    """

    sound: MelSound
    unet: Part
    schedule: dict[str, Any]

    @property
    def form(self) -> SoundForm:
        mel = self.sound.mel
        return SoundForm(mel.sample_rate_hz, 1, LONGEST_S, SHORTEST_S, self.sound.band_hz, PEAK)

    def ladder(self, n_steps: int) -> NoiseLadder:
        return ddim_ladder(self.schedule, n_steps)

    def encode(self, waves: Tensor) -> Tensor:
        return self.sound.encode(waves)

    def decode(self, latent: Tensor, n_samples: int) -> Tensor:
        return self.sound.decode(latent, n_samples)

    def network(self, words: Words) -> Network:
        def ask(x: Tensor, time: Tensor) -> Tensor:
            answer: Tensor = self.unet(x, time, return_dict=False, **words)[0]
            return answer

        return ask
