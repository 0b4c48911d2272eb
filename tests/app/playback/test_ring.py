import numpy as np
import pytest

from app.playback.mixdown import Mixdown
from app.playback.mixing import Desk, Voice
from app.playback.ring import Block, Reading, Rest, Ring
from app.playback.stretches import Cursor
from tests.helpers.outputs import HeldOutput
from tests.helpers.sounds import clip, noise

RATE_HZ = 1_000
MIX, TARGET = Voice(clip(noise(4.0, RATE_HZ), RATE_HZ)), Voice(clip(noise(4.0, RATE_HZ), RATE_HZ))


@pytest.fixture
def ring() -> Ring:
    ring = Ring()
    ring.set_rate(RATE_HZ)
    ring.set_desk(Desk(MIX))
    return ring


def read(ring: Ring) -> Reading:
    """Do what the feeder does, once."""
    reading = ring.next_reading()
    assert reading is not None
    n_samples = reading.stretch.n_samples
    ring.deliver(reading, {voice: np.zeros((1, n_samples), "f4") for voice in reading.voices})
    return reading


def written(ring: Ring) -> Block | Rest:
    return ring.next_block(is_started=True)[0]


def test_what_was_read_for_an_earlier_order_is_thrown_away(ring):
    ring.play(Cursor(0, 1.0, end=4_000))
    late = ring.next_reading()
    ring.play(Cursor(2_000, 1.0, end=4_000))

    ring.deliver(late, {})
    read(ring)

    block = written(ring)
    assert isinstance(block, Block)
    assert block.stretch.first == 2_000


def test_no_more_is_read_ahead_than_is_good(ring):
    ring.play(Cursor(0, 1.0, end=4_000))
    n_read = 0
    while ring.next_reading() is not None:
        n_read += read(ring).stretch.n_samples

    assert n_read == pytest.approx(800, abs=20)


def test_a_voice_that_comes_to_the_desk_is_read_for_what_waits_already(ring):
    ring.play(Cursor(0, 1.0, end=40))
    read(ring)
    read(ring)

    ring.set_desk(Desk(MIX, TARGET))
    patches = [read(ring), read(ring)]

    assert [patch.voices for patch in patches] == [(TARGET,), (TARGET,)]
    assert ring.next_reading() is None
    block = written(ring)
    assert set(block.voices) == {MIX, TARGET}


def test_the_end_is_told_after_the_last_block(ring):
    ring.play(Cursor(0, 1.0, end=20))
    read(ring)

    assert isinstance(written(ring), Block)
    assert written(ring) is Rest.ENDED


def test_a_late_feeder_is_counted(ring):
    ring.play(Cursor(0, 1.0, end=20))

    assert written(ring) is Rest.WAITING
    assert ring.n_starved == 1


def test_an_order_to_stop_drops_everything(ring):
    ring.play(Cursor(0, 1.0, end=40))
    read(ring)

    ring.stop()

    assert written(ring) is Rest.STOP
    assert ring.next_reading() is None


def test_what_follows_a_gap_fades_in():
    mixdown = Mixdown(RATE_HZ, 1, HeldOutput(RATE_HZ))
    ones = np.ones((1, 50), np.float32)
    stretch, _ = Cursor(0, 1.0, end=50).next(50)
    block = Block(stretch, 1, {MIX: ones})
    mixdown.mix(block, {MIX: 1.0}, does_continue=False)

    on = mixdown.mix(block, {MIX: 1.0}, does_continue=True)
    after_gap = mixdown.mix(block, {MIX: 1.0}, does_continue=False)

    assert (on == 1.0).all()
    assert after_gap[0, 0] == pytest.approx(0.1)  # 10 ms are ten samples here
    assert (after_gap[0, 9:] == 1.0).all()
