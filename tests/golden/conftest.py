"""Turn every case of a golden folder into a test of its own."""

from pathlib import Path

import pytest

from tests.golden.cases import Case, read_cases

BUNDLED = Path(__file__).parent / "data"


def golden_folder(config: pytest.Config) -> Path:
    return Path(config.getoption("--golden") or BUNDLED)


@pytest.fixture(scope="session")
def cases(pytestconfig: pytest.Config) -> list[Case]:
    return read_cases(golden_folder(pytestconfig))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "case" not in metafunc.fixturenames:
        return
    every = read_cases(golden_folder(metafunc.config))
    metafunc.parametrize("case", every, ids=lambda case: case.name)
