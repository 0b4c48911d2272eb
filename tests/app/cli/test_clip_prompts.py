from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from app.cli.clip_prompts import prompts_in_clip
from app.cli.marks import Marks, read_box, read_click, read_paint, read_span
from core.domain.media import MediaInfo, VideoStreamInfo
from core.domain.prompts import Box, Click, PromptKind, TextPrompt
from core.errors import PromptError
from core.media.pts_table import PtsTable

VIDEO = VideoStreamInfo(0, "h264", 320, 240, Fraction(1, 1000), 25.0, 0.0, 2.0, n_frames=50)
CLIP = MediaInfo(Path("clip.mp4"), "mov", 2.0, Fraction(1, 2), 99, VIDEO, ())
SOUND = MediaInfo(Path("clip.wav"), "wav", 2.0, Fraction(0), 99, None, ())
TABLE = PtsTable(
    np.arange(50, dtype=np.int64) * 40 + 500,
    np.ones(50, np.bool_),
    Fraction(1, 1000),
    Fraction(1, 2),
)


def test_a_click_falls_on_the_frame_that_is_on_screen_then():
    marks = Marks(points=(read_click("10,20@0.1"), read_click("5,5@2.0", is_positive=False)))

    (region,) = prompts_in_clip(marks, CLIP, TABLE).regions

    assert region.clicks == (Click(10, 20, 580), Click(5, 5, 2460, is_positive=False))


def test_all_marks_become_prompts_of_one_sound():
    marks = Marks(
        texts=(" a dog ",),
        spans=(read_span("1-2"), read_span("0-0.5", is_positive=False)),
        spectral=(read_paint("0-1,100-200"),),
        points=(read_click("1,1@0"),),
        boxes=(read_box("0,0,320,240@0"),),
    )

    prompts = prompts_in_clip(marks, CLIP, TABLE)

    assert prompts.kinds == frozenset(PromptKind)
    assert prompts.texts == (TextPrompt("a dog"),)
    assert prompts.regions[0].boxes == (Box(0, 0, 320, 240, 500),)
    assert [span.is_positive for span in prompts.spans] == [False, True]


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        (Marks(spans=(read_span("1-2.5"),)), "2.000 s"),
        (Marks(spans=(read_span("7-9"),)), "2.000 s"),
        (Marks(spectral=(read_paint("1-3,100-200"),)), "2.000 s"),
        (Marks(points=(read_click("1,1@2.5"),)), "2.000 s"),
        (Marks(boxes=(read_box("1,1,9,9@2.5"),)), "2.000 s"),
        (Marks(points=(read_click("320,100@1"),)), "320 pixels wide and 240 high"),
        (Marks(points=(read_click("10,240@1"),)), "320 pixels wide and 240 high"),
        (Marks(boxes=(read_box("1,1,321,9@1"),)), "320 pixels wide and 240 high"),
        (Marks(points=(read_click("1,1@1", is_positive=False),)), "--click or --box"),
    ],
)
def test_what_lies_outside_the_clip_is_refused_with_its_limits(marks, words):
    with pytest.raises(PromptError) as caught:
        prompts_in_clip(marks, CLIP, TABLE)

    assert words in caught.value.advice


def test_the_rounded_length_that_players_show_is_still_inside():
    prompts_in_clip(Marks(spans=(read_span("1-2.0009"),)), CLIP, TABLE)


def test_a_click_into_sound_alone_is_refused_with_what_works():
    with pytest.raises(PromptError) as caught:
        prompts_in_clip(Marks(points=(read_click("1,1@1"),)), SOUND, None)

    assert "--span" in caught.value.advice


def test_saying_nothing_is_refused_with_what_could_be_said():
    with pytest.raises(PromptError) as caught:
        Marks().refuse_nothing()

    assert "--span" in caught.value.advice
    Marks(texts=("dog",)).refuse_nothing()
