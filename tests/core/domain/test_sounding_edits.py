"""A stem asks for something that sounds: its region is replaced, all else is left alone."""

from core.domain import edits
from core.domain.project import Project
from core.domain.prompts import Box, Click, RegionPrompt
from core.domain.sounding_edits import ask_for

REGION = RegionPrompt((Click(5, 5, 0),), (Box(0, 0, 9, 9, 0),))


def test_the_first_stem_takes_the_colour_in_which_the_thing_was_shown():
    project = ask_for(Project(), REGION, 3, "spectral")

    stem = project.selected_stem
    assert stem is not None
    assert (stem.colour, stem.engine, stem.prompts.regions) == (3, "spectral", (REGION,))


def test_no_two_stems_share_a_colour_for_it():
    project = ask_for(Project(), REGION, 3, "spectral")
    project = ask_for(edits.add_stem(project), REGION, 3, "spectral")

    assert len({stem.colour for stem in project.stems}) == 2


def test_an_earlier_region_is_replaced_and_words_and_colour_are_kept():
    project = edits.add_stem(Project())
    stem_id = project.selected_stem_id or ""
    project = edits.set_text(project, stem_id, "violin")
    project = edits.add_click(project, stem_id, Click(50, 50, 9))

    project = ask_for(project, REGION, 5, "mini")

    stem = project.stem(stem_id)
    assert stem.prompts.regions == (REGION,)
    assert [text.text for text in stem.prompts.texts] == ["violin"]
    assert stem.colour == 0
