import pytest
import torch

from core.evaluation.class_metrics import ClassCounts, FrameClassMeter
from core.evaluation.mask_metrics import MaskMeter, MaskScore, f_curves, jaccard, precision_recall

ONES, NOTHING = torch.ones(1, 4, 4), torch.zeros(1, 4, 4)
HALF = torch.cat((torch.ones(1, 2, 4), torch.zeros(1, 2, 4)), 1)


def test_iou_where_nothing_is_there_is_the_share_that_is_left_alone():
    assert jaccard(NOTHING, NOTHING).item() == pytest.approx(1)
    assert jaccard(HALF, NOTHING).item() == pytest.approx(0.5)
    assert jaccard(ONES, HALF).item() == pytest.approx(0.5)


def test_just_half_likely_is_not_said():
    assert jaccard(HALF * 0.5, HALF).item() == 0


def test_precision_and_recall_at_each_threshold_are_counted():
    said = torch.tensor([[[0.9, 0.6, 0.3, 0.0]]])
    there = torch.tensor([[[1.0, 0.0, 1.0, 0.0]]])

    precision, recall = precision_recall(said, there)

    middle = 127  # the threshold 0.5
    assert precision[0, middle].item() == pytest.approx(1 / 2)
    assert recall[0, middle].item() == pytest.approx(1 / 2)
    assert precision[0, 0].item() == pytest.approx(1 / 2)  # everything is at 0 or above
    assert recall[0, 0].item() == 1


def test_frames_where_nothing_is_there_have_no_f():
    assert len(f_curves(torch.cat((ONES, ONES)), torch.cat((HALF, NOTHING)))) == 1


def test_published_numbers_depend_on_batches_and_ours_do_not():
    said = torch.rand(6, 8, 8, generator=torch.Generator().manual_seed(0))
    there = (said + torch.rand(6, 8, 8, generator=torch.Generator().manual_seed(1)) > 1.2).float()
    there[4:] = 0

    meters = []
    for size in (1, 2, 3, 6):
        meter = MaskMeter()
        for pair in zip(said.split(size), there.split(size), strict=True):
            meter.add(*pair)
        meters.append(meter)

    free = [one.batch_free() for one in meters]
    assert all(one.f == pytest.approx(free[0].f) for one in free)
    assert all(one.j == pytest.approx(free[0].j) for one in free)
    assert len({round(one.published().f, 6) for one in meters}) > 1


def test_nothing_measured_is_nothing():
    assert MaskMeter().batch_free() == MaskMeter().published() == MaskScore(0, 0)
    assert MaskScore(0.4, 0.6).j_and_f == pytest.approx(0.5)


def test_counts_over_a_set_are_those_of_one_large_picture():
    said = torch.tensor([[[0, 1], [1, 2]], [[2, 2], [0, 0]]])
    there = torch.tensor([[[0, 1], [2, 2]], [[1, 2], [0, 2]]])
    counts = ClassCounts(4)

    for pair in zip(said, there, strict=True):
        counts.add(*pair)

    assert counts.true.tolist() == [2, 1, 2, 0]
    assert counts.union.tolist() == [3, 3, 5, 0]
    assert (counts.false.tolist(), counts.missed.tolist()) == ([1, 1, 1, 0], [0, 1, 2, 0])
    score = counts.score()
    assert score.j == pytest.approx((2 / 3 + 1 / 3 + 2 / 5) / 3)
    assert counts.score(is_silence_counted=False).j == pytest.approx((1 / 3 + 2 / 5) / 2)
    precision, recall = 2 / 3, 2 / 4
    f = 1.3 * precision * recall / (0.3 * precision + recall)
    assert counts.f_measures()[2].item() == pytest.approx(f)


def test_frames_are_averaged_over_those_a_class_is_met_in():
    meter = FrameClassMeter(3)
    meter.add(torch.zeros(2, 2, 2).long(), torch.tensor([[[0, 0], [0, 0]], [[0, 0], [1, 1]]]))

    score = meter.score()

    assert meter.n_frames.tolist() == [2, 1, 0]
    assert score.miou == pytest.approx((0.75 + 0 + 0) / 3)
    assert score.miou_without_last == pytest.approx(0.75 / 2)
    assert score.f > 0
