"""Looking up segmenters is light, and a wrong name is answered with the right ones."""

import subprocess
import sys

import pytest

from core.errors import ModelError
from core.segmentation import registry
from core.store.places import models_folder


def test_the_default_needs_no_weights():
    assert registry.segmenters()[0].name == "classic"


def test_an_unknown_name_is_answered_with_the_closest():
    with pytest.raises(ModelError, match="clasic") as refused:
        registry.build("clasic")

    assert "classic" in refused.value.advice


def test_a_look_up_loads_neither_opencv_nor_torch():
    code = "import sys, core.segmentation.registry as r; r.segmenters(); print(*sys.modules)"

    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert not {"cv2", "torch", "scipy", "av"} & set(loaded)


def test_the_list_says_what_is_still_to_be_installed_and_where():
    before = {info.name: info.needs for info in registry.segmenters()}
    folder = models_folder() / "edgetam"
    folder.mkdir(parents=True)
    for name in ("config.json", "model.safetensors"):
        (folder / name).write_bytes(b"")

    assert not before["classic"]
    assert "models/sam2.1-hiera-tiny" in " ".join(before["sam2"].values())
    assert "models/edgetam" in " ".join(before["edgetam"].values())
    assert not registry.info("edgetam").needs
    assert registry.info("sam2").needs


def test_a_segmenter_that_is_not_installed_says_so_instead_of_starting():
    with pytest.raises(ModelError) as refused:
        registry.build("sam2", "cpu")

    assert "SAM 2.1 is not installed" in refused.value.advice
