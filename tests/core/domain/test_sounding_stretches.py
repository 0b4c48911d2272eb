"""From looks at a clip to the times at which each thing sounds."""

import pytest

from core.domain.sounding_stretches import stretches_of
from tests.helpers.sounding_moments import VIOLIN, track_of


def test_looks_that_follow_each_other_are_one_stretch():
    known = stretches_of(track_of("seen", "seen", "off", "silent", "seen"))

    first, second = known.by_source[VIOLIN.number]
    assert first == pytest.approx((0.0, 0.4))
    assert second == pytest.approx((0.8, 1.0))
    assert known.off_screen == (pytest.approx((0.4, 0.6)),)


def test_what_was_not_looked_at_belongs_to_nothing():
    known = stretches_of(track_of("off", *[""] * 5, "off"))

    assert known.off_screen == (pytest.approx((0.0, 0.2)), pytest.approx((1.2, 1.4)))
    assert known.by_source == {}
