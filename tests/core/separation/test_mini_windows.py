import pytest
import torch

from core.separation.mini_windows import WindowPlan


@pytest.mark.parametrize("n_frames", [1, 127, 128, 129, 224, 225, 1000])
@pytest.mark.parametrize("plan", [WindowPlan(128, 96), WindowPlan(128, 64), WindowPlan(16, 16)])
def test_what_is_cut_and_joined_again_is_what_it_was(plan, n_frames):
    x = torch.randn(3, n_frames)

    windows = plan.cut(x)

    assert windows.shape == (len(plan.starts(n_frames)), 3, plan.n_frames)
    torch.testing.assert_close(plan.joined(windows, n_frames), x)


def test_one_window_is_enough_for_what_fits_into_it():
    assert list(WindowPlan(128, 96).starts(128)) == [0]
    assert list(WindowPlan(128, 96).starts(129)) == [0, 96]


def test_neighbours_that_disagree_are_faded_into_each_other():
    plan = WindowPlan(128, 96)

    joined = plan.joined(torch.stack([torch.zeros(128), torch.ones(128)]), 224)

    assert not joined[:96].any()
    assert (joined[128:] == 1).all()
    steps = joined.diff()
    assert (steps >= 0).all()
    assert steps.max() < 0.06


@pytest.mark.parametrize(("n_frames", "n_hop"), [(128, 0), (128, 129), (128, 63)])
def test_windows_that_leave_gaps_or_meet_thrice_are_refused(n_frames, n_hop):
    with pytest.raises(ValueError, match="joined"):
        WindowPlan(n_frames, n_hop)


def test_what_is_shorter_than_a_window_gets_one_of_its_own():
    plan = WindowPlan(512, 384)

    assert plan.fitted(130, 16) == WindowPlan(144, 144)
    assert plan.fitted(500, 16) == plan
    assert plan.fitted(2_000, 16) == plan
