"""Devices by name: those that are there, and what is said of one that is not."""

import pytest
import torch

from core.errors import ModelError
from core.jobs.devices import ListDevicesJob
from core.nn.devices import devices_there, pick_device
from core.progress import CancelToken, ignore


@pytest.fixture
def gpus(monkeypatch):
    """A computer with two GPUs, as torch tells it."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda name: f"Card {name[-1]}")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.fixture
def no_gpus(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)


@pytest.mark.usefixtures("gpus")
def test_every_gpu_is_listed_by_the_name_that_picks_it():
    there = devices_there()

    assert there == {"cpu": "CPU", "cuda:0": "Card 0 (cuda:0)", "cuda:1": "Card 1 (cuda:1)"}
    assert [str(pick_device(name)) for name in there] == list(there)


@pytest.mark.usefixtures("gpus")
def test_automatic_takes_a_gpu_where_there_is_one():
    assert pick_device("auto").type == "cuda"
    assert pick_device("cuda").type == "cuda"


@pytest.mark.usefixtures("no_gpus")
def test_automatic_takes_the_cpu_where_there_is_nothing_else():
    assert pick_device("auto").type == "cpu"
    assert ListDevicesJob()(ignore, CancelToken()).devices == {"cpu": "CPU"}


@pytest.mark.usefixtures("gpus")
@pytest.mark.parametrize("wish", ["cuda:2", "mps", "meta", ""])
def test_a_device_that_is_not_there_is_refused_by_its_name(wish):
    with pytest.raises(ModelError) as refused:
        pick_device(wish)

    assert f"“{wish}”" in refused.value.advice
    assert "cuda, cuda:0, cuda:1" in str(refused.value)
