"""Where the stems of this session lie until they are saved: a folder of its own, gone at the end.

A crash leaves it behind. What it held is also in the recovery copy, so one that nobody has touched
for a week is removed by a later start.
"""

import contextlib
import shutil
import time
import uuid
from pathlib import Path

STALE_S = 7 * 24 * 3600.0


class WorkingFolder:
    """Made at once; other running Soloists have their own beside it."""

    def __init__(self, parent: Path, now_s: float | None = None) -> None:
        now_s = time.time() if now_s is None else now_s
        parent.mkdir(parents=True, exist_ok=True)
        for old in parent.iterdir():
            # Another program may remove it at the same moment.
            with contextlib.suppress(OSError):
                if now_s - old.stat().st_mtime > STALE_S:
                    shutil.rmtree(old, ignore_errors=True)
        self.path = parent / uuid.uuid4().hex
        self.path.mkdir()

    def remove(self) -> None:
        """Delete it with everything in it."""
        shutil.rmtree(self.path, ignore_errors=True)
