"""Who made the recordings that a network learnt from, and under which licence: it ships with them.

The table `SOURCES.csv` of the data is the source; a file it doesn't name is listed as unknown, so
that nobody takes silence for permission.
"""

import csv
from collections.abc import Iterable
from pathlib import Path

from core.training.recordings import Recording, class_and_file, sources

COLUMNS = ("file", "class", "licence", "attribution", "origin_id")
UNKNOWN = "unknown"


def write_attributions(recordings: Iterable[Recording], data: Path, path: Path) -> None:
    """Write a row for each recording, beside `path` and then in its place.

    Args:
        recordings: what was learnt from.
        data: the folder they were found in.
        path: a CSV file.
    """
    known = sources(data)
    partial = path.with_name(path.name + ".part")
    with partial.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        rows.writeheader()
        for one in sorted(recordings):
            name = class_and_file(one.path)
            row = known.get(name, {})
            rows.writerow(
                {
                    "file": name,
                    "class": one.label,
                    "licence": row.get("licence") or UNKNOWN,
                    "attribution": row.get("attribution") or UNKNOWN,
                    "origin_id": one.origin_id,
                }
            )
    partial.replace(path)


def count_licences(path: Path) -> dict[str, int]:
    """Return how many files of such a table stand under each licence, the most frequent first."""
    counts: dict[str, int] = {}
    with path.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            counts[row["licence"]] = counts.get(row["licence"], 0) + 1
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
