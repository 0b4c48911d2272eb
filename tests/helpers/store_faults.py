"""Everything that was tried to go wrong with a model, and what a person then reads.

`python -m tests.helpers.store_faults` writes the table of docs/model-store.md; a test sees to it
that it stays true.
"""

import os
from pathlib import Path

from tests.helpers import store_download_faults, store_file_faults
from tests.helpers.store_bench import CASES, bench, leaves_all_or_nothing, sentence_of

__all__ = ["CASES", "DOCS", "bench", "leaves_all_or_nothing", "sentence_of"]

DOCS = Path(__file__).parents[2] / "docs" / "model-store.md"
START, END = "<!-- faults: begin -->", "<!-- faults: end -->"
GROUPS = (store_download_faults, store_file_faults)
"""Importing them has filled `CASES`."""


def table() -> str:
    """Return the table of docs/model-store.md."""
    lines = ["| what goes wrong | what a person reads |", "|---|---|"]
    group = ""
    for one in CASES:
        if one.group != group:
            group = one.group
            lines.append(f"| **{group}** | |")
        with bench() as made:
            lines.append(f"| {one.what} | {sentence_of(one, made)} |")
    return "\n".join(lines)


def write() -> None:
    """Put the table of today into the page."""
    page = DOCS.read_text(encoding="utf-8")
    before, rest = page.split(START)
    after = rest.split(END)[1]
    DOCS.write_text(f"{before}{START}\n{table()}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"
    write()
