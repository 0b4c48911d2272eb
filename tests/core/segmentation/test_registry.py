"""Looking up segmenters is light, and a wrong name is answered with the right ones."""

import subprocess
import sys

import pytest

from core.errors import ModelError
from core.segmentation import registry


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
