"""What is said of a moment is true of it for a while, so that no word flickers."""

import itertools

import pytest

from core.domain.sounding_said import Said, said_at
from tests.helpers.sounding_moments import track_of

SEEN, OFF, SILENT = Said.SEEN, Said.OFF_SCREEN, Said.SILENT


def test_a_sound_that_nothing_in_the_picture_claims_is_off_screen():
    assert said_at(track_of(*["off"] * 5), 0.5) is OFF
    assert said_at(track_of(*["silent"] * 5), 0.5) is SILENT
    assert said_at(track_of(*["seen"] * 5), 0.5) is SEEN


@pytest.mark.parametrize("blinks", [1, 2])
def test_a_blink_in_between_is_not_worth_a_word(blinks):
    track = track_of(*["off"] * 5, *["seen"] * blinks, *["off"] * 5)

    said = {said_at(track, 0.05 * step) for step in range(40)}

    assert said == {OFF}


def test_what_is_said_stays_for_six_tenths_of_a_second():
    hops = ["off", "seen", *["off"] * 3, "silent", "silent", "off", *["seen"] * 3, "off", "seen"]
    track = track_of(*["seen"] * 3, *hops, *["silent"] * 4)

    said = [said_at(track, 0.01 * step) for step in range(400)]

    changes = [place for place in range(1, 400) if said[place] is not said[place - 1]]
    assert len(changes) >= 3
    assert min(b - a for a, b in itertools.pairwise(changes)) >= 59


def test_slow_looks_are_believed_one_by_one():
    track = track_of("off", "silent", "off", step_s=1.0)

    assert [said_at(track, second) for second in (0.5, 1.5, 2.5)] == [OFF, SILENT, OFF]


def test_nothing_is_said_of_what_was_not_looked_at():
    track = track_of(*["off"] * 3, *[""] * 10, *["silent"] * 5)

    assert said_at(track, 1.5) is None
    assert said_at(track, 2.9) is SILENT
    assert said_at(track_of(), 0.0) is None
