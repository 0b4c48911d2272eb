import gc
import importlib
import sys
import threading
from types import SimpleNamespace

import pytest

from core.separation import gentle_import
from core.separation.gentle_import import import_gently

SLOW_MODULE = """
import slow_gate
slow_gate.has_begun.set()
slow_gate.may_end.wait(10)
answer = 42
"""


@pytest.fixture
def gate(tmp_path, monkeypatch):
    """Stands in the middle of a module called `slow_engine`."""
    gate = SimpleNamespace(has_begun=threading.Event(), may_end=threading.Event())
    monkeypatch.setitem(sys.modules, "slow_gate", gate)
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "slow_engine.py").write_text(SLOW_MODULE)
    yield gate
    sys.modules.pop("slow_engine", None)


def test_an_engine_that_another_thread_is_loading_is_waited_for(gate, monkeypatch):
    first = threading.Thread(target=import_gently, args=("slow_engine",))
    first.start()
    assert gate.has_begun.wait(10)

    def import_module(name):
        gate.may_end.set()
        return importlib.__import__(name)

    monkeypatch.setattr(gentle_import, "importlib", SimpleNamespace(import_module=import_module))
    try:
        answer = getattr(import_gently("slow_engine"), "answer", "half a module")
    finally:
        gate.may_end.set()
        first.join()

    assert answer == 42


def test_memory_is_tidied_up_again_after_an_engine_has_not_loaded():
    with pytest.raises(ModuleNotFoundError):
        import_gently("no_such_engine")

    assert gc.isenabled()
