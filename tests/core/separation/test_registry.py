import subprocess
import sys

import pytest

from core.errors import ModelError
from core.separation import registry


def test_every_engine_can_be_looked_up_by_its_name():
    for info in registry.engines():
        assert registry.info(info.name) == info


def test_an_unknown_engine_is_refused_with_the_closest_name():
    with pytest.raises(ModelError) as caught:
        registry.info("spectrl")

    assert "“spectral”" in caught.value.advice


@pytest.mark.usefixtures("installed_models")
def test_an_engine_is_built_with_the_info_it_is_listed_under():
    ready = [info for info in registry.engines() if not info.needs]

    assert {info.name.split("-")[0] for info in ready} == {
        info.name.split("-")[0] for info in registry.engines()
    }
    for info in ready:
        assert registry.build(info.name, "cpu").info is info


def test_a_device_that_is_not_there_is_refused_with_advice():
    with pytest.raises(ModelError) as caught:
        registry.build("spectral", "abacus")

    assert "cpu" in caught.value.advice


def test_the_list_of_engines_is_read_without_torch():
    code = (
        "import sys; from core.separation import registry; registry.info('spectral');"
        "print('torch' in sys.modules, 'cv2' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.split() == ["False", "False"]
