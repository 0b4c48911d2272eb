"""CLAP tells how well sounds fit words: the library's own numbers, the same each time."""

import json
from collections.abc import Iterator

import numpy as np
import pytest
import torch

from core.errors import EngineError, ModelError
from core.progress import Cancelled, CancelToken
from core.separation import clap_score
from core.separation.clap_score import ClapScorer
from core.store.places import models_folder
from tests.helpers.finders import install_clap
from tests.helpers.sounds import clip, noise, tone


@pytest.fixture(scope="module")
def scorer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClapScorer]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLOIST_HOME", str(tmp_path_factory.mktemp("installed")))
        install_clap(models_folder())
        yield clap_score.build("cpu")


SOUNDS = [clip(tone(440, 1.0, 48_000), 48_000), clip(noise(2.0, 48_000), 48_000)]


def test_each_text_is_scored_against_each_sound(scorer):
    scores = scorer.scores(["dog", "a tone", "rain"], SOUNDS, cancel=CancelToken())

    assert (scores.shape, scores.dtype) == ((3, 2), np.float32)
    assert (np.abs(scores) <= 1.0 + 1e-6).all()
    assert np.ptp(scores) > 1e-3


def test_the_scores_are_those_of_the_library(scorer):
    mono = SOUNDS[0].samples[0]
    inputs = {
        **scorer.extractor(
            [mono], truncation="rand_trunc", sampling_rate=48_000, return_tensors="pt"
        ),
        **scorer.tokenizer(["a tone"], return_tensors="pt"),
    }
    inputs["input_features"] = inputs["input_features"].float()
    with torch.inference_mode():
        answer = scorer.network(**inputs)
    wanted = float(answer.text_embeds[0] @ answer.audio_embeds[0])

    found = scorer.scores(["a tone"], SOUNDS[:1], cancel=CancelToken())

    assert found[0, 0] == pytest.approx(wanted, abs=1e-5)


def test_the_best_of_some_candidates_is_picked(scorer):
    scores = scorer.scores(["a tone"], SOUNDS, cancel=CancelToken())[0]

    assert scorer.best("a tone", SOUNDS, cancel=CancelToken()) == int(scores.argmax())
    assert scorer.best("a tone", SOUNDS[::-1], cancel=CancelToken()) == 1 - int(scores.argmax())


def test_long_sound_is_scored_by_all_of_it_and_the_same_each_time(scorer):
    quiet = np.zeros((1, 12 * 48_000), np.float32)
    late = quiet.copy()
    late[:, 11 * 48_000 :] = noise(1.0, 48_000)

    first, again, other = (
        scorer.scores(["rain"], [clip(samples, 48_000)], cancel=CancelToken())[0, 0]
        for samples in (late, late, quiet)
    )

    assert first == again
    assert first != other


@pytest.mark.parametrize(("rate_hz", "n_channels"), [(44_100, 2), (16_000, 1), (48_000, 6)])
def test_sound_of_any_rate_and_channels_is_scored(scorer, rate_hz, n_channels):
    sound = clip(tone(440, 1.0, rate_hz, n_channels), rate_hz)

    scores = scorer.scores(["a tone"], [sound, SOUNDS[0]], cancel=CancelToken())

    assert scores[0, 0] == pytest.approx(scores[0, 1], abs=0.05)


@pytest.mark.parametrize("n_samples", [0, 1, 10, 480_001])
def test_sound_of_odd_length_is_scored(scorer, n_samples):
    sound = clip(np.zeros((1, n_samples), np.float32), 48_000)

    assert np.isfinite(scorer.scores(["rain"], [sound], cancel=CancelToken())).all()


def test_more_words_than_the_network_reads_are_cut(scorer):
    assert np.isfinite(scorer.scores(["rain " * 200], SOUNDS[:1], cancel=CancelToken())).all()


def test_scoring_can_be_cancelled(scorer):
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        scorer.scores(["rain"], SOUNDS, cancel=cancel)


def test_numbers_that_are_none_are_an_error():
    install_clap(models_folder())
    scorer = clap_score.build("cpu")
    scorer.network.audio_projection.linear2.bias.data.fill_(float("nan"))

    with pytest.raises(EngineError):
        scorer.scores(["rain"], SOUNDS[:1], cancel=CancelToken())


def test_a_scorer_that_is_not_installed_says_what_goes_where():
    with pytest.raises(ModelError) as refused:
        clap_score.build("cpu")

    assert "models/clap-htsat-unfused" in refused.value.advice


def test_a_clap_with_fusion_is_refused():
    folder = install_clap(models_folder())
    config = json.loads((folder / "config.json").read_text())
    config["audio_config"]["enable_fusion"] = True
    (folder / "config.json").write_text(json.dumps(config))

    with pytest.raises(ModelError):
        clap_score.build("cpu")
