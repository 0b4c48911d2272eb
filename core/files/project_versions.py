"""Versions of the project file: which one is written, and how each older one becomes the next.

To change the format: raise `VERSION`, add to `UPGRADES` the function that turns a document of the
version before into one of the new, and a test named `test_a_project_of_version_<n>_is_upgraded`.
A test fails where either is missing. A function that has shipped is never changed again.
"""

from collections.abc import Callable, Mapping

from core.errors import ProjectError
from core.files.prompt_json import Json

FORMAT = "soloist-project"
VERSION = 1

Document = Mapping[str, Json]
Upgrade = Callable[[Document], Document]

UPGRADES: Mapping[int, Upgrade] = {}
"""By the version they upgrade from. The first version has none before it."""


def upgraded(
    document: Document, *, upgrades: Mapping[int, Upgrade] = UPGRADES, newest: int = VERSION
) -> Document:
    """Return `document` as one of version `newest`.

    Raises:
        ProjectError: it is no project, or comes from a newer Soloist.
    """
    version = document.get("version")
    if document.get("format") != FORMAT or isinstance(version, bool) or not _is_count(version):
        raise ProjectError(
            f"not a project: format {document.get('format')!r}, version {version!r}",
            advice="This file is not a Soloist project. Choose a file that ends in .soloist.",
        )
    assert isinstance(version, int)  # narrows what _is_count has found
    if version > newest:
        raise ProjectError(
            f"project of version {version}, this Soloist knows up to {newest}",
            advice="This project was saved by a newer Soloist. Update Soloist to open it; "
            "the project was left untouched.",
        )
    for step in range(version, newest):
        document = {**upgrades[step](document), "version": step + 1}
    return document


def _is_count(version: Json) -> bool:
    return isinstance(version, int) and version >= 1
