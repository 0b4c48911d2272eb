"""How well MMAudioSep separates recordings it never heard, and whether it can still generate.

The gain in SI-SDR over the untouched mixture, without a vocoder: what the network makes is a mel
spectrogram, and its share of the mixture's is what is cut out of the mixture. Letters in shapes: B
mixtures, N samples, F mel bands, M mel frames, L bins.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as nnf

from core.nn.mmaudio.guidance import guided
from core.nn.mmaudio.mel import MelConfig, MelSpectrogram
from core.nn.mmaudio.network import MMAudio
from core.nn.samplers.flow import FlowSampler
from core.nn.samplers.stepping import seeded_noise
from core.training.mini_validation import si_sdr_db
from core.training.sep_mixer import SepBatch
from core.training.sep_objective import SepLoss, generating

_TINY = 1e-8


@dataclass(frozen=True, slots=True, eq=False)
class SepValidation:
    """Mixtures that stay the same, and their scores under a network.

    Attributes:
        batches: held out.
        loss: how sound and words become what the network hears.
        n_steps: of the flow.
        guidance: strength of it.
    """

    batches: tuple[SepBatch, ...]
    loss: SepLoss
    n_steps: int = 10
    guidance: float = 1.0

    @torch.no_grad()
    def scores(self, network: MMAudio) -> dict[str, float]:
        """Return losses held out, and for a network that separates the gain in SI-SDR in dB.

        "gain" is the median by the right words, "gain_other_words" by those of another sound;
        "generation_loss" is the loss where noise stands for the mixture.
        """
        if not network.config.mixture_dim:
            return {"generation_loss": self._loss(network, self.batches)}
        others = tuple(one._replace(words=_turned(one.words)) for one in self.batches)
        return {
            "gain": self._gain(network, self.batches),
            "gain_other_words": self._gain(network, others),
            "loss": self._loss(network, self.batches),
            "generation_loss": self._loss(network, [generating(one) for one in self.batches]),
        }

    def _loss(self, network: MMAudio, batches: "tuple[SepBatch, ...] | list[SepBatch]") -> float:
        chance = torch.Generator().manual_seed(0)
        return float(torch.cat([self.loss.each(network, one, chance) for one in batches]).mean())

    def _gain(self, network: MMAudio, batches: tuple[SepBatch, ...]) -> float:
        gains = []
        for batch in batches:
            wave = self.separated(network, batch)
            rest = batch.mixture - batch.target
            counts = (batch.target.square().mean(1) > 1e-6) & (rest.square().mean(1) > 1e-6)
            gain = si_sdr_db(wave, batch.target) - si_sdr_db(batch.mixture, batch.target)
            gains.append(gain[counts])
        return float(torch.cat(gains).median())

    def separated(self, network: MMAudio, batch: SepBatch) -> Tensor:
        """Return what was asked for, cut out of the mixtures: (B, N), on the CPU."""
        chance = torch.Generator().manual_seed(0)
        _end, mixture = self.loss.encoded(network, batch, chance)
        if mixture is None:
            raise ValueError("a network that only generates can't separate")
        features = self.loss.features(network, batch.words, None)
        known, empty = (
            network.conditions(one, mixture.shape[1], mixture)
            for one in (features, network.empty_like(features))
        )
        field = guided(network, known, empty, self.guidance)
        start = seeded_noise(chance)(mixture)
        end = FlowSampler(self.n_steps, time_scale=1).sample(field, start)
        mels = (self.loss.latents.decode(network.unnormalised(one)) for one in (end, mixture))
        target_mel, mix_mel = (one.cpu() for one in mels)
        config = self.loss.latents.mel
        return cut_by_mel(batch.mixture, target_mel - mix_mel, config)


def cut_by_mel(mixture: Tensor, log_share: Tensor, config: MelConfig) -> Tensor:
    """Return mixtures (B, N) with each mel band turned down by `log_share` (B, F, M).

    Args:
        mixture: at the rate of `config`.
        log_share: natural logarithm of a magnitude over the mixture's; above 0 counts as 0.
        config: of the mel spectrogram.
    """
    filters = MelSpectrogram(config).filters  # (F, L)
    spread = filters / filters.sum(0).clamp(min=_TINY)
    share = torch.einsum("fl,bfm->blm", spread, log_share.clamp(max=0).exp())
    window = torch.hann_window(config.window_samples)
    sizes = config.window_samples, config.hop_samples
    spectrum = torch.stft(mixture, *sizes, window=window, return_complex=True)  # (B, L, M + 1)
    # The frames of the mel spectrogram lie half a hop later than these.
    share = nnf.interpolate(share, size=spectrum.shape[-1], mode="linear", align_corners=False)
    return torch.istft(spectrum * share, *sizes, window=window, length=mixture.shape[1])


def _turned(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return for each the next other text."""
    distinct = sorted(set(words))
    after = dict(zip(distinct, [*distinct[1:], distinct[0]], strict=True))
    return tuple(after[one] for one in words)
