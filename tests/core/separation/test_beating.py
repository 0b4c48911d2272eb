import pytest
import torch
from torch import nn

from core.separation.beating import beating, leaves


def test_the_smallest_modules_are_found_once_each():
    shared = nn.Linear(2, 2)
    network = nn.Sequential(shared, nn.Sequential(nn.ReLU(), shared))

    assert len(leaves([network, network])) == 2


def test_it_beats_after_each_module_and_not_any_more_afterwards():
    network, n_beats = nn.Sequential(nn.Linear(2, 2), nn.ReLU()), []

    with beating(leaves([network]), lambda: n_beats.append(1)):
        network(torch.zeros(1, 2))
    network(torch.zeros(1, 2))

    assert len(n_beats) == 2


def test_a_beat_that_raises_stops_the_network_and_leaves_it_as_it_was():
    network = nn.Sequential(nn.Linear(2, 2), nn.ReLU())

    def stop():
        raise InterruptedError

    with pytest.raises(InterruptedError), beating(leaves([network]), stop):
        network(torch.zeros(1, 2))

    network(torch.zeros(1, 2))
