"""File names from a template, fit for every system and never twice the same.

What Windows, macOS or Linux forbid is forbidden everywhere, so that an export travels.
"""

import re
import string
import unicodedata
from collections.abc import Container

from core.errors import ExportError

FIELDS = ("clip", "stem", "role")

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$", re.IGNORECASE)
# Common limit is 255 bytes; the room left is for " (2)", a suffix and a mark while writing.
_MAX_BYTES = 200


def safe_name(text: str) -> str:
    """Return `text` as a name without suffix that every system accepts; never empty."""
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text))
    name = _shortened(name).strip(" .") or "untitled"
    return f"_{name}" if _RESERVED.match(name) else name


def fill_template(template: str, *, clip: str, stem: str, role: str) -> str:
    """Return the safe name that `template` gives, without suffix.

    Raises:
        ExportError: the template is not one, or uses a field other than {clip} {stem} {role}.
    """
    values = {"clip": clip, "stem": stem, "role": role}
    try:
        fields = [field for _, field, _, _ in string.Formatter().parse(template) if field]
        if any(field not in values for field in fields):
            raise KeyError(fields)
        filled = template.format(**values)
    except (KeyError, IndexError, ValueError) as error:
        raise ExportError(
            f"name template {template!r} is not understood: {error}",
            advice="A file name may use {clip}, {stem} and {role} and any other words, "
            "such as “{clip} - {stem} - {role}”.",
        ) from error
    return safe_name(filled)


def unique_name(name: str, suffix: str, taken: Container[str]) -> str:
    """Return `name + suffix`, numbered where its `taken_key` is in `taken` already."""
    candidate, number = f"{name}{suffix}", 1
    while taken_key(candidate) in taken:
        number += 1
        candidate = f"{name} ({number}){suffix}"
    return candidate


def taken_key(file_name: str) -> str:
    """Return what two names share that are one file on a disk that ignores case."""
    return unicodedata.normalize("NFC", file_name).casefold()


def _shortened(name: str) -> str:
    return name.encode()[:_MAX_BYTES].decode(errors="ignore")
