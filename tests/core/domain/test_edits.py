"""Edits return new projects, leave the old one alone, and change nothing when nothing changes."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.domain import edits
from core.domain.project import Project, StemResult
from core.domain.prompts import Box, Click, SpanPrompt, SpectralPrompt, TimeSpan


@pytest.fixture
def project():
    return edits.add_stem(Project(media_path=Path("clip.mp4")))


def _only(project):
    return project.stems[0]


def test_a_new_stem_is_selected_and_has_its_own_colour_and_name(project):
    two = edits.add_stem(project)

    assert two.selected_stem_id == two.stems[1].stem_id
    assert two.stems[0].colour != two.stems[1].colour
    assert two.stems[0].name != two.stems[1].name


def test_the_old_project_stays_as_it_was(project):
    edits.add_span(project, _only(project).stem_id, SpanPrompt(TimeSpan(0, 1)))

    assert _only(project).prompts.is_empty


def test_removing_the_selected_stem_selects_a_neighbour(project):
    two = edits.add_stem(project)

    one = edits.remove_stem(two, two.stems[1].stem_id)

    assert one.selected_stem_id == one.stems[0].stem_id


def test_an_edit_that_changes_nothing_gives_the_same_project(project):
    stem_id = _only(project).stem_id

    assert edits.rename_stem(project, stem_id, "  ") is project
    assert edits.set_text(project, stem_id, " ") is project
    assert edits.set_mix(project, stem_id, gain_db=0.0) is project
    assert edits.remove_stem(project, "unknown") is project


def test_editing_an_unknown_stem_is_a_mistake(project):
    with pytest.raises(KeyError):
        edits.rename_stem(project, "unknown", "x")


def test_spans_are_kept_in_order_and_can_be_changed_and_removed(project):
    stem_id = _only(project).stem_id
    late, early = SpanPrompt(TimeSpan(3, 4)), SpanPrompt(TimeSpan(0, 1))
    project = edits.add_span(edits.add_span(project, stem_id, late), stem_id, early)
    moved = SpanPrompt(TimeSpan(5, 6), is_positive=False)

    changed = edits.change_span(project, stem_id, early, moved)

    assert _only(project).prompts.spans == (early, late)
    assert _only(changed).prompts.spans == (late, moved)
    assert _only(edits.remove_span(changed, stem_id, late)).prompts.spans == (moved,)
    assert _only(edits.clear_spans(changed, stem_id)).prompts.is_empty


def test_clicks_gather_in_one_region_and_a_box_replaces_the_marks_of_its_frame(project):
    stem_id = _only(project).stem_id
    project = edits.add_click(project, stem_id, Click(5, 5, pts=0))
    project = edits.add_click(project, stem_id, Click(9, 9, pts=40))

    boxed = edits.add_box(project, stem_id, Box(0, 0, 8, 8, pts=0))

    (region,) = _only(boxed).prompts.regions
    assert region.clicks == (Click(9, 9, pts=40),)
    assert region.boxes == (Box(0, 0, 8, 8, pts=0),)
    assert _only(edits.clear_region(boxed, stem_id)).prompts.is_empty


def test_painting_gathers_and_clears(project):
    stem_id = _only(project).stem_id
    painted = SpectralPrompt(TimeSpan(0, 1), 100, 200)

    project = edits.add_spectral(project, stem_id, (painted, painted))

    assert len(_only(project).prompts.spectral) == 2
    assert _only(edits.clear_spectral(project, stem_id)).prompts.is_empty


def test_a_result_is_stale_once_the_prompts_changed_since(project):
    stem = _only(project)
    result = StemResult(
        Path("t.wav"), stem.prompts, stem.engine, stem.seed, stem.settings, 10, 8_000, 1
    )
    done = edits.set_result(project, stem.stem_id, result)

    changed = edits.add_span(done, stem.stem_id, SpanPrompt(TimeSpan(0, 1)))

    assert not _only(done).is_stale
    assert _only(changed).is_stale


def test_another_sound_track_drops_results_but_keeps_what_was_asked(project):
    stem = _only(project)
    asked = edits.add_span(project, stem.stem_id, SpanPrompt(TimeSpan(0, 1)))
    result = StemResult(Path("t.wav"), stem.prompts, "spectral", 0, {}, 10, 8_000, 1)
    done = edits.set_result(asked, stem.stem_id, result)

    other = edits.choose_audio(done, 2)

    assert _only(other).result is None
    assert _only(other).prompts == _only(asked).prompts
    assert edits.choose_audio(other, 2) is other


def test_relinking_keeps_everything_but_the_place(project):
    moved = edits.relink_media(project, Path("elsewhere/clip.mp4"))

    assert replace(moved, media_path=project.media_path) == project


def test_a_stem_is_made_only_where_none_is_selected(project):
    assert edits.with_stem(project, "mini") is project
    assert _only(edits.with_stem(Project(), "mini")).engine == "mini"


def test_a_setting_is_kept_with_the_stem_and_can_go_back_to_its_default(project):
    stem_id = _only(project).stem_id
    two = edits.set_setting(edits.set_setting(project, stem_id, "passes", 80), stem_id, "top", "x")
    assert dict(_only(two).settings) == {"passes": 80, "top": "x"}

    one = edits.set_setting(two, stem_id, "top", None)

    assert dict(_only(one).settings) == {"passes": 80}
    assert edits.set_setting(one, stem_id, "top", None) is one


def test_what_was_heard_replaces_words_and_sounding_spans_and_keeps_the_silent_ones(project):
    stem_id = _only(project).stem_id
    silent = SpanPrompt(TimeSpan(4, 5), is_positive=False)
    project = edits.set_text(project, stem_id, "cat")
    for span in (SpanPrompt(TimeSpan(0, 1)), silent):
        project = edits.add_span(project, stem_id, span)

    heard = _only(
        edits.set_heard(project, stem_id, "dog", (TimeSpan(6, 7), TimeSpan(2, 3)))
    ).prompts

    assert [prompt.text for prompt in heard.texts] == ["dog"]
    assert heard.spans == (SpanPrompt(TimeSpan(2, 3)), silent, SpanPrompt(TimeSpan(6, 7)))
