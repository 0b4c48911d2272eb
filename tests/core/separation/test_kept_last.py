"""The last network stays, and two large ones are never in memory together."""

import weakref

import pytest
from torch import nn

from core.separation.kept_last import KeptLast


def test_the_same_question_is_answered_once():
    asked = []
    ask = KeptLast(lambda *what: asked.append(what) or nn.Identity())

    assert ask("flow", 1) is ask("flow", 1)
    assert ask("flow", 2) is not None
    assert asked == [("flow", 1), ("flow", 2)]


def test_the_last_network_is_gone_before_another_one_is_made():
    living: list[int] = []
    made: list[weakref.ref[nn.Module]] = []

    def make(_size: int) -> nn.Module:
        living.append(sum(one() is not None for one in made))
        network = nn.Linear(1, 1)
        network.ring = [network]  # as hooks of offloaded networks hold them
        made.append(weakref.ref(network))
        return network

    ask = KeptLast(make)
    ask(1)
    ask(2)
    ask(3)

    assert living == [0, 0, 0]


def test_where_one_can_not_be_made_nothing_is_kept():
    def make(is_small: bool) -> nn.Module:
        if not is_small:
            raise MemoryError
        return nn.Identity()

    ask = KeptLast(make)
    small = ask(True)
    with pytest.raises(MemoryError):
        ask(False)

    assert ask(True) is not small
