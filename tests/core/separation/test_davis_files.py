import pytest

from core.errors import ModelError
from core.separation import registry
from core.separation.davis_files import find_davis, weight_files, word_files
from core.separation.davis_recipes import AVE, MUSIC
from core.store.places import models_folder


def put(models, *names, engine="davis-flow"):
    folder = models / engine
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes(b"")
    return folder


def test_an_engine_without_checkpoints_says_which_files_go_where(tmp_path):
    with pytest.raises(ModelError) as caught:
        find_davis("davis-flow", tmp_path)

    assert "unet_best.pth and frame_best.pth" in caught.value.advice
    assert str(tmp_path / "davis-flow") in caught.value.advice


def test_a_checkpoint_without_its_partner_asks_for_that_alone(tmp_path):
    put(tmp_path, "frame_latest.pth")

    with pytest.raises(ModelError) as caught:
        find_davis("davis-flow", tmp_path)

    assert "Put unet_latest.pth of" in caught.value.advice


def test_the_best_pair_is_taken_and_never_halves_of_two(tmp_path):
    put(tmp_path, "unet_best.pth", "unet_latest.pth", "frame_latest.pth", "unet_mine.pth")
    put(tmp_path, "frame_mine.safetensors")

    files = find_davis("davis-flow", tmp_path)

    assert (files.unet.name, files.frame.name) == ("unet_latest.pth", "frame_latest.pth")


def test_a_replaced_checkpoint_is_another_one(tmp_path):
    folder = put(tmp_path, "unet_best.pth", "frame_best.pth")
    before = find_davis("davis-flow", tmp_path)
    (folder / "unet_best.pth").write_bytes(b"newer")

    assert find_davis("davis-flow", tmp_path) != before


def test_checkpoints_are_taken_for_those_of_music_unless_a_recipe_says_otherwise(tmp_path):
    folder = put(tmp_path, "unet_best.pth", "frame_best.pth")
    assert find_davis("davis-flow", tmp_path).recipe is MUSIC

    (folder / "recipe.json").write_text('{"trained_on": "AVE"}')

    assert find_davis("davis-flow", tmp_path).recipe is AVE


@pytest.mark.parametrize("text", ["{", "[]", '{"trained_on": "birds"}', '{"trained_on": []}'])
def test_a_recipe_nobody_knows_is_refused_with_those_that_are_known(tmp_path, text):
    folder = put(tmp_path, "unet_best.pth", "frame_best.pth")
    (folder / "recipe.json").write_text(text)

    with pytest.raises(ModelError) as caught:
        find_davis("davis-flow", tmp_path)

    assert '{"trained_on": "AVE"}' in caught.value.advice


def test_windows_of_both_recipes_lie_on_whole_columns():
    for recipe in (MUSIC, AVE):
        assert recipe.n_column_hop * recipe.n_frames == recipe.n_hop * recipe.n_columns


def test_the_list_of_engines_says_what_is_still_missing():
    needs = registry.info("davis").needs
    assert needs["DAVIS checkpoints"] == "import “davis” in the model store"

    put(models_folder(), "unet_best.pth", "frame_best.pth", engine="davis")
    needs = registry.info("davis").needs
    assert needs == {"CLIP ViT-B/32": "install “clip-vit-b32” in the model store"}

    put(models_folder(), "vocab.json", "merges.txt", engine="clip")
    assert not registry.info("davis").needs
    assert registry.info("davis-flow").needs


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (word_files, "vocab.json and merges.txt"),
        (weight_files, "config.json and model.safetensors"),
    ],
)
def test_what_is_missing_of_clip_is_named_with_its_place(tmp_path, asked, names):
    with pytest.raises(ModelError) as caught:
        asked(tmp_path)

    assert f"put {names} of openai/clip-vit-base-patch32 into {tmp_path}" in caught.value.advice
    assert "“clip-vit-b32” in the model store" in caught.value.advice
