"""What all tests share: no screen, no network, nothing of the home of the person running them."""

import os
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


def pytest_addoption(parser: pytest.Parser) -> None:
    # Here, not beside the golden tests: pytest reads options of the first conftest only.
    parser.addoption("--golden", metavar="DIR", help="a folder of golden numbers to check")


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, caches and recoveries of a test never touch those of the person."""
    home: Path = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("SOLOIST_HOME", str(home))
    monkeypatch.setenv("HF_HOME", str(home / "huggingface"))
    for name in ("HF_TOKEN", "HF_HUB_CACHE", "HF_ENDPOINT", *_PROXIES):
        monkeypatch.delenv(name, raising=False)
