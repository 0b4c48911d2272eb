"""The command that tells what is heard, so that words need not be thought of."""

import pytest

from app.cli.root import run
from core.domain.beliefs import HeardWord
from core.domain.prompts import TimeSpan
from core.jobs import tagging
from core.separation.mini_info import VOCABULARY
from tests.core.files.clips import write_clip
from tests.helpers.sounds import noise, tone

RATE_HZ = 16_000


@pytest.fixture
def clip(tmp_path):
    return write_clip(tmp_path / "clip.mp4", sound=tone(440, 1.0, RATE_HZ), sample_rate_hz=RATE_HZ)


def hear(monkeypatch, *heard: HeardWord) -> list[int]:
    """Let the network hear this, and return how many samples it was given."""
    given: list[int] = []

    class Module:
        @staticmethod
        def heard_by_bundled(mix, device, *, report, cancel):
            given.append(mix.n_samples)
            return heard

    monkeypatch.setattr(tagging, "import_gently", lambda _name: Module)
    return given


def test_words_are_told_with_how_sure_and_when(clip, monkeypatch, capsys):
    spans = tuple(TimeSpan(float(start), start + 0.5) for start in range(6))
    given = hear(monkeypatch, HeardWord("dog", 0.874, spans[:2]), HeardWord("rain", 0.5, spans))

    assert run(["words", str(clip)]) == 0

    surest, other = capsys.readouterr().out.splitlines()
    assert surest.startswith(" 87 %  dog")
    assert surest.endswith("0.0-0.5 s, 1.0-1.5 s")
    assert other.endswith("3.0-3.5 s and 2 more")
    (n_samples,) = given
    assert RATE_HZ <= n_samples < RATE_HZ + 2 * 1024  # the codec fills up its last packet


def test_the_words_that_are_told_are_understood_by_every_engine_that_takes_them():
    """They are plain class phrases, as ZeroSep works best with."""
    from core.domain.vocabulary import read_vocabulary

    titles = [word.title for word in read_vocabulary(VOCABULARY).words]
    assert all(title.replace(" ", "").isalpha() for title in titles)


def test_where_nothing_is_heard_it_is_said(clip, monkeypatch, capsys):
    hear(monkeypatch)

    assert run(["words", str(clip)]) == 0

    told = capsys.readouterr()
    assert told.out == ""
    assert "No sound is heard" in told.err


def test_the_bundled_network_itself_listens(tmp_path, capsys):
    clip = write_clip(tmp_path / "hiss.mp4", sound=noise(2.0, RATE_HZ), sample_rate_hz=RATE_HZ)

    assert run(["words", str(clip), "--device", "cpu"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert all(" %  " in line and line.endswith(" s") for line in lines)


def test_a_clip_without_sound_is_refused(tmp_path, capsys):
    silent = write_clip(tmp_path / "silent.mp4")

    assert run(["words", str(silent)]) == 2

    assert "no sound" in capsys.readouterr().err
