"""When memory runs out an engine goes down rung by rung, says so, and stops at the last."""

import pytest
import torch

from core.errors import EngineError
from core.separation.memory_ladder import MemoryLadder, Rung, rungs

CUDA, CPU = torch.device("cuda"), torch.device("cpu")


def test_a_gpu_shortens_windows_then_halves_precision_then_offloads_then_leaves_for_the_cpu():
    ladder = rungs(Rung(CUDA, torch.float32, 20.0), shortest_s=5.0)

    assert [str(rung) for rung in ladder] == [
        "cuda, float32, windows of 20 s",
        "cuda, float32, windows of 10 s",
        "cuda, float32, windows of 5 s",
        "cuda, bfloat16, windows of 5 s",
        "cuda, bfloat16, windows of 5 s, weights waiting on the CPU",
        "cpu, float32, windows of 5 s",
    ]


def test_a_cpu_can_only_shorten_windows():
    ladder = rungs(Rung(CPU, torch.float32, 20.0), shortest_s=8.0)

    assert [rung.window_s for rung in ladder] == [20.0, 10.0]


def test_an_engine_without_half_precision_leaves_it_out():
    ladder = rungs(Rung(CUDA, torch.float32, 4.0), shortest_s=4.0, half=False)

    assert {rung.dtype for rung in ladder} == {torch.float32}


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
        RuntimeError("Invalid buffer size: 24.00 GiB"),
    ],
)
def test_work_is_done_again_one_rung_down_and_the_ladder_stays_there(error):
    ladder = MemoryLadder(["wide", "narrow"])
    tried = []

    def work(step: str) -> str:
        tried.append(step)
        if step == "wide":
            raise error
        return step

    assert ladder.climb(work) == "narrow"
    assert ladder.climb(work) == "narrow"
    assert tried == ["wide", "narrow", "narrow"]
    assert ladder.said == ["memory ran out with wide; went on with narrow"]


def test_other_errors_are_not_taken_for_a_lack_of_memory():
    ladder = MemoryLadder(["wide", "narrow"])

    def work(_step: str) -> None:
        raise RuntimeError("shapes don't fit")

    with pytest.raises(RuntimeError, match="fit"):
        ladder.climb(work)
    assert not ladder.said


def test_on_the_last_rung_a_lack_of_memory_is_an_error_with_advice():
    def work(_step: str) -> None:
        raise MemoryError

    with pytest.raises(EngineError) as caught:
        MemoryLadder(["only"]).climb(work)

    assert caught.value.advice


def test_one_may_step_down_before_anything_fails():
    ladder = MemoryLadder(["wide", "narrow"])

    ladder.step_down("9 GiB needed, less is free")
    ladder.step_down("again")

    assert ladder.step == "narrow"
    assert ladder.said == ["9 GiB needed, less is free: went on with narrow"]
