import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QObject, QThread, Slot

from app.playback.mixing import MatchedGains
from app.playback.output import SilentOutput
from app.playback.player import MixerStem, Player
from core.domain.audio import AudioClip, Samples
from core.domain.listening import Listen
from tests.helpers.outputs import HeldOutput, opening
from tests.helpers.sounds import clip, noise

RATE_HZ = 16_000
FADE = 160  # 10 ms


def counting(length_s: float = 4.0, n_channels: int = 1) -> AudioClip:
    """A sound whose samples tell their place: n / 2**20, exact in float32."""
    n_samples = round(length_s * RATE_HZ)
    ramp = np.arange(n_samples, dtype=np.float32) / np.float32(2**20)
    return AudioClip(np.tile(ramp, (n_channels, 1)), RATE_HZ)


def places(heard: Samples) -> list[int]:
    return [round(float(value) * 2**20) for value in heard[0]]


class Listener(QObject):
    def __init__(self, player: Player) -> None:
        super().__init__()
        self.positions: list[float] = []
        self.playing: list[bool] = []
        self.speeds: list[float] = []
        self.listens: list[Listen] = []
        self.notices: list[str] = []
        self.notice_threads: set[QThread] = set()
        player.position_changed.connect(self._on_position_changed)
        player.playing_changed.connect(self._on_playing_changed)
        player.speed_changed.connect(self._on_speed_changed)
        player.listen_changed.connect(self._on_listen_changed)
        player.notice_raised.connect(self._on_notice_raised)

    @Slot(float)
    def _on_position_changed(self, position_s: float) -> None:
        self.positions.append(position_s)

    @Slot(bool)
    def _on_playing_changed(self, is_playing: bool) -> None:
        self.playing.append(is_playing)

    @Slot(float)
    def _on_speed_changed(self, speed: float) -> None:
        self.speeds.append(speed)

    @Slot(object)
    def _on_listen_changed(self, listen: Listen) -> None:
        self.listens.append(listen)

    @Slot(str)
    def _on_notice_raised(self, notice: str) -> None:
        self.notices.append(notice)
        self.notice_threads.add(QThread.currentThread())


class Bench:
    """A player with its loudspeakers and its listener."""

    def __init__(self, qtbot, output: HeldOutput, notice: str = "") -> None:
        self.qtbot, self.output = qtbot, output
        self.player = Player(open_output=opening(output, notice), now=output.now)
        self.listener = Listener(self.player)

    def hear(self, length_s: float) -> None:
        """Let the loudspeakers take `length_s` more, and wait until they have."""
        # Blocks are taken whole, so a little less than a block may be left over.
        goal = self.output.n_taken + round(length_s * RATE_HZ) - 400
        self.output.allow(length_s * RATE_HZ)
        self.qtbot.waitUntil(lambda: self.output.n_taken >= goal)

    def end(self) -> None:
        self.output.allow(float("inf"))
        self.player.shutdown()


@pytest.fixture
def bench(qtbot) -> Iterator[Bench]:
    bench = Bench(qtbot, HeldOutput(RATE_HZ))
    bench.player.set_sound(counting(), 4.0)
    bench.player.set_level_matching(False)
    yield bench
    bench.end()


def test_playing_is_the_mix_sample_for_sample(bench):
    bench.player.play()
    bench.hear(1.0)

    heard = places(bench.output.heard)
    assert heard[FADE:] == list(range(FADE, len(heard)))
    assert heard[0] < 2


def test_the_position_is_that_of_the_sample_heard(bench):
    bench.player.play()
    bench.hear(0.5)
    bench.qtbot.waitUntil(lambda: bench.listener.positions[-1] > 0.4)

    assert bench.player.position_s == pytest.approx(bench.output.now(), abs=0.001)
    assert bench.listener.positions == sorted(bench.listener.positions)


def test_pause_stops_at_once_and_playing_goes_on_from_there(bench):
    bench.player.play()
    bench.hear(0.5)

    bench.player.pause()
    rested_s = bench.player.position_s
    bench.output.allow(RATE_HZ)
    bench.qtbot.waitUntil(lambda: bench.output.n_stops == 1)
    n_before = bench.output.n_taken
    bench.player.play()
    bench.hear(0.2)

    heard = places(bench.output.heard[:, n_before:])
    assert heard[FADE] == round(rested_s * RATE_HZ) + FADE
    assert bench.listener.playing == [True, False, True]


def test_seeking_while_playing_is_heard_from_the_new_place_on(bench):
    bench.player.play()
    bench.hear(0.5)
    before = bench.output.n_taken

    bench.player.seek(3.0)
    assert bench.player.position_s == 3.0  # at once, though the old sound is still on its way
    bench.hear(0.5)

    heard = places(bench.output.heard[:, before:])
    start = heard.index(48_000 + FADE)
    assert heard[start:] == list(range(48_000 + FADE, 48_000 + FADE + len(heard) - start))
    assert bench.player.position_s > 3.2


def test_a_seek_makes_no_click(bench):
    bench.player.set_sound(AudioClip(np.full((1, 4 * RATE_HZ), 0.5, np.float32), RATE_HZ), 4.0)
    bench.player.play()
    bench.hear(0.5)
    bench.player.seek(2.0)
    bench.hear(0.5)

    steps = np.abs(np.diff(bench.output.heard[0]))
    assert steps.max() <= 0.5 / FADE + 1e-4


def test_a_loop_repeats_without_a_seam(bench):
    bench.player.set_loop(0.5, 0.6)
    bench.player.seek(0.45)
    bench.player.play()
    bench.hear(0.6)

    heard = places(bench.output.heard)
    start, stop = 8_000, 9_600
    assert heard[FADE:2_400] == list(range(7_200 + FADE, stop))
    for k in range(2_400, len(heard) - 1_600, 1_600):
        assert heard[k : k + 1_600] == list(range(start, stop))
    assert 0.5 <= bench.player.position_s <= 0.6


def test_a_loop_set_while_playing_takes_hold_without_a_jump(bench):
    bench.player.play()
    bench.hear(0.2)

    bench.player.set_loop(0.0, 0.5)
    bench.hear(0.6)

    heard = places(bench.output.heard)
    assert heard[FADE:8_000] == list(range(FADE, 8_000))
    assert heard[8_000:9_000] == list(range(1_000))


def test_the_loop_ends_when_it_is_switched_off(bench):
    bench.player.set_loop(0.0, 0.5)
    bench.player.play()
    bench.hear(0.2)

    bench.player.set_loop(None)
    bench.hear(0.6)

    heard = places(bench.output.heard)
    assert heard[FADE:] == list(range(FADE, len(heard)))


def test_playing_with_the_playhead_behind_the_loop_starts_the_loop(bench):
    bench.player.set_loop(1.0, 2.0)
    bench.player.seek(3.0)

    bench.player.play()
    bench.hear(0.1)

    assert places(bench.output.heard)[FADE] == 16_000 + FADE


def test_at_the_end_playing_stops_and_starts_over(bench):
    bench.player.seek(3.9)
    bench.player.play()
    bench.output.allow(RATE_HZ)
    bench.qtbot.waitUntil(lambda: not bench.player.is_playing)

    assert bench.player.position_s == 4.0
    assert bench.listener.positions[-1] == 4.0
    heard = places(bench.output.heard)
    assert heard[FADE:1_600] == list(range(62_400 + FADE, 64_000))
    assert not any(heard[1_600:])
    bench.player.play()
    assert bench.player.position_s == 0.0


def test_switching_to_the_target_has_neither_gap_nor_step(bench):
    mix = AudioClip(np.full((1, 4 * RATE_HZ), 0.5, np.float32), RATE_HZ)
    target = AudioClip(np.full((1, 4 * RATE_HZ), 0.2, np.float32), RATE_HZ)
    bench.player.set_sound(mix, 4.0)
    bench.player.set_target(target)
    bench.player.play()
    bench.hear(0.3)

    bench.player.set_listen(Listen.TARGET)
    bench.hear(0.2)
    bench.player.set_listen(Listen.RESIDUAL)
    bench.hear(0.2)

    heard = bench.output.heard[0]
    assert np.abs(np.diff(heard)).max() <= 0.5 / FADE + 1e-4
    assert {round(float(value), 3) for value in heard} >= {0.5, 0.2, 0.3}
    assert heard[FADE:].min() >= 0.2 - 1e-6
    assert bench.listener.listens == [Listen.TARGET, Listen.RESIDUAL]


def test_a_switch_is_heard_at_once_and_not_after_what_was_read_ahead(bench):
    target = AudioClip(np.zeros((1, 4 * RATE_HZ), np.float32), RATE_HZ)
    bench.player.set_target(target)
    bench.player.play()
    bench.hear(0.5)
    before = bench.output.n_taken

    bench.player.set_listen(Listen.TARGET)
    bench.hear(0.5)

    after = bench.output.heard[0, before:]
    # One block may be on its way to the device already, then comes the crossfade.
    assert not after[2 * 320 + FADE :].any()


class Preview:
    """A quarter of a second at 0.3 s, which counts how much of it was read."""

    sample_rate_hz, n_channels, n_samples, start_s = RATE_HZ, 1, 4_000, 0.3

    def __init__(self) -> None:
        self.n_read = 0
        self._clip = AudioClip(np.full((1, 4_000), 0.25, np.float32), RATE_HZ, 0.3)

    def read(self, start: int, stop: int) -> Samples:
        self.n_read += stop - start
        return self._clip.read(start, stop)


def test_a_preview_that_arrives_while_playing_is_heard_in_what_was_read_ahead(bench):
    bench.player.play()
    bench.hear(0.2)
    preview = Preview()

    bench.player.set_target(preview)
    # The loudspeakers of this test are faster than any: let what waits be read first.
    bench.qtbot.waitUntil(lambda: preview.n_read > 0.7 * RATE_HZ)
    bench.player.set_listen(Listen.TARGET)
    bench.hear(0.5)

    heard = bench.output.heard[0]
    assert (heard[5_000:8_000] == 0.25).all()
    assert not heard[9_000:].any()  # around the preview there is silence


def test_the_mixer_plays_its_strips(bench):
    mix, dog = noise(4.0, seed=1), noise(4.0, seed=2)
    bench.player.set_sound(clip(mix), 4.0)
    stem = clip(dog)
    bench.player.set_stems((MixerStem(stem),))
    bench.player.set_listen(Listen.MIXER)
    bench.player.play()
    bench.hear(0.3)
    n_unity = bench.output.n_taken

    bench.player.set_stems((MixerStem(stem, is_muted=True),))
    bench.hear(0.3)

    heard = bench.output.heard
    n_heard = heard.shape[1]
    np.testing.assert_array_equal(heard[:, FADE:n_unity], mix[:, FADE:n_unity])
    late = slice(n_unity + 1_000, n_heard)
    np.testing.assert_allclose(heard[:, late], (mix - dog)[:, late], atol=1e-6)


def test_when_the_target_goes_the_mix_is_heard(bench):
    bench.player.set_target(counting())
    bench.player.set_listen(Listen.TARGET)

    bench.player.set_target(None)

    assert bench.player.listen is Listen.MIX
    assert bench.listener.listens == [Listen.TARGET, Listen.MIX]
    bench.player.set_listen(Listen.TARGET)
    assert bench.player.listen is Listen.MIX


def test_a_target_of_another_shape_is_refused(bench):
    with pytest.raises(ValueError, match="the mix has"):
        bench.player.set_target(clip(noise(n_channels=2)))


def test_levels_are_matched_once_they_are_measured(bench):
    bench.player.set_sound(clip(noise(4.0, gain=0.1, seed=1)), 4.0)
    bench.player.set_level_matching(True)
    bench.player.set_target(clip(noise(4.0, gain=0.05, seed=2)))
    bench.qtbot.waitUntil(lambda: bench.player.matched_gains is not None)

    assert bench.player.matched_gains.target == pytest.approx(2.0, rel=0.05)
    bench.player.set_level_matching(False)
    assert bench.player.matched_gains == MatchedGains()
    bench.player.set_level_matching(True)
    assert bench.player.matched_gains.target == pytest.approx(2.0, rel=0.05)


def test_matching_switched_on_later_is_measured_then(bench):
    bench.player.set_sound(clip(noise(4.0, gain=0.1, seed=1)), 4.0)
    bench.player.set_target(clip(noise(4.0, gain=0.05, seed=2)))
    bench.player.play()
    bench.hear(0.1)

    bench.player.set_level_matching(True)

    bench.qtbot.waitUntil(lambda: bench.player.matched_gains is not None)


def test_volume_moves_smoothly_down_to_silence(bench):
    bench.player.set_sound(AudioClip(np.full((1, 4 * RATE_HZ), 0.5, np.float32), RATE_HZ), 4.0)
    bench.player.play()
    bench.hear(0.2)

    bench.player.set_volume(-60.0)
    bench.hear(0.2)

    heard = bench.output.heard[0]
    assert np.abs(np.diff(heard)).max() <= 0.5 / FADE + 1e-4
    assert heard[-1] == 0.0


def test_shuttle_goes_faster_slower_and_back(bench):
    bench.player.seek(2.0)

    for key in "LLLLJJJJJL":
        {"L": bench.player.shuttle_forward, "J": bench.player.shuttle_back}[key]()
    bench.player.shuttle_stop()

    assert bench.listener.speeds == [2, 4, 2, 1, -1, -2, -4, -2, 1]
    assert not bench.player.is_playing


def test_shuttling_back_plays_backward(bench):
    bench.player.seek(2.0)
    bench.player.shuttle_back()
    bench.hear(0.5)

    heard = places(bench.output.heard)
    assert heard[FADE:] == list(range(31_999 - FADE, 31_999 - len(heard), -1))
    assert bench.player.position_s == pytest.approx(1.5, abs=0.03)
    bench.output.allow(5 * RATE_HZ)
    bench.qtbot.waitUntil(lambda: not bench.player.is_playing)
    assert bench.player.position_s == 0.0


def test_double_speed_arrives_in_half_the_time(bench):
    bench.player.shuttle_forward()
    bench.player.shuttle_forward()
    bench.output.allow(3 * RATE_HZ)
    bench.qtbot.waitUntil(lambda: not bench.player.is_playing)

    assert bench.player.position_s == 4.0
    n_sounding = int(np.flatnonzero(bench.output.heard[0]).max())
    assert n_sounding == pytest.approx(2 * RATE_HZ, abs=700)
    assert bench.player.speed == 1.0


def test_scrubbing_is_heard_as_a_snippet_and_does_not_play_on(bench):
    bench.player.scrub(1.0)
    bench.output.allow(2 * RATE_HZ)
    bench.qtbot.waitUntil(lambda: bench.output.n_stops == 1)

    heard = np.asarray(places(bench.output.heard))
    n_snippet = round(0.08 * RATE_HZ)
    middle = slice(FADE, n_snippet - FADE)
    assert heard[middle].tolist() == list(range(16_000 + FADE, 16_000 + n_snippet - FADE))
    assert heard[0] < 200
    assert heard[n_snippet - 1] == 0
    assert not heard[n_snippet:].any()
    assert bench.player.position_s == 1.0
    assert bench.listener.playing == []


def test_scrubbing_can_be_silent(bench):
    bench.player.set_scrub_sound(False)

    bench.player.scrub(1.0)

    assert bench.player.position_s == 1.0
    assert bench.output.n_starts == 0


def test_a_clip_without_sound_plays_its_picture(qtbot):
    bench = Bench(qtbot, HeldOutput())
    bench.player.set_sound(None, 0.2)

    bench.player.play()
    qtbot.waitUntil(lambda: bench.listener.playing == [True, False])

    assert bench.player.position_s == 0.2
    assert bench.output.n_starts == 0
    bench.end()


def test_a_picture_longer_than_its_sound_plays_to_its_end(bench):
    bench.player.set_sound(counting(0.5), 1.0)

    bench.player.play()
    bench.output.allow(2 * RATE_HZ)
    bench.qtbot.waitUntil(lambda: not bench.player.is_playing)

    assert bench.player.position_s == 1.0


def test_nothing_plays_where_there_is_no_clip(qtbot):
    bench = Bench(qtbot, HeldOutput())

    bench.player.play()

    assert not bench.player.is_playing
    bench.end()


def test_a_missing_device_is_told_once_and_in_the_thread_of_the_window(qtbot):
    bench = Bench(qtbot, HeldOutput(RATE_HZ), notice="There is no sound.")
    bench.player.set_sound(counting(), 4.0)
    for _ in range(2):
        bench.player.play()
        bench.hear(0.1)
        bench.player.pause()
        bench.output.allow(RATE_HZ)
        qtbot.waitUntil(lambda: bench.output.n_stops >= 1)
    qtbot.waitUntil(lambda: bench.listener.notices != [])

    assert bench.listener.notices == ["There is no sound."]
    assert bench.listener.notice_threads == {QThread.currentThread()}
    bench.end()


def test_a_device_that_is_unplugged_leaves_the_picture_playing(qtbot):
    output = HeldOutput(RATE_HZ)
    bench = Bench(qtbot, output)
    bench.player = player = Player(open_output=opening(output))
    bench.listener = Listener(player)
    player.set_sound(counting(), 4.0)
    player.play()
    bench.hear(0.2)

    output.lose()
    qtbot.waitUntil(lambda: bench.listener.notices != [])
    position_s = player.position_s
    qtbot.waitUntil(lambda: player.position_s > position_s)

    assert player.is_playing
    assert "gone away" in bench.listener.notices[0]
    bench.end()


class StubbornDisk:
    """A sound on a disk that fails, or that waits for the test."""

    sample_rate_hz, n_channels, n_samples, start_s = RATE_HZ, 1, 4 * RATE_HZ, 0.0

    def __init__(self) -> None:
        self.has_failed = False
        self.is_ready = threading.Event()
        self.is_ready.set()

    def read(self, start: int, stop: int) -> Samples:
        self.is_ready.wait(10)
        if self.has_failed:
            raise OSError("Input/output error")
        return counting().read(start, stop)


def test_a_disk_that_goes_away_is_silence_with_one_notice(bench):
    disk = StubbornDisk()
    disk.has_failed = True
    bench.player.set_sound(disk, 4.0)

    bench.player.play()
    bench.hear(0.5)
    bench.qtbot.waitUntil(lambda: bench.listener.notices != [])

    assert not bench.output.heard.any()
    assert len(bench.listener.notices) == 1


def test_a_slow_disk_delays_the_sound_and_media_time_waits_for_it(bench):
    disk = StubbornDisk()
    bench.player.set_sound(disk, 4.0)
    bench.player.play()
    bench.hear(0.1)

    disk.is_ready.clear()
    bench.output.allow(2 * RATE_HZ)
    bench.qtbot.waitUntil(lambda: bench.player.n_underflows > 0)
    waited_s = bench.player.position_s
    disk.is_ready.set()
    bench.qtbot.waitUntil(lambda: bench.player.position_s > waited_s)

    heard = [place for place in places(bench.output.heard)[FADE:] if place > 0]
    # Nothing is skipped: after the silence it goes on (faded in) where it had stopped.
    assert max(np.diff(sorted(set(heard)))) <= FADE + 1


def test_the_first_write_of_a_run_does_not_count_as_a_gap(bench):
    bench.output.underflows = [True, False, True]
    bench.player.play()
    bench.hear(0.2)

    assert bench.player.n_underflows == 1


def test_two_hundred_clicks_through_the_clip_end_where_they_should(bench):
    bench.player.play()
    for k in range(200):
        bench.output.allow(160)
        bench.player.seek((k % 37) / 10)
        bench.player.set_volume(-(k % 7))
    bench.player.seek(1.0)
    bench.hear(0.5)
    bench.output.allow(RATE_HZ)
    bench.qtbot.waitUntil(lambda: bench.player.position_s > 1.2)

    assert bench.player.is_playing


def test_shutdown_while_playing_leaves_no_thread(qtbot):
    bench = Bench(qtbot, HeldOutput(RATE_HZ))
    bench.player.set_sound(counting(), 4.0)
    bench.player.play()
    bench.hear(0.1)

    bench.end()

    assert not [t for t in threading.enumerate() if t.name.startswith("playback")]
    assert bench.output.is_closed


def test_the_silent_output_is_paced_by_a_clock_and_the_player_follows(qtbot):
    player = Player(open_output=lambda hz: (SilentOutput(hz), ""))
    player.set_sound(counting(0.2), 0.2)
    player.play()
    qtbot.waitUntil(lambda: not player.is_playing)

    assert player.position_s == 0.2
    player.shutdown()


def test_playback_loads_neither_torch_nor_portaudio_before_it_plays():
    code = (
        "import sys, app.playback.player\n"
        "assert not {'torch', 'av', 'sounddevice'} & set(sys.modules)"
    )
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)
