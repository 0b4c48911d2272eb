"""Naming sounds: evidence for words, frame by frame, that prompts of any kind are compared with."""

import pytest
import torch

from core.nn.hearing import BINS_PER_STEP, FRAMES_PER_STEP, Hearing, HearingConfig, pooled
from core.nn.mini import TAG_BIAS, MiniNetwork
from tests.core.nn.test_mini import SMALL

TOY = HearingConfig(channels=(4, 6, 8, 8, 12), prompt_dim=8)


@pytest.fixture
def hearing() -> Hearing:
    torch.manual_seed(0)
    return Hearing(TOY).eval()


def test_features_lie_on_a_coarse_grid(hearing):
    with torch.no_grad():
        features = hearing(torch.rand(2, 1, 3 * BINS_PER_STEP, 5 * FRAMES_PER_STEP))

    assert features.shape == (2, 8, 3, 5)


def test_evidence_for_all_words_holds_that_of_each(hearing):
    words = torch.randn(4, 8)
    with torch.no_grad():
        features = hearing(torch.rand(2, 1, 64, 16))
        each = [hearing.evidence(features, word.expand(2, -1)) for word in words]

        torch.testing.assert_close(hearing.evidence_of_all(features, words), torch.cat(each, 1))


def test_evidence_of_a_mixture_of_words_is_the_mixture_of_their_evidence(hearing):
    """So that a picture's doubtful answer is heard as doubtfully."""
    words = torch.randn(2, 8)
    with torch.no_grad():
        features = hearing(torch.rand(1, 1, 64, 16))
        one, other = hearing.evidence_of_all(features, words)[0]

        torch.testing.assert_close(
            hearing.evidence(features, 0.3 * words[:1] + 0.7 * words[1:])[0, 0],
            0.3 * one + 0.7 * other,
        )


def test_high_and_low_are_told_apart(hearing):
    low, high = torch.zeros(2, 1, 1, 64, 16)
    low[..., 8:12, :], high[..., 40:44, :] = 1, 1

    with torch.no_grad():
        assert not torch.allclose(hearing(low).mean((2, 3)), hearing(high).mean((2, 3)), atol=1e-4)


def test_over_frequency_the_strongest_evidence_counts():
    evidence = torch.zeros(1, 2, 8, 3)
    evidence[0, 1, 5, 2] = 20.0

    tags = pooled(evidence)

    assert tags.shape == (1, 2, 3)
    torch.testing.assert_close(tags[0, 0], torch.zeros(3))
    assert 17 < tags[0, 1, 2] <= 20


def test_without_evidence_no_word_is_believed_to_sound():
    network = MiniNetwork(SMALL).eval()
    with torch.no_grad():
        network.words.weight.zero_()
        heard = network.listen(torch.rand(1, 1, 32, 16))

    assert heard.tags.shape == (1, 3, 2)
    torch.testing.assert_close(heard.tags, torch.full((1, 3, 2), TAG_BIAS))
