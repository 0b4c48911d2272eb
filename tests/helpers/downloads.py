"""Models as people bring them: tiny ones in folders of their downloads, imported by the store."""

from collections.abc import Sequence
from pathlib import Path

from app.cli.root import run
from app.editor import Editor
from core.store.catalogue import entry
from tests.helpers import davises, finders, mmaudios, sam_audios, sound_models, tangos
from tests.helpers.editing import WAIT_MS


def download_all(folder: Path) -> Path:
    """Write every model of the tests under `folder`, each as its official place has it."""
    davises.install(folder)
    davises.install_clip(folder)
    mmaudios.install(folder)
    sam_audios.install(folder)
    sound_models.install_audioldm(folder)
    sound_models.install_audioldm2(folder)
    sound_models.install_stable_audio(folder)
    tangos.install_tango(folder)
    finders.install_detector(folder)
    finders.install_sam2(folder)
    finders.install_edgetam(folder)
    finders.install_clap(folder)
    return folder


def import_in_window(editor: Editor, qtbot, names: Sequence[str], downloads: Path) -> None:
    """Open the model store, and import models from their folders, one after the other."""
    editor.actions["models"].trigger()
    view = editor.model_store.view
    qtbot.waitUntil(lambda: view.list.count() > 0, timeout=WAIT_MS)
    for name in names:
        with qtbot.waitSignal(editor.models.changed, timeout=WAIT_MS):
            view.import_requested.emit(name, downloads / entry(name).folder)
        assert view.message.text().startswith(f"Imported {entry(name).title}."), view.message.text()
    view.close()


def import_as_own(names: Sequence[str], downloads: Path) -> None:
    """Import, on the command line, models that are not the published ones, and whose sums are."""
    for name in names:
        path = str(downloads / entry(name).folder)
        assert run(["models", "import", name, path, "--own-weights"]) == 0
