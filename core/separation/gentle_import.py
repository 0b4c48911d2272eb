"""Imports an engine without making the rest of the program stand still, playback above all.

Importing torch takes seconds, which is bearable on a worker thread. Not bearable is that for some
hundred milliseconds of them nothing else in the program may run, which sound devices do not wait.
"""

import ctypes
import gc
import importlib
import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType


def import_gently(name: str) -> ModuleType:
    """Import the module `name`, which may load torch, while other threads go on."""
    is_new = name not in sys.modules
    if is_new:
        _open_torch_libraries()
    # Each collection looks at the million objects that torch brings along, which takes 0.1 s.
    is_collecting = gc.isenabled()
    gc.disable()
    try:
        # Even if it is there already: another thread may be in the middle of importing it.
        module = importlib.import_module(name)
        if is_new:
            # They stay for good, so no later collection needs to look at them either.
            gc.freeze()
    finally:
        if is_collecting:
            gc.enable()
    return module


def _open_torch_libraries() -> None:
    """Map the shared libraries of torch into memory, as its import would do a moment later.

    An import holds the interpreter's lock while the system loads a library, 0.2 s for torch's. A
    foreign function does not. Where this fails nothing is lost: the import loads them, or says why
    it cannot. On Windows torch itself loads them by foreign functions.
    """
    if os.name != "posix" or "torch" in sys.modules:
        return
    found = importlib.util.find_spec("torch")
    if found is None or found.origin is None:
        return
    ending = "dylib" if sys.platform == "darwin" else "so"
    library = Path(found.origin).parent / "lib" / f"libtorch_python.{ending}"
    open_library = ctypes.CDLL(None).dlopen
    open_library.restype = ctypes.c_void_p
    open_library.argtypes = (ctypes.c_char_p, ctypes.c_int)
    open_library(os.fsencode(library), os.RTLD_NOW)
