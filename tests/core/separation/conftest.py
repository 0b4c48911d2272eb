"""Models for engines that a person has to bring them for: tiny ones, in the official layout."""

import shutil
from pathlib import Path

import pytest

from core.progress import CancelToken, ignore
from core.store.catalogue import catalogue
from core.store.importing import import_model
from core.store.places import models_folder
from core.store.presence import folder_of, missing_files


@pytest.fixture(scope="session")
def _tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the store itself has imported them."""
    # They load transformers and diffusers, which most tests need not wait for.
    from tests.helpers import davises, mmaudios, sam_audios, sound_models, tangos

    downloads = davises.install(tmp_path_factory.mktemp("tiny") / "downloads")
    sound_models.install_all(downloads)
    tangos.install_all(downloads)
    sam_audios.install(downloads)
    mmaudios.install(downloads)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOLOIST_HOME", str(tmp_path_factory.mktemp("installed")))
        return _import_all(downloads)


def _import_all(downloads: Path) -> Path:
    for entry in catalogue():
        folder = downloads / entry.folder
        if not missing_files(entry, folder):
            import_model(entry, folder, ignore, CancelToken(), may_differ=True)
        elif folder.exists():  # CLIP's words alone, as DAVIS needs them beside its checkpoints
            shutil.copytree(folder, folder_of(entry))
    return models_folder()


@pytest.fixture
def installed_models(_tiny_models: Path, _own_home: None) -> Path:
    """The folder of the person's models, with everything that registered engines need."""
    shutil.copytree(_tiny_models, models_folder(), ignore=shutil.ignore_patterns(".incoming"))
    return models_folder()
