"""How soon the first six seconds of a stem can be heard.

    uv run python -m scripts.benchmark.preview [N]

Cold: the first separation of a process, which loads torch. Warm: every later one. The picture of
an object is followed beforehand, as the editor does while a person goes on marking.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from app.controllers.separation import PREVIEW_S
from core.domain.masks import MaskTrack
from core.domain.prompts import PromptSet, RegionPrompt, TimeSpan
from core.jobs.masking import TrackJob
from core.jobs.separation import PreviewJob
from core.progress import CancelToken, ignore
from scripts.benchmark.clips import DEMO
from scripts.benchmark.desk import Desk, demo_region, demo_spans, open_desk
from scripts.benchmark.measuring import SPREAD, print_machine, print_table, spread, timed_ms

_PLACES_S = 6.0
_THING = "bird"


def main(n_runs: int) -> None:
    """Preview with spans, and with spans and a clicked object, and print a table."""
    print_machine()
    with tempfile.TemporaryDirectory() as folder:
        desk = open_desk(DEMO, Path(folder))
        spans = PromptSet(spans=demo_spans(_THING))
        region = demo_region(desk, _THING)
        both = PromptSet(regions=(region,), spans=spans.spans)
        places_s = [_PLACES_S * place / max(1, n_runs - 1) for place in range(n_runs)]
        rows = [("spans, cold", *spread([_preview_ms(desk, spans, 0.0, {})], "ms", 0))]
        found = [_preview_ms(desk, spans, start_s, {}) for start_s in places_s]
        rows.append(("spans, warm", *spread(found, "ms", 0)))
        tracks = {region: TrackJob(desk.info, desk.table, region)(ignore, CancelToken()).track}
        found = [_preview_ms(desk, both, start_s, tracks) for start_s in places_s]
        rows.append(("spans and object, warm", *spread(found, "ms", 0)))
    print_table((f"{PREVIEW_S:g} s of sound", *SPREAD), rows)


def _preview_ms(
    desk: Desk, prompts: PromptSet, start_s: float, tracks: Mapping[RegionPrompt, MaskTrack]
) -> float:
    job = PreviewJob(
        stem_id="stem",
        label="Preview",
        media=desk.info,
        table=desk.table,
        mix=desk.mix,
        prompts=prompts,
        window_s=TimeSpan(start_s, start_s + PREVIEW_S),
        tracks=tracks,
    )
    return timed_ms(lambda: job(ignore, CancelToken()))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10)
