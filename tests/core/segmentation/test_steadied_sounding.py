"""What sounds is shown steadily: it doesn't flicker, moves with things, and ends at a cut."""

import numpy as np

from core.segmentation.sounding_protocol import SoundingMap, SoundingSource
from core.segmentation.steadied_sounding import Steadier
from tests.helpers.pictures import background, moving_disc

FRAMES, MASKS = moving_disc(8, speed_px=6)


class _Looks:
    """Gives frames to a steadier, a fifth of a second apart."""

    def __init__(self):
        self.steadier, self.n = Steadier(), 0

    def next(self, frame, found):
        self.n += 1
        return self.steadier.next(frame, found, 0.2 * self.n)


def _found(*labelled):
    """Return a map in which (label, mask) pairs sound."""
    heats = [np.where(mask, np.float32(0.9), np.float32(0.05)) for _, mask in labelled]
    nothing = np.zeros(MASKS[0].shape, np.float32)
    whole = np.max([nothing, *heats], axis=0)
    sources = tuple(
        SoundingSource(np.where(mask, np.float32(0.9), np.float32(0)), label, 0.9)
        for label, mask in labelled
    )
    return SoundingMap(whole, sources)


def _overlap(steady, rank, true):
    mask = (steady.owners.owners() == rank) & (steady.heat.heat() > 0.5)
    small = np.asarray(mask.repeat(1, 0))
    return (small & true).sum() / (small | true).sum()


def test_the_first_frame_is_believed_as_it_is():
    steady = _Looks().next(FRAMES[0], _found(("bell", MASKS[0])))

    assert [one.label for one in steady.sources] == ["bell"]
    assert not steady.begins_shot
    assert _overlap(steady, 0, MASKS[0]) > 0.9


def test_a_frame_on_which_nothing_was_found_does_not_make_it_flicker_out_and_in():
    steadier = _Looks()
    faint = _found(("bell", MASKS[3]))
    faint = SoundingMap(faint.heat * 0.5, ())

    for number in range(3):
        steadier.next(FRAMES[number], _found(("bell", MASKS[number])))
    steady = steadier.next(FRAMES[3], faint)

    assert [one.label for one in steady.sources] == ["bell"]
    # It was carried along: the disc moved by six pixels since.
    assert _overlap(steady, 0, MASKS[3]) > 0.85


def test_what_is_gone_is_let_go():
    steadier = _Looks()
    steadier.next(FRAMES[0], _found(("bell", MASKS[0])))
    for number in (1, 2):
        steady = steadier.next(FRAMES[number], _found())

    assert steady.sources == ()


def test_a_cut_begins_anew():
    steadier = _Looks()
    for number in range(3):
        steadier.next(FRAMES[number], _found(("bell", MASKS[number])))
    other = 255 - background(160, 120, seed=9)[:, ::-1]

    steady = steadier.next(np.ascontiguousarray(other), _found())

    assert steady.begins_shot
    assert steady.sources == ()
    assert steady.heat.heat().max() == 0


def test_one_wrong_name_does_not_rename_a_thing_and_numbers_stay():
    steadier = _Looks()
    for number in range(3):
        steadier.next(FRAMES[number], _found(("bell", MASKS[number])))
    wrong = _found(("dog", MASKS[3]))
    steady = steadier.next(FRAMES[3], SoundingMap(wrong.heat, wrong.sources))
    again = steadier.next(FRAMES[4], _found(("bell", MASKS[4])))

    assert [one.label for one in steady.sources] == ["bell"]
    assert [(one.number, one.label) for one in again.sources] == [(0, "bell")]


def test_two_sources_stay_apart():
    other = np.zeros_like(MASKS[0])
    other[5:30, 110:150] = True
    steadier = _Looks()

    for number in range(4):
        steady = steadier.next(FRAMES[number], _found(("bell", MASKS[number]), ("dog", other)))

    ranks = {one.label: rank for rank, one in enumerate(steady.sources)}
    assert set(ranks) == {"bell", "dog"}
    assert _overlap(steady, ranks["bell"], MASKS[3]) > 0.85
    assert _overlap(steady, ranks["dog"], other) > 0.85


def test_sources_without_names_are_kept_apart_by_their_place():
    steady = _Looks().next(FRAMES[0], _found(("", MASKS[0])))

    assert [one.label for one in steady.sources] == [""]


def test_a_sure_name_outweighs_a_doubtful_one_and_a_doubtful_one_is_not_said():
    heat = np.where(MASKS[0], np.float32(0.9), np.float32(0.0))
    doubtful = SoundingMap(heat, (SoundingSource(heat, "dog", 0.9, certainty=0.2),))
    sure = SoundingMap(heat, (SoundingSource(heat, "bell", 0.9, certainty=0.9),))
    steadier = _Looks()

    first = steadier.next(FRAMES[0], doubtful)
    steadier.next(FRAMES[0], sure)
    second = steadier.next(FRAMES[0], sure)
    third = steadier.next(FRAMES[0], doubtful)

    assert [one.label for one in first.sources] == [""]
    assert [one.label for one in second.sources] == ["bell"]
    assert [one.number for one in third.sources] == [one.number for one in second.sources]


def test_what_was_seen_long_ago_counts_for_little():
    soon, late = Steadier(), Steadier()
    for steadier in (soon, late):
        steadier.next(FRAMES[0], _found(("bell", MASKS[0])), 0.0)

    heats = [
        steadier.next(FRAMES[0], _found(), time_s).heat.heat().max()
        for steadier, time_s in ((soon, 0.2), (late, 1.2))
    ]

    assert heats[0] > 0.4
    assert heats[1] < 0.1


def test_two_things_without_names_keep_their_numbers_when_their_scores_cross():
    other = np.zeros_like(MASKS[0])
    other[5:30, 110:150] = True
    disc = [np.where(mask, np.float32(0.9), np.float32(0)) for mask in MASKS]
    box = np.where(other, np.float32(0.9), np.float32(0))
    steadier = _Looks()

    first = (SoundingSource(disc[0], "", 0.9), SoundingSource(box, "", 0.8))
    steadier.next(FRAMES[0], SoundingMap(np.maximum(disc[0], box), first))
    crossed = (SoundingSource(box, "", 0.9), SoundingSource(disc[1], "", 0.8))
    steady = steadier.next(FRAMES[1], SoundingMap(np.maximum(disc[1], box), crossed))

    numbers = {
        one.number: _overlap(steady, rank, other) > 0.5 for rank, one in enumerate(steady.sources)
    }
    assert numbers == {0: False, 1: True}
