"""Which models of the catalogue are there, and how to get those that are not. Reads no content.

A model is there when each of its files is, however it came: installed by the store, or put into its
folder by hand. What the store installs appears whole, so that a failure never looks like a model.
"""

from collections.abc import Mapping
from pathlib import Path

from core.domain.models import ModelEntry, ModelFile, ModelState, ModelStatus
from core.store.catalogue import entry
from core.store.places import incoming_folder, models_folder
from core.store.receipt import has_receipt


def installed(name: str) -> Path | None:
    """Return the folder of model `name`, or None while a file of it is missing.

    Raises:
        ModelError: the catalogue has no such model.
    """
    wanted = entry(name)
    folder = folder_of(wanted)
    return None if missing_files(wanted, folder) else folder


def needs(*names: str) -> Mapping[str, str]:
    """Return what has to be installed before these models can be used, title to how to get it.

    Empty when all are there, with the models they require in turn: what `EngineInfo.needs` shows.

    Raises:
        ModelError: the catalogue has no such model.
    """
    return {one.title: how_to_get(one) for one in with_required(*names) if not _is_there(one)}


def how_to_get(wanted: ModelEntry) -> str:
    """Return in a few words how a person gets a model."""
    if not wanted.is_downloadable:
        note = f". {wanted.import_note.rstrip('.')}" if wanted.import_note else ""
        return f"import “{wanted.name}” in the model store{note}"
    access = ", after asking its owner for access" if wanted.is_gated else ""
    return f"install “{wanted.name}” in the model store{access}"


def with_required(*names: str) -> tuple[ModelEntry, ...]:
    """Return the models of these names and all that they require, each once, required ones first.

    Raises:
        ModelError: the catalogue has no such model.
    """
    found: dict[str, ModelEntry] = {}

    def add(name: str) -> None:
        wanted = entry(name)
        for other in wanted.requires:
            if other not in found:
                add(other)
        found.setdefault(name, wanted)

    for name in names:
        add(name)
    return tuple(found.values())


def status(wanted: ModelEntry) -> ModelStatus:
    """Return how much of a model is there."""
    folder, waiting = folder_of(wanted), incoming_folder() / wanted.name
    if not folder.exists() and not waiting.exists():  # most of them: one look is enough
        missing = tuple(file.path for file in wanted.files if not file.is_optional)
        return ModelStatus(wanted, ModelState.ABSENT, folder, 0, missing)
    missing = missing_files(wanted, folder)
    is_begun = any(find_file(file, folder) for file in wanted.files)
    waiting_bytes = _size_of(waiting)
    if not missing:
        state = ModelState.INSTALLED if has_receipt(folder) else ModelState.UNCHECKED
    elif waiting_bytes:
        state = ModelState.PARTIAL
    else:
        state = ModelState.INCOMPLETE if is_begun else ModelState.ABSENT
    size_bytes = waiting_bytes if state is ModelState.PARTIAL else _size_of(folder)
    return ModelStatus(wanted, state, folder, size_bytes, missing)


def folder_of(wanted: ModelEntry) -> Path:
    """Return where a model lies or would lie."""
    return models_folder() / wanted.folder


def missing_files(wanted: ModelEntry, folder: Path) -> tuple[str, ...]:
    """Return the paths of those files of a model that are not in `folder`."""
    needed = (file for file in wanted.files if not file.is_optional)
    return tuple(file.path for file in needed if find_file(file, folder) is None)


def find_file(file: ModelFile, folder: Path) -> Path | None:
    """Return where in `folder` a file of a model lies, under its name or one that does as well."""
    named = folder / file.path
    if named.is_file():
        return named
    others = (path for also in file.also for path in sorted(folder.glob(also)))
    return next((path for path in others if path.is_file()), None)


def _is_there(wanted: ModelEntry) -> bool:
    return not missing_files(wanted, folder_of(wanted))


def _size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
