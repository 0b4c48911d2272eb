"""A first answer says when a sound is heard, so that the network can be asked again."""

import torch

from core.separation.mini_second_look import spans_heard


def mixture(n_frames: int = 256, level: float = 0.3) -> torch.Tensor:
    return torch.full((1, 1, 256, n_frames), level)


def test_a_stretch_in_which_the_answer_is_faint_is_marked_as_silent():
    share = torch.full((1, 256, 256), 1e-4)
    share[:, :, 100:200] = 0.8

    spans = spans_heard(share, mixture())[0]

    assert (spans[110:190] == 1).all()
    assert (spans[:75] == -1).all()
    assert (spans[225:] == -1).all()


def test_what_is_less_faint_than_that_is_kept():
    share = torch.full((1, 256, 256), 0.03)  # 15 dB below the loudest
    share[:, :, 100:200] = 0.95

    assert (spans_heard(share, mixture())[0] == 1).sum() > 200


def test_a_flicker_marks_nothing():
    share = torch.zeros(1, 256, 256)
    share[:, :, 40:140] = 0.9
    share[:, :, 220:222] = 0.01  # just loud enough, but far too short

    assert (spans_heard(share, mixture())[0, 190:] == -1).all()


def test_an_answer_that_is_faint_everywhere_marks_nothing():
    share = torch.full((1, 256, 256), 1e-5)

    assert (spans_heard(share, mixture()) == -1).all()


def test_windows_are_judged_each_for_itself():
    share = torch.zeros(2, 256, 256)
    share[0, :, :128], share[1, :, 128:] = 0.9, 0.2

    spans = spans_heard(share, mixture().expand(2, -1, -1, -1))

    assert (spans[0, :100] == 1).all()
    assert (spans[1, 150:] == 1).all()
