"""How the command line shows models: a table of all, and a page of one."""

import textwrap
from collections.abc import Sequence

from core.domain.model_words import access_words, commercial_words, memory_words, size_words
from core.domain.models import Licence, ModelStatus

WIDTH = 100
_COLUMNS = (23, 20, 13, 31)
"""Letters of each column but the last."""


def table(statuses: Sequence[ModelStatus]) -> str:
    """Return all models: two lines each, none longer than `WIDTH`."""
    lines = [_row("NAME", "STATE", "SIZE", "LICENCE", "")]
    for one in statuses:
        entry = one.entry
        marks = "gated" if entry.is_gated else ("" if entry.is_downloadable else "import")
        lines.append(_row(entry.name, one.state.value, size_words(one), entry.licence.name, marks))
        lines += textwrap.wrap(entry.purpose, WIDTH, initial_indent="  ", subsequent_indent="  ")
    return "\n".join(lines)


def page(one: ModelStatus) -> str:
    """Return everything that is known of a model, its licence at the end."""
    entry = one.entry
    facts = {
        "state": one.state.value,
        "what for": entry.purpose,
        "version": entry.version,
        "size": size_words(one),
        "memory": memory_words(entry),
        "access": access_words(entry),
        "needs": ", ".join(entry.requires),
        "page": entry.page,
        "folder": str(one.folder),
        "files": ", ".join(file.path for file in entry.files if not file.is_optional),
        "missing": ", ".join(one.missing) if one.is_installed or one.size_bytes else "",
        "licence": f"{entry.licence.name}: {commercial_words(entry.licence)}",
    }
    lines = [f"{entry.name}: {entry.title}"]
    for name, words in facts.items():
        head = f"  {name + ':' if name else '':<10} "
        lines += textwrap.wrap(
            words, WIDTH, initial_indent=head, subsequent_indent=" " * len(head),
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    return "\n".join([*lines, "", licence_text(entry.licence)])


def licence_text(licence: Licence) -> str:
    """Return the licence with its address."""
    kind = "" if licence.is_whole else " (summary)"
    paragraphs = licence.text.split("\n\n")
    text = licence.text
    if not licence.is_whole:
        text = "\n\n".join(textwrap.fill(one, WIDTH) for one in paragraphs)
    return f"{licence.name}{kind}\n{licence.url}\n\n{text.strip()}"


def _row(*cells: str) -> str:
    padded = [
        cell.ljust(width) if len(cell) < width else f"{cell[: width - 2]}… "
        for cell, width in zip(cells[:-1], _COLUMNS, strict=True)
    ]
    return "".join((*padded, cells[-1])).rstrip()
