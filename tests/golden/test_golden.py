"""Our networks and samplers give the numbers of the official code.

`pytest tests/golden --golden DIR` checks any folder with an `index.json` of this layout; without
it the numbers under `data/` are used.
"""

import fnmatch
from collections.abc import Callable

import pytest
import torch

from tests.golden import davis, mmaudio, sam_audio, sounding, zerosep
from tests.golden.cases import Case

SYSTEMS = {
    "davis": davis.CHECKS,
    "zerosep": zerosep.CHECKS,
    "sam_audio": sam_audio.CHECKS,
    "mmaudio": mmaudio.CHECKS,
    "avsbench": sounding.AVSBENCH,
    "ddeseg": sounding.DDESEG,
}
NOT_OURS = {"ddeseg/aligner", "ddeseg/backbone_and_head", "ddeseg/enhancer"}
"""Parts of DDESeg that DDAVS replaces by its own, for which there are no official numbers."""


def check_of(case: Case) -> Callable[[Case], davis.Ours]:
    system = case.entry["system"]
    if system not in SYSTEMS:
        pytest.skip(f"{system} is not built yet")
    if f"{system}/{case.entry['case']}" in NOT_OURS:
        pytest.skip("DDAVS has other parts in its place")
    for pattern, check in SYSTEMS[system].items():
        if fnmatch.fnmatchcase(case.entry["case"], pattern):
            return check
    raise LookupError(f"nothing here computes {case.name}")


@pytest.mark.slow
@pytest.mark.timeout(900)  # fifteen steps of the official size, on a busy machine
def test_we_compute_what_the_official_code_computes(case):
    check = check_of(case)

    with torch.no_grad():
        ours = check(case)

    case.check(ours)


def test_the_folder_holds_cases_that_we_can_compute(cases):
    assert any(case.entry["system"] in SYSTEMS for case in cases)
