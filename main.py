"""Start the editor, or run a command: `main.py [CLIP]`, `main.py separate CLIP ...`, `--help`.

Decides what is asked for before anything large is imported: the window must not wait for the
command line's libraries, nor a command for the window's.
"""

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path

from app.engine_threads import wait_asleep

COMMANDS = ("separate", "segment", "words", "engines", "models", "eval", "train")
USAGE_ERROR = 2
CANCELLED = 130


def main(arguments: Sequence[str]) -> int:
    """Return the exit code: 0 when all went well, 2 for what was asked wrongly."""
    wait_asleep(os.environ)
    first = arguments[0] if arguments else ""
    if first in COMMANDS or first.startswith("-"):
        from app.cli.root import run

        return run(arguments)
    problem = _problem(arguments)
    if problem:
        print(problem, file=sys.stderr)
        return USAGE_ERROR
    from app.cli.window import open_window

    return open_window(Path(first) if first else None)


def _problem(arguments: Sequence[str]) -> str | None:
    """Return a sentence for what is neither a command nor one clip to open."""
    if not arguments:
        return None
    first = arguments[0]
    is_word = not Path(first).suffix and not Path(first).exists()
    if is_word:
        close = get_close_matches(first, COMMANDS, n=1)
        hint = f"Did you mean “{close[0]}”?" if close else f"Commands: {', '.join(COMMANDS)}."
        return f"There is no file and no command “{first}”. {hint}"
    if len(arguments) > 1:
        return (
            "The editor opens one clip at a time. For commands see “uv run main.py --help”; "
            "put a name with spaces in quotes."
        )
    return None


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:  # Ctrl+C while the libraries are still being loaded
        sys.exit(CANCELLED)
