import pytest
import torch

from core.separation.nmf import Nmf


def _product(seed=0, n_bins=40, n_frames=60, n_parts=3):
    dice = torch.Generator().manual_seed(seed)
    shapes = torch.rand(n_bins, n_parts, generator=dice) ** 3
    activity = torch.rand(n_parts, n_frames, generator=dice) ** 3
    return shapes / shapes.sum(0), activity


def _divergence(kind, levels, model):
    ratio = (levels + 1e-9) / (model + 1e-9)
    if kind == "is":
        return float((ratio - ratio.log() - 1).sum())
    return float((levels * ratio.log() - levels + model).sum())


@pytest.mark.parametrize("kind", ["kl", "is"])
def test_more_passes_fit_the_levels_closer(kind):
    shapes, activity = _product()
    levels = shapes @ activity + 1e-3

    misfits = []
    for n_passes in (1, 5, 50, 200):
        nmf = Nmf(kind, n_passes)
        learned = nmf.learn(levels, 3, torch.Generator().manual_seed(1))
        misfits.append(_divergence(kind, levels, learned @ nmf.explain(levels, learned)))

    assert misfits == sorted(misfits, reverse=True)
    # Itakura-Saito takes the root of each step, and so twice as many.
    assert misfits[-1] < 0.1 * misfits[0]


@pytest.mark.parametrize("kind", ["kl", "is"])
def test_known_shapes_explain_what_they_made(kind):
    shapes, activity = _product()

    found = Nmf(kind, 500).explain(shapes @ activity + 1e-6, shapes)

    torch.testing.assert_close(found, activity, atol=0.05, rtol=0.05)


def test_new_shapes_take_only_what_known_shapes_leave():
    shapes, activity = _product()
    known, wanted = shapes[:, :2], shapes[:, 2:]

    new = Nmf("kl", 300).learn(shapes @ activity, 1, torch.Generator().manual_seed(0), known=known)

    likeness = torch.nn.functional.cosine_similarity(new[:, 0], wanted[:, 0], dim=0)
    assert likeness > 0.98


def test_cells_without_weight_teach_nothing():
    shapes, activity = _product(n_parts=1)
    levels = shapes @ activity
    spoiled = levels.clone()
    spoiled[:10, :30] = 5.0
    weights = torch.ones_like(levels)
    weights[:10, :30] = 0.0

    learned = Nmf("kl", 200).learn(spoiled, 1, torch.Generator().manual_seed(0), weights=weights)

    torch.testing.assert_close(learned, shapes, atol=0.005, rtol=0.05)


def test_a_frame_is_explained_alike_alone_and_among_others():
    shapes, activity = _product()
    levels = shapes @ activity
    nmf = Nmf("kl", 30)

    alone = nmf.explain(levels[:, 7:8], shapes)

    torch.testing.assert_close(nmf.explain(levels, shapes)[:, 7:8], alone, atol=1e-6, rtol=1e-4)


def test_silence_stays_finite():
    nmf = Nmf("is", 20)
    silent = torch.zeros(20, 10)

    learned = nmf.learn(silent, 2, torch.Generator().manual_seed(0))

    assert learned.isfinite().all()
    assert nmf.explain(silent, learned).isfinite().all()
