"""GroundingDINO and MM-GroundingDINO from a folder: boxes in frame pixels, strict and offline."""

import json
import socket
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import GroundingDinoProcessor

from core.detection import registry
from core.detection.captions import caption_of
from core.detection.grounding_dino import GroundingDino, _chosen
from core.detection.protocol import STRICT, USUAL, Thresholds
from core.domain.pictures import Frame
from core.errors import EngineError, ModelError, PromptError
from core.progress import Cancelled, CancelToken
from core.store.places import models_folder
from tests.helpers.finders import install_detector
from tests.helpers.pictures import moving_disc

NAMES = [info.name for info in registry.detectors()]
ANYTHING = Thresholds(0.0, 0.0)


@pytest.fixture(scope="module", params=NAMES)
def detector(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GroundingDino]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLOIST_HOME", str(tmp_path_factory.mktemp("installed")))
        install_detector(models_folder(), request.param)
        yield registry.build(request.param, "cpu")


@pytest.fixture
def frame() -> Frame:
    return Frame(moving_disc(1)[0][0], 77, 1.0)


def _asked(detector, frame, words, thresholds=ANYTHING):
    return detector.detect(frame, words, thresholds, cancel=CancelToken())


def test_boxes_lie_in_the_picture_on_the_frame_that_was_asked_about(detector, frame):
    findings = _asked(detector, frame, ["dog", "piano"])

    assert findings
    for finding in findings:
        box = finding.box
        assert 0 <= box.x0_px < box.x1_px <= 160
        assert 0 <= box.y0_px < box.y1_px <= 120
        assert box.pts == 77
        assert 0.0 < finding.score <= 1.0
        assert set(finding.phrase.split(", ")) <= {"dog", "piano"}
    scores = [finding.score for finding in findings]
    assert scores == sorted(scores, reverse=True)


def test_the_findings_are_among_those_of_the_library(detector, frame):
    findings = _asked(detector, frame, ["dog", "piano"])

    parts = detector._parts
    processor = GroundingDinoProcessor(parts.pictures, parts.tokenizer)
    inputs = processor(
        images=torch.from_numpy(frame.pixels).permute(2, 0, 1),
        text="dog. piano.",
        return_tensors="pt",
    )
    with torch.inference_mode():
        outputs = parts.network(**inputs)
    (wanted,) = processor.post_process_grounded_object_detection(
        outputs, inputs["input_ids"], threshold=0.0, text_threshold=0.0, target_sizes=[(120, 160)]
    )
    theirs = wanted["boxes"].clamp(min=0).numpy()
    theirs = np.minimum(theirs, [160, 120, 160, 120])
    for finding in findings:
        box = finding.box
        ours = np.array([box.x0_px, box.y0_px, box.x1_px, box.y1_px])
        distances = np.abs(theirs - ours).max(axis=1)
        assert distances.min() < 1e-3
        # The library counts full stops and end marks as words too, so it is never less sure.
        assert wanted["scores"][int(distances.argmin())] >= finding.score - 1e-5


def test_a_higher_threshold_leaves_fewer_and_surer_findings(detector, frame):
    every = _asked(detector, frame, ["dog"])
    middle = (every[0].score + every[-1].score) / 2

    fewer = _asked(detector, frame, ["dog"], Thresholds(middle, 0.0))

    assert fewer == tuple(finding for finding in every if finding.score > middle)
    assert _asked(detector, frame, ["dog"], Thresholds(1.0, 0.0)) == ()


def test_thresholds_of_the_paper_and_the_usual_ones_are_at_hand():
    assert (STRICT.box, STRICT.text) == (0.7, 0.3)
    assert USUAL.box < STRICT.box
    with pytest.raises(ValueError, match="thresholds"):
        Thresholds(box=1.2)


def test_capitals_and_stops_do_not_matter(detector, frame):
    assert _asked(detector, frame, ["Dog!", "PIANO."]) == _asked(detector, frame, ["dog", "piano"])


def test_the_same_question_has_the_same_answer(detector, frame):
    assert _asked(detector, frame, ["dog"]) == _asked(detector, frame, ["dog"])


def test_the_frame_is_left_alone(detector, frame):
    before = frame.pixels.copy()

    _asked(detector, frame, ["dog"])

    np.testing.assert_array_equal(frame.pixels, before)


@pytest.mark.parametrize("size_px", [(3, 5), (500, 20)])
def test_a_picture_of_any_shape_can_be_searched(detector, size_px):
    pixels = np.random.default_rng(0).integers(0, 255, (*size_px, 3), np.uint8)

    for finding in _asked(detector, Frame(pixels, 0, 0.0), ["dog"]):
        assert finding.box.x1_px <= size_px[1]
        assert finding.box.y1_px <= size_px[0]


def test_more_words_than_the_network_reads_are_refused(detector, frame):
    with pytest.raises(PromptError) as refused:
        _asked(detector, frame, ["abcdefghij" * 10])

    assert "fewer" in refused.value.advice


def test_a_cancelled_search_finds_nothing(detector, frame):
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(Cancelled):
        detector.detect(frame, ["dog"], cancel=cancel)


def test_numbers_that_are_none_are_an_error(frame):
    install_detector(models_folder())
    detector = registry.build("grounding-dino-tiny", "cpu")
    detector._parts.network.bbox_embed[0].layers[0].bias.data.fill_(float("nan"))
    detector._parts.network.bbox_embed[-1].layers[0].bias.data.fill_(float("nan"))

    with pytest.raises(EngineError):
        _asked(detector, frame, ["dog"])


def test_scores_that_are_none_are_an_error_and_not_a_thing_that_is_nowhere(frame, monkeypatch):
    install_detector(models_folder())
    detector = registry.build("grounding-dino-tiny", "cpu")
    answer = detector._answer

    def unsure(pixels, tokens):
        boxes, scores = answer(pixels, tokens)
        return boxes, scores * float("nan")

    monkeypatch.setattr(detector, "_answer", unsure)

    with pytest.raises(EngineError):
        _asked(detector, frame, ["dog"])


def test_of_boxes_around_one_thing_the_surest_is_left_unless_they_answer_other_words():
    frame = Frame(np.zeros((100, 100, 3), np.uint8), 0, 0.0)
    boxes = torch.tensor(
        [[10.0, 10, 50, 50], [12, 11, 52, 50], [60, 60, 90, 95], [11, 10, 51, 51], [80, 5, 200, 20]]
    )
    scores = torch.tensor([[0.6, 0.1], [0.8, 0.1], [0.5, 0.4], [0.1, 0.7], [0.1, 0.9]])

    found = _chosen(boxes, scores, USUAL, frame, caption_of(["dog", "cat"]))

    assert [(round(one.score, 2), one.phrase) for one in found] == [
        (0.9, "cat"),
        (0.8, "dog"),
        (0.7, "cat"),
        (0.5, "dog, cat"),
    ]
    assert found[0].box.x1_px == 100.0  # cut off at the edge of the picture


def test_a_detector_that_is_not_installed_says_what_goes_where():
    with pytest.raises(ModelError) as refused:
        registry.build("grounding-dino-base", "cpu")

    assert "grounding-dino-base" in refused.value.advice


def test_the_best_installed_detector_is_the_default_and_else_the_one_to_get():
    assert registry.default().name == "grounding-dino-tiny"
    assert registry.default().needs

    install_detector(models_folder(), "grounding-dino-base")

    assert registry.default().name == "grounding-dino-base"
    assert not registry.default().needs


def test_an_unknown_detector_is_answered_with_the_closest():
    with pytest.raises(ModelError) as refused:
        registry.build("grounding-dino-tinny")

    assert "grounding-dino-tiny" in refused.value.advice


def _without_words(folder):
    for path in (*folder.glob("tokenizer*"), *folder.glob("vocab*")):
        path.write_text("{}")


def _without_pictures(folder):
    (folder / "preprocessor_config.json").write_text("{")


def _with_a_surplus(folder):
    tensors = load_file(folder / "model.safetensors")
    save_file({**tensors, "surplus": torch.zeros(2)}, folder / "model.safetensors")


def _of_another_kind(folder):
    config = json.loads((folder / "config.json").read_text())
    config["model_type"] = "mm-grounding-dino"
    (folder / "config.json").write_text(json.dumps(config))


@pytest.mark.parametrize(
    "damage", [_without_words, _without_pictures, _with_a_surplus, _of_another_kind]
)
def test_files_that_do_not_fit_are_refused_without_asking_any_network(damage, monkeypatch):
    folder = install_detector(models_folder())
    damage(folder)

    def refuse(*_args):
        raise AssertionError("a network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    with pytest.raises(ModelError) as refused:
        registry.build("grounding-dino-tiny", "cpu")

    assert str(folder) in refused.value.advice


def test_old_files_with_numbers_in_order_are_taken_too():
    folder = install_detector(models_folder())
    tensors = load_file(folder / "model.safetensors")
    tensors["model.text_backbone.embeddings.position_ids"] = torch.arange(64)[None]
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})

    assert registry.build("grounding-dino-tiny", "cpu")
