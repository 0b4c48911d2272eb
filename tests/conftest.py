"""What all tests share: no screen, no network, no home folder of the person running them."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_OFFLINE", "1")


def pytest_addoption(parser: pytest.Parser) -> None:
    # Here, not beside the golden tests: pytest reads options of the first conftest only.
    parser.addoption("--golden", metavar="DIR", help="a folder of golden numbers to check")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, caches and recoveries of a test never touch those of the person."""
    home: Path = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("SOLOIST_HOME", str(home))
