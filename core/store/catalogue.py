"""Reads the catalogue of models, `resources/models/catalogue.json`, into frozen values.

The file holds facts with their sources beside them; what is not publicly known is null there.
"""

import difflib
import json
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from core.domain.models import Licence, ModelEntry, ModelFile
from core.errors import ModelError

_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "models"
_HUB = "https://huggingface.co"


def hub_address() -> str:
    """Return where the Hugging Face hub is; `HF_ENDPOINT` names a mirror, as in its own tools."""
    named = os.environ.get("HF_ENDPOINT", "").strip().rstrip("/") or _HUB
    return named if "://" in named else f"https://{named}"


def catalogue() -> tuple[ModelEntry, ...]:
    """Return every model that can be installed, in the order in which they are shown."""
    return read_catalogue(_FOLDER / "catalogue.json", hub_address())


def entry(name: str) -> ModelEntry:
    """Return the model called `name`.

    Raises:
        ModelError: there is none; the advice names the closest.
    """
    entries = {each.name: each for each in catalogue()}
    if name in entries:
        return entries[name]
    close = difflib.get_close_matches(name.lower(), entries, n=3, cutoff=0.4)
    hint = f"Did you mean {' or '.join(f'“{one}”' for one in close)}? " if close else ""
    raise ModelError(
        f"there is no model called {name!r} in the catalogue",
        advice=f"{hint}“main.py models list” shows all there are.",
    )


@lru_cache(maxsize=4)
def read_catalogue(path: Path, hub: str) -> tuple[ModelEntry, ...]:
    """Return the models of the catalogue at `path`, whose hub lies at the address `hub`.

    Raises:
        ModelError: the file is damaged.
    """
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
        licences = {key: _licence(one, path.parent) for key, one in held["licences"].items()}
        return tuple(_entry(one, licences, hub) for one in held["models"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"{path} is no catalogue of models: {error!r}",
            advice="The list of models that ships with Soloist is damaged. Install Soloist again.",
        ) from error


def _licence(held: Mapping[str, Any], folder: Path) -> Licence:
    file = held.get("file")
    text = (folder / file).read_text(encoding="utf-8") if file else "\n\n".join(held["summary"])
    return Licence(held["name"], held["url"], text, bool(file), held["commercial"])


def _entry(held: Mapping[str, Any], licences: Mapping[str, Licence], hub: str) -> ModelEntry:
    repository, revision = held.get("repository"), held.get("revision") or "main"
    base = f"{hub}/{repository}/resolve/{quote(revision, safe='')}" if repository else None
    return ModelEntry(
        name=held["name"],
        title=held["title"],
        purpose=held["purpose"],
        version=held["version"],
        folder=held.get("folder", held["name"]),
        page=held.get("page") or f"{hub}/{repository}",
        repository=repository,
        revision=revision if repository else None,
        licence=licences[held["licence"]],
        is_gated=held.get("gated", False),
        n_parameters=held.get("parameters"),
        download_bytes=held.get("download_bytes"),
        memory_note=held.get("memory", ""),
        requires=tuple(held.get("requires", ())),
        files=tuple(_file(one, base, hub) for one in held["files"]),
        import_note=held.get("import", ""),
    )


def _file(held: str | Mapping[str, Any], base: str | None, hub: str) -> ModelFile:
    told: Mapping[str, Any] = {"path": held} if isinstance(held, str) else held
    path = told["path"]
    url = f"{base}/{quote(path)}" if base else None
    if "url" in told:
        url = told["url"].replace("{hub}", hub)
    return ModelFile(
        path=path,
        url=url,
        size_bytes=told.get("size"),
        sha256=told.get("sha256"),
        md5=told.get("md5"),
        also=tuple(told.get("also", ())),
        is_optional=told.get("optional", False),
    )
