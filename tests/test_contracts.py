"""What an import brings along, asked of a fresh Python: the guard beside the import contracts."""

import importlib.metadata
import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def _loaded_by(statement: str) -> set[str]:
    """Return the top-level modules that are loaded after `statement` ran in a fresh Python."""
    code = (
        f"import sys\n{statement}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def _modules_of(package: str) -> list[str]:
    files = sorted((ROOT / package).rglob("*.py"))
    names = [".".join(file.relative_to(ROOT).with_suffix("").parts) for file in files]
    return [name.removesuffix(".__init__") for name in names]


def test_the_widgets_bring_neither_torch_nor_av_nor_the_app():
    loaded = _loaded_by("\n".join(f"import {name}" for name in _modules_of("widgets")))

    assert not loaded & {"torch", "av", "app", "transformers", "sounddevice"}


def test_the_values_bring_neither_qt_nor_torch_nor_av():
    names = [*_modules_of("core/domain"), "core.errors", "core.units", "core.progress"]

    loaded = _loaded_by("\n".join(f"import {name}" for name in names))

    assert not loaded & {"PySide6", "torch", "av", "cv2", "scipy"}


def test_the_window_opens_without_torch():
    loaded = _loaded_by("import main, app.cli.window, app.composition, app.commands")

    assert not loaded & {"torch", "torchaudio", "transformers", "scipy", "typer", "sounddevice"}


def test_the_window_opens_without_anything_that_could_reach_a_network():
    loaded = _loaded_by("import main, app.cli.window, app.composition, app.commands")

    assert not loaded & {"http", "keyring", "filelock", "requests", "huggingface_hub"}


@pytest.mark.parametrize(
    "door",
    ["core.separation.registry", "core.segmentation.registry", "core.detection.registry"],
)
def test_looking_up_an_engine_loads_no_torch(door):
    assert "torch" not in _loaded_by(f"import {door}")


def test_opencv_comes_without_a_qt_of_its_own():
    # The other OpenCV wheels bring Qt plugins and point Qt at them, which breaks PySide6.
    installed = {dist.metadata["Name"].lower() for dist in importlib.metadata.distributions()}

    assert not installed & {"opencv-python", "opencv-contrib-python"}
    found = importlib.util.find_spec("cv2")
    assert found is not None
    assert not [
        place for place in found.submodule_search_locations or () if (Path(place) / "qt").exists()
    ]
