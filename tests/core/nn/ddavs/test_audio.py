import numpy as np
import torch
from torchaudio.functional import resample
from transformers import ClapFeatureExtractor

from core.nn.ddavs.audio import HearingEncoder, HtsatEncoder, audio_encoder
from core.nn.ddavs.config import HtsatConfig
from core.nn.hearing import HearingConfig
from tests.helpers.sounds import noise, tone

TINY_HEARING = HearingConfig(channels=(4, 4, 8, 8, 8), prompt_dim=16)
TINY_HTSAT = HtsatConfig(width=8, depths=(1, 1, 1, 1), n_heads=(1, 1, 2, 2))


def second(sound: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.asarray(sound[:1, :16_000], np.float32))


def test_a_second_of_sound_becomes_a_grid_of_tokens():
    encoder = audio_encoder(TINY_HEARING).eval()

    tokens = encoder(second(tone(440, 1.0)))

    assert tokens.shape == (1, 64, 16)  # 8 heights of 8 moments
    assert encoder.embedding(second(tone(440, 1.0))).shape == (1, 16)


def test_how_loud_a_clip_is_changes_nothing_until_it_is_silence():
    encoder = HearingEncoder(TINY_HEARING).eval()
    wave = second(noise(1.0, seed=1))

    loud, quiet, silent = (encoder(wave * gain) for gain in (1.0, 0.2, 1e-5))

    torch.testing.assert_close(loud, quiet, atol=1e-4, rtol=1e-3)
    nothing = encoder(torch.zeros(1, 16_000))
    assert (silent - nothing).abs().max() < (loud - nothing).abs().max() / 10


def test_htsat_hears_the_levels_that_its_weights_were_made_for():
    encoder = HtsatEncoder(TINY_HTSAT)
    wave = second(noise(1.0, seed=2)) * 0.1
    at_48k = resample(wave, 16_000, 48_000)

    ours = encoder.levels(wave)

    extractor = ClapFeatureExtractor(truncation="rand_trunc", padding="pad", max_length_s=1)
    theirs = extractor(at_48k[0].numpy(), sampling_rate=48_000, return_tensors="pt")
    theirs = theirs["input_features"][0]  # (1, T, bands)
    n = min(theirs.shape[1], ours.shape[2])
    assert abs(theirs.shape[1] - ours.shape[2]) <= 1
    torch.testing.assert_close(ours[0, :, : n - 3], theirs[:, : n - 3], atol=2e-2, rtol=0)


def test_htsat_gives_tokens_of_its_last_stage():
    encoder = HtsatEncoder(TINY_HTSAT).eval()

    tokens = encoder(second(tone(440, 1.0)))

    assert tokens.shape == (1, 64, 64)
    assert encoder.width == 64
