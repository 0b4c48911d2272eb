"""Models for engines that a person has to bring them for: tiny ones, in the official layout."""

import shutil
from pathlib import Path

import pytest

from core.store.places import models_folder


@pytest.fixture(scope="session")
def _tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    # They load transformers and diffusers, which most tests need not wait for.
    from tests.helpers import davises, mmaudios, sam_audios, sound_models

    models = davises.install(tmp_path_factory.mktemp("tiny") / "models")
    sound_models.install_all(models)
    sam_audios.install(models)
    return mmaudios.install(models)


@pytest.fixture
def installed_models(_tiny_models: Path, _own_home: None) -> Path:
    """The folder of the person's models, with everything that registered engines need."""
    shutil.copytree(_tiny_models, models_folder())
    return models_folder()
