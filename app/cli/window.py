"""Opens the editor, or says plainly why this machine cannot show one.

Without these looks beforehand Qt would end the whole process with a message for programmers.
"""

import ctypes
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

CANNOT_SHOW = 1

# What Qt's X11 plugin loads at start, and the Debian and Ubuntu packages that hold it.
_X11_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
_ALWAYS_NEEDED = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}


def open_window(clip: Path | None) -> int:
    """Show the editor until it is closed and return the exit code."""
    problem = why_no_window(os.environ, sys.platform)
    if problem:
        print(problem, file=sys.stderr)
        return CANNOT_SHOW
    from app.composition import run

    return run(clip)


def why_no_window(environment: Mapping[str, str], system: str) -> str | None:
    """Return what keeps a window from being shown, and what to do; None if nothing does."""
    if not system.startswith("linux"):
        return None
    chosen = environment.get("QT_QPA_PLATFORM", "")
    has_wayland = bool(environment.get("WAYLAND_DISPLAY"))
    if not chosen and not has_wayland and not environment.get("DISPLAY"):
        return (
            "There is no display to open a window on (neither DISPLAY nor WAYLAND_DISPLAY is set)."
            "\nSeparate without a window instead:\n"
            "  uv run main.py separate CLIP --span 1.2-2.5 -o out/\n"
            "or see “uv run main.py --help”."
        )
    needed = dict(_ALWAYS_NEEDED)
    if chosen.startswith("xcb") or not (chosen or has_wayland):
        needed |= _X11_LIBRARIES
    missing = sorted(needed[name] for name in missing_libraries(needed))
    if not missing:
        return None
    return (
        "The window needs system libraries that are not installed here.\n"
        f"On Debian and Ubuntu:  sudo apt install {' '.join(missing)}\n"
        "Without them everything but the window works: see “uv run main.py --help”."
    )


def missing_libraries(names: Iterable[str]) -> tuple[str, ...]:
    """Return the shared libraries of these names that this system cannot load."""
    return tuple(name for name in names if not _can_load(name))


def _can_load(name: str) -> bool:
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True
