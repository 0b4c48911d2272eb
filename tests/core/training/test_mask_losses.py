import math

import pytest
import torch

from core.training.mask_losses import cross_entropy, dice_loss, focal_loss, iou_loss

LOSSES = [cross_entropy, focal_loss, dice_loss, iou_loss]
SURE = 50.0


def logits(value: float) -> torch.Tensor:
    return torch.full((2, 1, 4, 4), value)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("there", [torch.ones(2, 4, 4), torch.zeros(2, 4, 4)])
def test_what_is_said_rightly_costs_nothing(loss, there):
    said = logits(SURE) * (2 * there[:, None] - 1)

    assert loss(said, there).item() == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("there", [torch.ones(2, 4, 4), torch.zeros(2, 4, 4)])
@pytest.mark.parametrize("value", [-SURE, 0.0, SURE])
def test_masks_of_ones_and_zeros_give_finite_losses_and_gradients(loss, there, value):
    said = logits(value).requires_grad_()

    cost = loss(said, there)
    cost.backward()

    assert torch.isfinite(cost)
    assert torch.isfinite(said.grad).all()


def test_each_loss_of_half_a_mask_is_what_its_equation_says():
    there = torch.zeros(1, 4, 4)
    there[:, :2] = 1  # half of all pixels

    everything = logits(SURE)[:1]
    assert dice_loss(everything, there).item() == pytest.approx(1 - 2 * 8 / (16 + 8), abs=1e-5)
    assert iou_loss(everything, there).item() == pytest.approx(1 - 8 / 16, abs=1e-5)
    assert cross_entropy(logits(0.0)[:1], there).item() == pytest.approx(math.log(2))
    assert focal_loss(logits(0.0)[:1], there).item() == pytest.approx(math.log(2) / 8)


def test_wrong_answers_cost_all_there_is_of_overlap():
    there = torch.ones(2, 4, 4)

    assert dice_loss(logits(-SURE), there).item() == pytest.approx(1, abs=1e-5)
    assert iou_loss(logits(-SURE), there).item() == pytest.approx(1, abs=1e-5)
    assert cross_entropy(logits(-SURE), there).item() == pytest.approx(SURE)


@pytest.mark.parametrize("loss", LOSSES)
def test_classes_that_are_right_cost_nothing_and_wrong_ones_much(loss):
    classes = torch.tensor([[[0, 1], [2, 2]]])
    right = torch.nn.functional.one_hot(classes, 3).movedim(3, 1) * 2 * SURE

    assert loss(right, classes).item() == pytest.approx(0, abs=1e-5)
    assert loss(right.roll(1, 1), classes).item() > 0.4
