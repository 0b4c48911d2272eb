"""How well MMAudioSep separates recordings it never heard, and whether it can still generate.

The gain in SI-SDR over the untouched mixture, without a vocoder: what the network makes is a mel
spectrogram, and its share of the mixture's is what is cut out of the mixture. Letters in shapes: B
mixtures, N samples, F mel bands, M mel frames, L bins.
"""

from dataclasses import dataclass, replace

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
        n_draws: answers to each question, of which the mean counts. One alone has the chance of
            its noise in every cell.
    """

    batches: tuple[SepBatch, ...]
    loss: SepLoss
    n_steps: int = 10
    guidance: float = 2.0
    n_draws: int = 4

    @torch.no_grad()
    def scores(self, network: MMAudio) -> dict[str, float]:
        """Return losses held out, and for a network that separates the gain in SI-SDR in dB.

        "gain" is the median by the right words, "gain_quiet" that of mixtures in which the rest is
        louder, "gain_other_words" that by the words of another sound; "gain_one_draw" is of one
        answer alone. "generation_loss" is the loss where noise stands for the mixture.
        """
        if not network.config.mixture_dim:
            return {"generation_loss": self._loss(network, self.batches)}
        others = tuple(one._replace(words=_turned(one.words)) for one in self.batches)
        gains, is_quiet = self._gains(network, self.batches)
        single = replace(self, n_draws=1)
        return {
            "gain": float(gains.median()),
            "gain_quiet": float(gains[is_quiet].median()),
            "gain_other_words": float(self._gains(network, others)[0].median()),
            "gain_one_draw": float(single._gains(network, self.batches)[0].median()),
            "loss": self._loss(network, self.batches),
            "generation_loss": self._loss(network, [generating(one) for one in self.batches]),
        }

    def _loss(self, network: MMAudio, batches: "tuple[SepBatch, ...] | list[SepBatch]") -> float:
        chance = torch.Generator().manual_seed(0)
        return float(torch.cat([self.loss.each(network, one, chance) for one in batches]).mean())

    def _gains(self, network: MMAudio, batches: tuple[SepBatch, ...]) -> tuple[Tensor, Tensor]:
        """Return gains in dB, and in which mixtures the rest is louder; (B,) each, of all."""
        gains, is_quiet = [], []
        for batch in batches:
            wave = self.separated(network, batch)
            power = batch.target.square().mean(1)
            others = (batch.mixture - batch.target).square().mean(1)
            counts = (power > 1e-6) & (others > 1e-6)
            gain = si_sdr_db(wave, batch.target) - si_sdr_db(batch.mixture, batch.target)
            gains.append(gain[counts])
            is_quiet.append((power < others)[counts])
        return torch.cat(gains), torch.cat(is_quiet)

    def separated(self, network: MMAudio, batch: SepBatch) -> Tensor:
        """Return what was asked for, cut out of the mixtures: (B, N), on the CPU."""
        if not network.config.mixture_dim:
            raise ValueError("a network that only generates can't separate")
        shares = [self._share(network, batch, seed) for seed in range(self.n_draws)]
        return cut_by_mel(batch.mixture, torch.stack(shares).mean(0), self.loss.latents.mel)

    def _share(self, network: MMAudio, batch: SepBatch, seed: int) -> Tensor:
        """Return (B, F, M), 0 to 1, what of each mel band the network gives to the target."""
        chance = torch.Generator().manual_seed(seed)
        _end, mixture = self.loss.encoded(network, batch, chance)
        assert mixture is not None
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
        return (target_mel - mix_mel).clamp(max=0).exp()


def cut_by_mel(mixture: Tensor, share: Tensor, config: MelConfig) -> Tensor:
    """Return mixtures (B, N) with each mel band turned down to `share` (B, F, M), 0 to 1.

    Args:
        mixture: at the rate of `config`.
        share: of magnitudes.
        config: of the mel spectrogram.
    """
    filters = MelSpectrogram(config).filters  # (F, L)
    spread = filters / filters.sum(0).clamp(min=_TINY)
    share = torch.einsum("fl,bfm->blm", spread, share)
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
