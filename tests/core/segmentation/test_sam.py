"""SAM 2.1 and EdgeTAM: the library's own numbers, in little room, with one look at each frame."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch.nn import functional as nnf

from core.domain.prompts import Box, Click
from core.errors import EngineError, ModelError
from core.progress import CancelToken
from core.segmentation import registry
from core.segmentation.marks import check_marks
from core.segmentation.protocol import Anchor
from core.segmentation.sam_info import MODELS, find_sam
from core.segmentation.sam_memory import SamFollower
from core.segmentation.sam_network import Points
from core.segmentation.sam_segmenter import SamSegmenter, questions
from core.store.places import models_folder
from tests.core.segmentation.scenes import disc_scene, frame_of
from tests.helpers.finders import SIDE_PX, install_edgetam, install_sam2
from tests.helpers.pictures import ArrayPictures, moving_disc

INSTALL = {"sam2": install_sam2, "edgetam": install_edgetam}
N_FRAMES = 22  # more than the 16 that the official memory reaches back


@pytest.fixture(scope="module", params=INSTALL)
def sam(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SamSegmenter]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLOIST_HOME", str(tmp_path_factory.mktemp("installed")))
        INSTALL[request.param](models_folder())
        yield registry.build(request.param, "cpu")


def library_session(sam: SamSegmenter, frames) -> object:
    """A session of the library that holds the whole video, and forgets nothing."""
    network = sam.network
    prepared = [network.prepared(network.size.shrink(frame_of(pixels))) for pixels in frames]
    session = network.new_session(
        video=torch.stack(prepared),
        video_height=SIDE_PX,
        video_width=SIDE_PX,
        dtype=torch.float32,
    )
    session.obj_id_to_idx(1)
    session.obj_with_new_inputs = [1]
    return session


@pytest.mark.parametrize("is_forward", [True, False])
def test_a_walk_with_a_short_memory_finds_what_a_session_that_forgets_nothing_finds(
    sam, is_forward
):
    frames, masks = moving_disc(N_FRAMES)
    start, order = (0, range(1, N_FRAMES)) if is_forward else (N_FRAMES - 1, range(N_FRAMES - 1))
    order = list(order) if is_forward else list(reversed(order))
    session = library_session(sam, frames)
    square = nnf.interpolate(
        torch.from_numpy(masks[start]).float()[None, None],
        (SIDE_PX, SIDE_PX),
        mode="bilinear",
        antialias=True,
    )
    session.add_mask_inputs(0, start, (square >= 0.5).float())
    sam.network.model(session, frame_idx=start)
    picture = ArrayPictures(frames)
    anchor = Anchor(int(picture.pts_table[start]), masks[start])
    walk = SamFollower(sam.network, (anchor,)).start(
        picture, anchor, sam.network.size, is_forward=is_forward
    )

    for index in order:
        found, confidence = walk.step(sam.network.size.shrink(frame_of(frames[index])))

        wanted = sam.network.model(session, frame_idx=index, reverse=not is_forward)
        drawn = nnf.interpolate(wanted.pred_masks, (SIDE_PX, SIDE_PX), mode="bilinear")
        np.testing.assert_array_equal(found, (drawn[0, 0] > 0).numpy())
        assert confidence == pytest.approx(float(wanted.object_score_logits.sigmoid()), abs=1e-6)


def test_what_is_remembered_of_a_walk_stops_growing(sam):
    frames, masks = moving_disc(1)
    picture = ArrayPictures(frames * 40)
    anchor = Anchor(int(picture.pts_table[0]), masks[0])
    walk = SamFollower(sam.network, (anchor,)).start(
        picture, anchor, sam.network.size, is_forward=True
    )
    pixels = sam.network.size.shrink(frame_of(frames[0]))

    counts = []
    for _ in range(39):
        walk.step(pixels)
        counts.append(walk.n_remembered)

    assert max(counts) == 16
    assert counts[-10:] == [16] * 10


def test_a_click_is_answered_as_the_library_answers_it(sam):
    pixels, _ = disc_scene()
    high, wide = pixels.shape[:2]
    session = library_session(sam, [pixels])
    x_px, y_px = 45.0, 63.0
    place = torch.tensor([[[[x_px * SIDE_PX / wide, y_px * SIDE_PX / high]]]])
    session.add_point_inputs(
        0, 0, {"point_coords": place, "point_labels": torch.ones(1, 1, 1, dtype=torch.int32)}
    )
    wanted = sam.network.model(session, frame_idx=0).pred_masks
    full = nnf.interpolate(wanted, (high, wide), mode="bilinear")[0, 0] > 0

    found = sam.network.answer(pixels, Points(((x_px, y_px),), (1,)), None)

    assert 0.05 < full.float().mean() < 0.95  # or agreement would say nothing
    np.testing.assert_array_equal(found, full.numpy())


def test_several_clicks_on_one_frame_look_at_it_once(sam):
    pixels, _ = disc_scene()
    pixels[0, 0] = 1  # a frame that no other test has shown
    frame, cancel = frame_of(pixels), CancelToken()
    before = sam.network.n_embedded

    sam.segment(frame, [Click(45, 63, 0)], [], cancel=cancel)
    sam.segment(frame_of(pixels.copy()), [Click(45, 63, 0), Click(9, 9, 0)], [], cancel=cancel)
    sam.segment(frame, [], [Box(19, 39, 61, 81, 0)], cancel=cancel)
    assert sam.network.n_embedded == before + 1

    sam.segment(frame_of(255 - pixels), [Click(45, 63, 0)], [], cancel=cancel)
    assert sam.network.n_embedded == before + 2


def test_a_frame_that_changed_in_place_is_looked_at_again(sam):
    pixels, _ = disc_scene()
    sam.segment(frame_of(pixels), [Click(45, 63, 0)], [], cancel=CancelToken())

    before = sam.network.n_embedded
    pixels[:] = 255 - pixels
    sam.segment(frame_of(pixels), [Click(45, 63, 0)], [], cancel=CancelToken())

    assert sam.network.n_embedded == before + 1


def test_what_was_believed_is_a_hint_to_the_network(sam):
    pixels, true = disc_scene()
    click = [Click(120, 20, 0)]

    alone = sam.segment(frame_of(pixels), click, [], cancel=CancelToken())
    hinted = sam.segment(frame_of(pixels), click, [], previous=true, cancel=CancelToken())

    assert (alone != hinted).any()


def test_each_box_is_asked_about_with_the_clicks_inside_it():
    pixels, _ = disc_scene()
    boxes = [Box(10, 10, 40, 40, 0), Box(80, 10, 110, 40, 0)]
    clicks = [Click(20, 20, 0), Click(60, 90, 0), Click(5, 5, 0, is_positive=False)]

    asked = questions(check_marks(frame_of(pixels), clicks, boxes, None))

    assert [(one.places_px, one.labels) for one in asked] == [
        (((10, 10), (40, 40), (20, 20), (5, 5)), (2, 3, 1, 0)),
        (((80, 10), (110, 40), (5, 5)), (2, 3, 0)),
        (((60, 90), (5, 5)), (1, 0)),
    ]


def test_all_marked_frames_are_known_to_a_walk(sam):
    frames, masks = moving_disc(9)
    picture = ArrayPictures(frames)
    near = Anchor(int(picture.pts_table[0]), masks[0])
    far = Anchor(int(picture.pts_table[8]), np.ones_like(masks[0]))
    pixels = sam.network.size.shrink(frame_of(frames[1]))

    steps = [
        SamFollower(sam.network, anchors)
        .start(picture, near, sam.network.size, is_forward=True)
        .step(pixels)
        for anchors in ((near,), (near, far))
    ]

    # Untaught networks draw much the same, but not to the last number.
    assert steps[0][1] != steps[1][1] or (steps[0][0] != steps[1][0]).any()


@pytest.mark.parametrize("name", INSTALL)
def test_numbers_that_are_none_are_an_error_and_not_a_mask(name):
    INSTALL[name](models_folder())
    sam = registry.build(name, "cpu")
    sam.network.model.mask_decoder.upscale_conv2.bias.data.fill_(float("nan"))
    pixels, _ = disc_scene()

    with pytest.raises(EngineError) as refused:
        sam.segment(frame_of(pixels), [Click(45, 63, 0)], [], cancel=CancelToken())

    assert "install them again" in refused.value.advice


def _damage_keys(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    tensors["surplus"] = tensors.pop("no_memory_embedding")
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def _damage_shapes(folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    tensors["no_memory_embedding"] = torch.zeros(1, 1, 3)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def _cut_short(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:1000])


def _swap_network(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "model_type": "bert"}))


def _break_config(folder: Path) -> None:
    (folder / "config.json").write_text("{")


def _weird_config(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "image_size": "large"}))


class _Program:
    def __reduce__(self):
        return (print, ("this must never run",))


def _hide_a_program(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({"no_memory_embedding": _Program()}, folder / "pytorch_model.bin")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (_damage_keys, "1 missing: no_memory_embedding; 1 unexpected: surplus"),
        (_damage_shapes, "no_memory_embedding is (1, 1, 3) instead of (1, 1, 128)"),
        (_cut_short, "can't load SAM 2.1"),
        (_swap_network, "describes 'bert' instead of 'sam2_video'"),
        (_break_config, "can't load SAM 2.1"),
        (_weird_config, "can't load SAM 2.1"),
        (_hide_a_program, "hold more than tensors"),
    ],
)
def test_files_that_do_not_fit_are_refused_with_what_is_wrong(damage, said, capsys):
    folder = install_sam2(models_folder())
    damage(folder)

    with pytest.raises(ModelError) as refused:
        registry.build("sam2", "cpu")

    assert said in str(refused.value)
    assert str(folder) in refused.value.advice
    assert "must never run" not in capsys.readouterr().out


def test_the_better_of_two_installed_models_is_used():
    tiny = install_sam2(models_folder())
    assert find_sam("sam2") == tiny

    small = install_sam2(models_folder(), MODELS["sam2"][0])

    assert find_sam("sam2") == small


def test_a_replaced_model_is_loaded_anew():
    folder = install_sam2(models_folder())
    first = registry.build("sam2", "cpu")
    assert registry.build("sam2", "cpu").network is first.network

    tensors = load_file(folder / "model.safetensors")
    save_file(tensors, folder / "model.safetensors", {"format": "pt", "edition": "2"})

    assert registry.build("sam2", "cpu").network is not first.network
