"""Letting a stem ask for something that is seen to sound, as a pure edit of the project."""

from dataclasses import replace

from core.domain import edits
from core.domain.project import Project, Stem
from core.domain.prompts import RegionPrompt


def ask_for(project: Project, region: RegionPrompt, colour: int, engine: str) -> Project:
    """Return the project whose selected stem asks for `region` instead of an earlier one.

    Where there is no stem, one for `engine` is made. A stem that asked for nothing before takes
    `colour`, so that the thing stays as it was shown, unless another stem has that colour.
    """
    project = edits.with_stem(project, engine)
    stem = project.selected_stem
    if stem is None:
        return project
    others = {other.colour for other in project.stems if other is not stem}
    if stem.prompts.is_empty and colour not in others:
        project = _recoloured(project, stem, colour)
    regions = (region, *stem.prompts.regions[1:])
    return edits.set_prompts(project, stem.stem_id, replace(stem.prompts, regions=regions))


def _recoloured(project: Project, stem: Stem, colour: int) -> Project:
    stems = (replace(one, colour=colour) if one is stem else one for one in project.stems)
    return replace(project, stems=tuple(stems))
