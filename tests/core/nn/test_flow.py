"""The flow starts where it should, goes straight, and arrives."""

import pytest
import torch
from torch import Tensor

from core.nn.samplers.flow import (
    FlowSampler,
    flow_loss,
    path_point,
    path_velocity,
    squared_flow_loss,
)
from core.nn.samplers.stepping import SilenceMask, seeded_noise
from core.progress import Cancelled


def picture(seed: int = 0) -> Tensor:
    return torch.randn(2, 1, 4, 6, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize("n_steps", [1, 2, 25])
def test_a_straight_flow_arrives_in_any_number_of_steps(n_steps):
    start, end = picture(0), picture(1)
    sampler = FlowSampler(n_steps=n_steps)

    arrived = sampler.sample(lambda _x, _t: path_velocity(start, end), start, end)

    # a ten-thousandth of the start is left by design
    torch.testing.assert_close(arrived, path_point(start, end, torch.ones(2)), atol=1e-5, rtol=0)


def test_euler_asks_at_the_left_end_of_each_step_in_thousandths():
    heard: list[float] = []

    def network(x: Tensor, time: Tensor) -> Tensor:
        heard.extend(time.tolist())
        return x

    FlowSampler(n_steps=4).sample(network, picture(), picture())

    assert heard == [0.0, 250.0, 500.0, 750.0]


@pytest.mark.parametrize(("solver", "error"), [("euler", 0.1), ("midpoint", 1e-2), ("heun", 1e-2)])
def test_a_curved_flow_is_followed_better_by_the_better_solvers(solver, error):
    """dx/dt = x leads to e times the start; ten steps of Euler reach 2.59 of 2.72."""
    start = torch.ones(1, 1, 2, 2)

    end = FlowSampler(n_steps=10, solver=solver).sample(lambda x, _t: x, start, start)

    off = abs(float(end.mean()) / torch.e - 1)
    assert off < error
    assert off > 1e-4


def test_the_loss_is_zero_only_for_the_right_velocity():
    start, end = picture(0), picture(1)
    right = path_velocity(start, end)

    assert flow_loss(right, start, end) < 1e-6
    assert flow_loss(right + 0.5, start, end) == pytest.approx(1.0, rel=1e-5)
    assert flow_loss(right + 0.5, start, end, has_end_term=False) == pytest.approx(0.5, rel=1e-5)


def test_where_the_mixture_is_silent_nothing_is_invented():
    mixture = torch.full((1, 1, 4, 6), 0.3)
    mixture[..., 3:] = 0.001
    start = seeded_noise(torch.Generator().manual_seed(0))(mixture)

    def invents(x: Tensor, _time: Tensor) -> Tensor:
        return torch.ones_like(x)

    guided = FlowSampler(silence=SilenceMask()).sample(invents, start, mixture)
    free = FlowSampler().sample(invents, start, mixture)

    torch.testing.assert_close(guided[..., :3], free[..., :3])
    torch.testing.assert_close(guided[..., 3:], mixture[..., 3:], atol=1e-3, rtol=0)
    assert (free[..., 3:] - mixture[..., 3:]).abs().max() > 0.5


def test_each_step_is_told_and_may_stop_the_flow():
    seen: list[tuple[int, int]] = []

    def stop_after_two(done: int, total: int, _x: Tensor) -> None:
        seen.append((done, total))
        if done == 2:
            raise Cancelled

    start = picture()
    with pytest.raises(Cancelled):
        FlowSampler(n_steps=5).sample(lambda x, _t: x, start, start, on_step=stop_after_two)

    assert seen == [(1, 5), (2, 5)]
    assert torch.equal(start, picture())


def test_the_same_seed_gives_the_same_noise():
    one, same, other = (
        seeded_noise(torch.Generator().manual_seed(seed))(picture()) for seed in (7, 7, 8)
    )

    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_numbers_of_steps_that_make_no_sense_are_refused():
    for n_steps in (0, 33):
        with pytest.raises(ValueError, match="between 1 and 32"):
            FlowSampler(n_steps=n_steps)
    with pytest.raises(ValueError, match="unknown solver"):
        FlowSampler(solver="rk45")  # type: ignore[arg-type]  # the mistake under test


def test_a_network_may_hear_the_time_as_it_is():
    heard: list[float] = []

    def network(x: Tensor, time: Tensor) -> Tensor:
        heard.extend(time.tolist())
        return x

    FlowSampler(n_steps=4, time_scale=1).sample(network, torch.zeros(1, 3, 2))

    assert heard == [0.0, 0.25, 0.5, 0.75]


def test_the_squared_loss_is_counted_clip_by_clip():
    start, end = picture(0), picture(1)
    velocity = path_velocity(start, end, 0.0)
    velocity[1] += 0.5

    assert squared_flow_loss(velocity, start, end).tolist() == pytest.approx([0, 0.25], abs=1e-6)
