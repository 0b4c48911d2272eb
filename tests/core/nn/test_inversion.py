"""Latents go into the noise and come back, with networks that know the true answer.

For latents from a normal distribution of mean m and deviation s, what is heard at level ᾱ is normal
too, of mean √ᾱ m and variance V = ᾱ s² + 1 − ᾱ, and the noise in x is √(1−ᾱ) (x − √ᾱ m) / V.
"""

import itertools
import math
from dataclasses import replace

import pytest
import torch

from core.nn.samplers.inversion import (
    NoiseLadder,
    guided,
    invert_ddim,
    invert_ddpm,
    lower_rungs,
    reverse_ddim,
    reverse_ddpm,
)
from core.nn.samplers.stepping import seeded_noise

S = 0.25
"""Deviation of every latent here."""


def _ladder(n_steps=50):
    """The schedule of AudioLDM: a thousand steps, of which some are taken."""
    roots = torch.linspace(0.0015**0.5, 0.0195**0.5, 1000, dtype=torch.float64)
    kept = (1 - roots**2).cumprod(0).tolist()
    times = [1 + place * (1000 // n_steps) for place in range(n_steps)]
    times = [min(time, 999) for time in times]
    return NoiseLadder(tuple(map(float, times)), tuple(kept[time] for time in times), end=kept[0])


def _kept(ladder, time):
    return ladder.kept[ladder.times.index(float(time))]


def _normal(ladder, mean):
    """Hears the noise in latents of that mean."""

    def ask(x, time):
        kept = _kept(ladder, time)
        spread = kept * S**2 + 1 - kept
        return (1 - kept) ** 0.5 * (x - kept**0.5 * mean) / spread

    return ask


def _two_kinds(ladder, loud):
    """Hears the noise in latents that are near 0 as often as near `loud`."""

    def ask(x, time):
        kept = _kept(ladder, time)
        spread = kept * S**2 + 1 - kept
        middle = kept**0.5 * loud
        is_loud = torch.sigmoid(middle * (x - middle / 2) / spread)
        return (1 - kept) ** 0.5 * (x - middle * is_loud) / spread

    return ask


def _curved(x, time):
    return torch.tanh(1.3 * x + time / 1000) + 0.1 * x.roll(1, -1)


def _latent(seed=0, shape=(1, 4, 6, 5)):
    return 0.8 * torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def _noise(seed=1):
    return seeded_noise(torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction", "sample"])
@pytest.mark.parametrize(("n_steps", "eta"), [(10, 1.0), (50, 1.0), (50, 0.5)])
def test_ddpm_brings_back_the_latent_with_the_same_words(prediction, n_steps, eta):
    ladder, clean = replace(_ladder(n_steps), prediction=prediction), _latent()

    path = invert_ddpm(_curved, clean, ladder, noise=_noise(), eta=eta)

    # The same sums in the same order, but for the noise that is added back: rounding alone.
    torch.testing.assert_close(reverse_ddpm(_curved, path, ladder), clean, atol=2e-6, rtol=0)


def test_without_the_last_noise_as_published_the_finest_detail_is_lost():
    ladder, clean = _ladder(), _latent()
    path = invert_ddpm(_curved, clean, ladder, noise=_noise())

    error = (reverse_ddpm(_curved, path.without_last_noise(), ladder) - clean).abs().max()

    # No more than the noise of the lowest rung can hide: a few times sqrt(1 - ᾱ), which is 0.055.
    assert 0.01 < error < 5 * (1 - ladder.kept[0]) ** 0.5


def test_guidance_0_gives_back_the_mix_whatever_the_words():
    ladder, mix = _ladder(), _latent()
    back = guided(_curved, lambda x, time: 5 * x, 0.0)

    path = invert_ddpm(_curved, mix, ladder, noise=_noise())

    torch.testing.assert_close(reverse_ddpm(back, path, ladder), mix, atol=2e-6, rtol=0)


def _ddim_error(n_steps):
    ladder, clean = _ladder(n_steps), _latent()
    ear = _two_kinds(ladder, 1.5)
    return float((reverse_ddim(ear, invert_ddim(ear, clean, ladder), ladder) - clean).abs().max())


def test_ddim_brings_back_the_latent_within_an_error_that_falls_with_the_steps():
    # Latents up to 2.7 from a distribution with two peaks, which bends the way the most. Measured:
    # 0.37, 0.27, 0.17, 0.08.
    for n_steps, bound in ((50, 0.40), (100, 0.30), (200, 0.20), (500, 0.10)):
        assert _ddim_error(n_steps) < bound


@pytest.mark.parametrize("guidance", [0.0, 0.3, 1.0])
def test_ddpm_moves_normal_latents_from_one_mean_to_the_other_as_theory_says(guidance):
    """Moving x by √ᾱ Δ and the mean by Δ leaves the noise that is heard as it was.

    A step down is μ(x) = A x + (terms without x), so the distance of the way back from such a moved
    way shrinks by A a step. At the top it is −√ᾱ_T Δ (both ways start from the same x), at the
    lower end the moved way is √ᾱ_end Δ away: together Δ (√ᾱ_end − √ᾱ_T Π A). Guidance ω of two
    networks that are linear in their means is the network of the mean in between, Δ = ω (b − a).
    """
    ladder, mix = _ladder(), _latent()
    first, second = -0.4, 1.1
    a, b = _normal(ladder, first), _normal(ladder, second)

    path = invert_ddpm(a, mix, ladder, noise=_noise())
    moved = reverse_ddpm(guided(a, b, guidance), path, ladder) - mix

    shrunk = 1.0
    for rung in range(len(ladder)):
        kept, below = ladder.kept[rung], ladder.below(rung)
        slope = (1 - kept) ** 0.5 / (kept * S**2 + 1 - kept)  # of the noise that is heard, by x
        direction = (1 - below - ladder.variance(rung)) ** 0.5
        from_noise = direction - below**0.5 * (1 - kept) ** 0.5 / kept**0.5
        shrunk *= (below / kept) ** 0.5 + from_noise * slope
    wanted = guidance * (second - first) * (ladder.end**0.5 - ladder.kept[-1] ** 0.5 * shrunk)
    torch.testing.assert_close(moved, torch.full_like(mix, wanted), atol=1e-4, rtol=0)
    # For the reader: nearly all of the way, since the top of the ladder holds almost no latent.
    assert wanted == pytest.approx(guidance * 1.5, abs=0.05)


def test_ddim_separates_two_sources_as_theory_says():
    """Two places of the latent; each holds its own source (near 2) or silence (near 0).

    Without words each place may be either, half and half; the words for source A say that its
    place is loud and that of B silent. Coming back in small steps follows an ordinary differential
    equation, which in one dimension moves no latent past another: what stands at a quantile of the
    one distribution ends at the same quantile of the other. So x becomes m + s Φ⁻¹(F(x)), where
    F(x) = ½ Φ(x / s) + ½ Φ((x − 2) / s). For a mix in the middle of both, x = 2, F is 3/4, and
    both places end 0.674 s above their means: at 2.17 for A and 0.17 for B, which is gone but for
    that.
    """
    loud, ladder = 2.0, _ladder(500)
    steps = torch.linspace(-1.5, 1.5, 7) * S
    mix = torch.stack((loud + steps, loud + steps))[None]  # (1, place, example)
    words = torch.tensor([loud, 0.0])[:, None]

    top = invert_ddim(_two_kinds(ladder, loud), mix, ladder)
    target = reverse_ddim(_normal(ladder, words), top, ladder)

    normal = torch.distributions.Normal(0.0, 1.0)
    share = 0.5 * normal.cdf(mix / S) + 0.5 * normal.cdf((mix - loud) / S)
    wanted = words + S * normal.icdf(share)
    # Measured: 0.028 s. The steps are small but not infinitely so, and the top still holds 3 % of
    # the mix.
    torch.testing.assert_close(target, wanted, atol=0.04 * S, rtol=0)


def test_ddpm_separates_two_sources():
    loud, ladder = 2.0, _ladder(200)
    mix = loud + S * torch.randn((1, 2, 200), generator=torch.Generator().manual_seed(3))
    words = torch.tensor([loud, 0.0])[:, None]

    path = invert_ddpm(_two_kinds(ladder, loud), mix, ladder, noise=_noise())
    target = reverse_ddpm(_normal(ladder, words), path, ladder)

    kept, gone = target[0, 0], target[0, 1]
    assert abs(float(kept.mean()) - loud) < 0.5 * S
    assert abs(float(gone.mean())) < 0.5 * S
    # What is kept still is that mix, not a new sound.
    assert float(torch.corrcoef(torch.stack((kept, mix[0, 0])))[0, 1]) > 0.9


def test_guidance_moves_steadily_from_the_mix_to_the_target():
    ladder, mix = _ladder(), _latent()
    a, b = _two_kinds(ladder, 1.5), _normal(ladder, 0.0)
    path = invert_ddpm(a, mix, ladder, noise=_noise())

    away = [
        float((reverse_ddpm(guided(a, b, weight), path, ladder) - mix).norm())
        for weight in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]

    assert away[0] < 1e-4
    assert all(later > earlier for earlier, later in itertools.pairwise(away))


@pytest.mark.parametrize(("weight", "n_asked"), [(0.0, (10, 0)), (1.0, (0, 10)), (0.5, (10, 10))])
def test_nobody_is_asked_in_vain(weight, n_asked):
    counts = [0, 0]

    def counting(place):
        def ask(x, time):
            counts[place] += 1
            return _curved(x, time)

        return ask

    reverse_ddim(guided(counting(0), counting(1), weight), _latent(), _ladder(10))

    assert tuple(counts) == n_asked


def test_starting_lower_keeps_more_of_the_mix():
    ladder, mix = _ladder(), _latent()
    away = []
    for n_rungs in (5, 20, 50):
        part = lower_rungs(ladder, n_rungs)
        path = invert_ddpm(_normal(part, 0.0), mix, part, noise=_noise())
        away.append(float((reverse_ddpm(_normal(part, 1.0), path, part) - mix).norm()))

    assert away[0] < away[1] < away[2]


def test_the_latent_that_is_handed_in_stays_as_it_was():
    clean = _latent()
    before = clean.clone()

    path = invert_ddpm(_curved, clean, _ladder(10), noise=_noise())
    reverse_ddpm(_curved, path, _ladder(10))
    reverse_ddim(_curved, invert_ddim(_curved, clean, _ladder(10)), _ladder(10))

    assert torch.equal(clean, before)


def test_every_step_is_told_and_may_stop_the_rest():
    ladder, told = _ladder(10), []

    def stop_at_the_third(done, total, _x):
        told.append((done, total))
        if done == 3:
            raise InterruptedError

    for way in (invert_ddim, reverse_ddim):
        told.clear()
        with pytest.raises(InterruptedError):
            way(_curved, _latent(), ladder, stop_at_the_third)
        assert told == [(1, 10), (2, 10), (3, 10)]


def test_a_step_from_the_lowest_rung_of_a_schedule_without_noise_below_is_possible():
    ladder = replace(_ladder(10), end=1.0)
    clean = _latent()

    path = invert_ddpm(_curved, clean, ladder, noise=_noise())

    assert ladder.variance(0) == 0.0
    torch.testing.assert_close(reverse_ddpm(_curved, path, ladder), clean, atol=2e-6, rtol=0)


def test_a_ladder_without_rungs_or_of_unequal_lists_is_a_mistake():
    with pytest.raises(ValueError, match="no ladder"):
        NoiseLadder((), ())
    with pytest.raises(ValueError, match="no ladder"):
        NoiseLadder((1.0,), (0.5, 0.4))


def test_the_end_of_the_schedule_is_nearly_all_noise():
    assert math.sqrt(_ladder(50).kept[-1]) < 0.04
