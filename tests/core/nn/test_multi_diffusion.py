"""Windows that flow together: the same end as one long flow, without seams, handed on in order."""

import itertools

import pytest
import torch
from torch import Tensor

from core.nn.samplers.flow import FlowSampler
from core.nn.samplers.multi_diffusion import JointFlow, StretchPlan, Windows

L = 3


def local(x: Tensor, time: Tensor) -> Tensor:
    """A field that looks at each frame alone, so that windows can't matter."""
    return torch.tanh(x) * (1 + time) - 0.5 * time


def noise(n_frames: int) -> Tensor:
    return torch.randn(n_frames, L, generator=torch.Generator().manual_seed(3))


def sampler(n_steps: int = 4) -> FlowSampler:
    return FlowSampler(n_steps, "midpoint", time_scale=1.0)


@pytest.mark.parametrize("n_frames", [1, 7, 10, 11, 17, 18, 40, 63])
def test_windows_reach_from_end_to_end_and_count_for_one_at_every_frame(n_frames):
    windows = Windows.spread(n_frames, 10, 3)
    total = torch.zeros(n_frames)
    for start, weight in zip(windows.starts, windows.weights(), strict=True):
        total[start : start + windows.n_window] += weight

    assert windows.starts[0] == 0
    assert windows.starts[-1] + windows.n_window == n_frames
    assert all(b - a <= 7 for a, b in itertools.pairwise(windows.starts))
    torch.testing.assert_close(total, torch.ones(n_frames))


def test_windows_that_could_not_get_ahead_are_refused():
    with pytest.raises(ValueError, match="overlap"):
        Windows.spread(30, 10, 10)


@pytest.mark.parametrize("n_at_once", [1, 2, 5])
def test_a_flow_of_single_frames_ends_the_same_with_and_without_windows(n_at_once):
    whole = sampler().sample(local, noise(40))
    joint = JointFlow(lambda x, time, _starts: local(x, time), Windows.spread(40, 10, 3), n_at_once)

    torch.testing.assert_close(sampler().sample(joint, noise(40)), whole)


def test_each_window_is_told_where_it_begins():
    place = torch.arange(40.0)[:, None].expand(-1, L)
    joint = JointFlow(
        lambda x, _time, starts: torch.stack([place[s : s + x.shape[1]] for s in starts]),
        Windows.spread(40, 10, 3),
        n_at_once=2,
    )

    torch.testing.assert_close(joint(noise(40), torch.zeros(1)), place)


def own_level(x: Tensor, _time: Tensor, starts: list[int]) -> Tensor:
    """A network that answers each window with a level of its own: nothing but seams."""
    levels = torch.tensor([float(start // 6 % 2) for start in starts])
    return levels[:, None, None] + 0.2 * x.mean(1, keepdim=True) - 0.5 * x


def largest_step(x: Tensor) -> float:
    return float(x.diff(dim=0).abs().max())


def test_windows_of_different_opinion_meet_without_a_step():
    windows = Windows.spread(40, 10, 4)
    still = torch.zeros(40, L)
    apart = torch.cat(
        [
            sampler(8).sample(
                lambda x, time, s=start: own_level(x[None], time, [s])[0],
                still[start : start + 10],
            )
            for start in (0, 10, 20, 30)
        ]
    )

    together = sampler(8).sample(JointFlow(own_level, windows), still)

    assert largest_step(together) < 0.5 * largest_step(apart)


def in_stretches(plan: StretchPlan, start: Tensor, ask=own_level) -> Tensor:
    """Walk stretch by stretch and put together what each one leaves."""
    ends, before = [], None
    stretches = list(plan.stretches(len(start)))
    for place, (first, last) in enumerate(stretches):
        is_last = place == len(stretches) - 1
        joint = JointFlow(
            lambda x, time, starts, first=first: ask(x, time, [first + s for s in starts]),
            Windows.spread(last - first, plan.n_window, plan.n_overlap),
            before=before,
            n_after=0 if is_last else plan.n_overlap,
        )
        end = sampler(8).sample(joint, start[first:last])
        before = joint.hand_over
        ends.append(end if is_last else end[: last - first - plan.n_overlap])
    return torch.cat(ends)


def test_a_flow_of_single_frames_ends_the_same_in_stretches():
    plan = StretchPlan(10, 3, 2)

    ours = in_stretches(plan, noise(100), lambda x, time, _starts: local(x, time))

    torch.testing.assert_close(ours, sampler(8).sample(local, noise(100)))


def test_stretches_meet_without_a_step_where_their_windows_disagree():
    plan, still = StretchPlan(10, 4, 3), torch.zeros(120, L)

    ours = in_stretches(plan, still)

    steps = ours.diff(dim=0).abs().amax(1)
    is_edge = torch.zeros(len(steps), dtype=torch.bool)
    for first, _ in list(plan.stretches(120))[1:]:
        is_edge[first - 1 : first + plan.n_overlap] = True
    assert steps[is_edge].max() <= 1.05 * steps[~is_edge].max()


@pytest.mark.parametrize("n_frames", [1, 10, 22, 23, 24, 40, 97, 400])
def test_stretches_cover_everything_overlap_alike_and_none_is_too_long(n_frames):
    plan = StretchPlan(10, 4, 3)
    stretches = list(plan.stretches(n_frames))

    assert stretches[0][0] == 0
    assert stretches[-1][1] == n_frames
    assert all(last - first <= plan.n_longest for first, last in stretches)
    for (_, last), (first, _) in itertools.pairwise(stretches):
        assert last - first == plan.n_overlap


def test_what_is_handed_over_does_not_grow_with_the_stretch():
    sizes = []
    for n_frames in (20, 200):
        joint = JointFlow(own_level, Windows.spread(n_frames, 10, 3), n_after=3)
        sampler().sample(joint, noise(n_frames))
        sizes.append(sum(part.untyped_storage().nbytes() for part in joint.hand_over))

    assert sizes[0] == sizes[1] == 8 * 3 * L * 4
