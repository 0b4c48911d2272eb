"""Who made the pictures that a network learnt from, under which licence, and what each was for.

It ships with the network. A file that the table `SOURCES.csv` of the data doesn't name is listed as
unknown, so that nobody takes silence for permission.
"""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.training.attributions import UNKNOWN
from core.training.pictures import Picture
from core.training.recordings import Part, class_and_file, sources

COLUMNS = ("file", "class", "part", "licence", "attribution", "origin")


def write_picture_attributions(
    parts: Mapping[Part, Sequence[Picture]], data: Path, path: Path
) -> None:
    """Write a row for each picture, beside `path` and then in its place.

    Args:
        parts: what the pictures were for.
        data: the folder they were found in.
        path: a CSV file.
    """
    known = sources(data)
    partial = path.with_name(path.name + ".part")
    with partial.open("w", newline="", encoding="utf-8") as file:
        rows = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        rows.writeheader()
        dealt = [(picture, part) for part, pictures in parts.items() for picture in pictures]
        for picture, part in sorted(dealt, key=lambda pair: pair[0]):
            name = class_and_file(picture.path)
            row = known.get(name, {})
            origin = "/".join(one for one in map(row.get, ("source_repo", "source_path")) if one)
            rows.writerow(
                {
                    "file": name,
                    "class": picture.label,
                    "part": part.value,
                    "licence": row.get("licence") or UNKNOWN,
                    "attribution": row.get("attribution") or UNKNOWN,
                    "origin": origin or picture.origin_id,
                }
            )
    partial.replace(path)
