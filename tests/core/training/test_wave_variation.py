import math

import pytest
import torch

from core.training.wave_variation import WaveVariation, varied_waves

NOTHING = WaveVariation(0, 0, 0, ratio=1.0, least_noise_ratio_db=200, most_noise_ratio_db=200)


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def tones(n: int = 2) -> torch.Tensor:
    time_s = torch.arange(16_000) / 16_000
    return torch.stack([0.3 * torch.sin(2 * math.pi * 440 * k * time_s) for k in range(1, n + 1)])


def peak_hz(wave: torch.Tensor) -> float:
    window = torch.hann_window(len(wave))
    size = 8 * len(wave)
    return float(torch.fft.rfft(wave * window, size).abs().argmax()) * 16_000 / size


def test_the_same_chance_gives_the_same_sound():
    first, again = varied_waves(tones(), chance()), varied_waves(tones(), chance())

    torch.testing.assert_close(first, again)
    assert not torch.allclose(first, varied_waves(tones(), chance(1)))
    assert first.shape == tones().shape


def test_a_variation_of_nothing_changes_nothing_but_the_edges():
    varied = varied_waves(tones(), chance(), NOTHING)

    torch.testing.assert_close(varied[:, 800:-800], tones()[:, 800:-800], atol=5e-3, rtol=0)


@pytest.mark.parametrize("seed", range(4))
def test_pitch_moves_by_no_more_than_150_cents_and_the_length_stays(seed):
    only = WaveVariation(0, 0, 150, ratio=1.0, least_noise_ratio_db=200, most_noise_ratio_db=200)

    varied = varied_waves(tones(1), chance(seed), only)

    drawn = float(torch.rand((), generator=chance(seed))) * 2 - 1
    moved = 1200 * math.log2(peak_hz(varied[0]) / 440)
    assert moved == pytest.approx(150 * drawn, abs=6)
    assert varied.shape == (1, 16_000)


def test_noise_lies_10_to_20_db_below():
    only = WaveVariation(0, 0, 0, ratio=1.0)

    for seed in range(4):
        noise = varied_waves(tones(), chance(seed), only) - varied_waves(
            tones(), chance(seed), NOTHING
        )
        ratio = tones().square().mean(1) / noise.square().mean(1)
        assert ((10 * ratio.log10() > 9) & (10 * ratio.log10() < 21)).all()


def test_a_room_answers_after_the_sound():
    wave = torch.zeros(1, 16_000)
    wave[0, 1000] = 0.5
    only = WaveVariation(20, 40, 0, ratio=1.0, least_noise_ratio_db=200, most_noise_ratio_db=200)

    varied = varied_waves(wave, chance(), only)

    assert varied[0, :500].abs().max() < 1e-3
    early, late = varied[0, 1100:3000].square().sum(), varied[0, 10_000:].square().sum()
    assert early > 100 * late > 0


def test_the_compressor_brings_loud_and_quiet_nearer():
    wave = tones(1) * torch.linspace(0.05, 1, 16_000)
    only = WaveVariation(0, 0, 0, least_noise_ratio_db=200, most_noise_ratio_db=200)

    varied = varied_waves(wave, chance(), only)

    def range_db(one: torch.Tensor) -> float:
        return float(20 * (one[0, -4000:].std() / one[0, 4000:8000].std()).log10())

    assert range_db(varied) < range_db(wave) / 2


def test_silence_stays_finite():
    assert torch.isfinite(varied_waves(torch.zeros(1, 16_000), chance())).all()
