"""Edits of the project as pure functions: a project goes in, a changed one comes out.

Each gives back the very same object where nothing would change, so the undo stack stays clean.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from core.domain.engines import SettingValue
from core.domain.project import Project, Stem, StemResult
from core.domain.prompts import (
    Box,
    Click,
    PromptSet,
    RegionPrompt,
    SpanPrompt,
    SpectralPrompt,
    TextPrompt,
    TimeSpan,
)

N_COLOURS = 8


def open_media(project: Project, path: Path, audio_stream: int | None = None) -> Project:
    """Return a fresh project for `path`; stems of another clip make no sense here."""
    del project
    return Project(media_path=path, audio_stream=audio_stream)


def relink_media(project: Project, path: Path) -> Project:
    """Point at the clip's new place; everything else is kept."""
    return _changed(project, replace(project, media_path=path))


def choose_audio(project: Project, audio_stream: int | None) -> Project:
    """Choose another track; results of the old one are dropped, prompts are kept."""
    if audio_stream == project.audio_stream:
        return project
    stems = tuple(replace(stem, result=None) for stem in project.stems)
    return replace(project, audio_stream=audio_stream, stems=stems)


def add_stem(project: Project, name: str = "", engine: str = "spectral") -> Project:
    """Append an empty stem in the first free colour, and select it."""
    used = {stem.colour for stem in project.stems}
    free = [colour for colour in range(N_COLOURS) if colour not in used]
    colour = free[0] if free else len(project.stems) % N_COLOURS
    stem = Stem(
        stem_id=uuid.uuid4().hex[:12],
        name=name or _free_name(project),
        colour=colour,
        engine=engine,
    )
    return replace(project, stems=(*project.stems, stem), selected_stem_id=stem.stem_id)


def with_stem(project: Project, engine: str) -> Project:
    """Return the project with a stem selected, a new one for `engine` where there is none."""
    return project if project.selected_stem is not None else add_stem(project, engine=engine)


def remove_stem(project: Project, stem_id: str) -> Project:
    kept = tuple(stem for stem in project.stems if stem.stem_id != stem_id)
    if len(kept) == len(project.stems):
        return project
    selected = project.selected_stem_id
    if selected == stem_id:
        selected = kept[-1].stem_id if kept else None
    return replace(project, stems=kept, selected_stem_id=selected)


def select_stem(project: Project, stem_id: str | None) -> Project:
    return _changed(project, replace(project, selected_stem_id=stem_id))


def rename_stem(project: Project, stem_id: str, name: str) -> Project:
    """Rename; an empty name keeps the old one."""
    name = name.strip()
    return _edit(project, stem_id, lambda stem: replace(stem, name=name or stem.name))


def set_engine(
    project: Project,
    stem_id: str,
    engine: str,
    settings: Mapping[str, SettingValue] | None = None,
    seed: int | None = None,
) -> Project:
    return _edit(
        project,
        stem_id,
        lambda stem: replace(
            stem,
            engine=engine,
            settings=dict(settings) if settings is not None else stem.settings,
            seed=stem.seed if seed is None else seed,
        ),
    )


def set_setting(project: Project, stem_id: str, name: str, value: SettingValue | None) -> Project:
    """Set one knob of the stem's engine; None takes it back to its default."""

    def turned(stem: Stem) -> Stem:
        settings = {known: kept for known, kept in stem.settings.items() if known != name}
        if value is not None:
            settings[name] = value
        return replace(stem, settings=settings)

    return _edit(project, stem_id, turned)


def set_heard(project: Project, stem_id: str, text: str, spans: tuple[TimeSpan, ...]) -> Project:
    """Say what sounds and when: words and + spans take the place of earlier ones, − spans stay."""

    def said(prompts: PromptSet) -> PromptSet:
        silent = [prompt for prompt in prompts.spans if not prompt.is_positive]
        marked = sorted((*(SpanPrompt(span) for span in spans), *silent), key=_start)
        return replace(prompts, texts=(TextPrompt(text.strip()),), spans=tuple(marked))

    return _prompts(project, stem_id, said)


def set_text(project: Project, stem_id: str, text: str) -> Project:
    """Replace the words of the stem; empty words remove them."""
    texts = (TextPrompt(text.strip()),) if text.strip() else ()
    return _prompts(project, stem_id, lambda prompts: replace(prompts, texts=texts))


def add_span(project: Project, stem_id: str, span: SpanPrompt) -> Project:
    return _prompts(
        project,
        stem_id,
        lambda prompts: replace(prompts, spans=tuple(sorted((*prompts.spans, span), key=_start))),
    )


def change_span(project: Project, stem_id: str, old: SpanPrompt, new: SpanPrompt) -> Project:
    def swap(prompts: PromptSet) -> PromptSet:
        spans = [new if span == old else span for span in prompts.spans]
        return replace(prompts, spans=tuple(sorted(spans, key=_start)))

    return _prompts(project, stem_id, swap)


def remove_span(project: Project, stem_id: str, span: SpanPrompt) -> Project:
    return _prompts(
        project,
        stem_id,
        lambda prompts: replace(
            prompts, spans=tuple(kept for kept in prompts.spans if kept != span)
        ),
    )


def clear_spans(project: Project, stem_id: str) -> Project:
    return _prompts(project, stem_id, lambda prompts: replace(prompts, spans=()))


def add_spectral(project: Project, stem_id: str, painted: tuple[SpectralPrompt, ...]) -> Project:
    return _prompts(
        project,
        stem_id,
        lambda prompts: replace(prompts, spectral=(*prompts.spectral, *painted)),
    )


def clear_spectral(project: Project, stem_id: str) -> Project:
    return _prompts(project, stem_id, lambda prompts: replace(prompts, spectral=()))


def add_click(project: Project, stem_id: str, click: Click) -> Project:
    """Add a click to the stem's region, or begin the region with it."""

    def clicked(prompts: PromptSet) -> PromptSet:
        if not prompts.regions:
            return replace(prompts, regions=(RegionPrompt(clicks=(click,)),))
        region = prompts.regions[0]
        region = replace(region, clicks=(*region.clicks, click))
        return replace(prompts, regions=(region, *prompts.regions[1:]))

    return _prompts(project, stem_id, clicked)


def add_box(project: Project, stem_id: str, box: Box) -> Project:
    """Put a box around the object; it replaces an earlier box and clicks on the same frame."""

    def boxed(prompts: PromptSet) -> PromptSet:
        if not prompts.regions:
            return replace(prompts, regions=(RegionPrompt(boxes=(box,)),))
        region = prompts.regions[0]
        boxes = tuple(kept for kept in region.boxes if kept.pts != box.pts)
        clicks = tuple(kept for kept in region.clicks if kept.pts != box.pts)
        region = RegionPrompt(clicks=clicks, boxes=(*boxes, box))
        return replace(prompts, regions=(region, *prompts.regions[1:]))

    return _prompts(project, stem_id, boxed)


def clear_region(project: Project, stem_id: str) -> Project:
    return _prompts(project, stem_id, lambda prompts: replace(prompts, regions=()))


def set_prompts(project: Project, stem_id: str, prompts: PromptSet) -> Project:
    return _prompts(project, stem_id, lambda _old: prompts)


def set_result(project: Project, stem_id: str, result: StemResult | None) -> Project:
    return _edit(project, stem_id, lambda stem: replace(stem, result=result))


def set_mix(
    project: Project,
    stem_id: str,
    *,
    gain_db: float | None = None,
    is_muted: bool | None = None,
    is_soloed: bool | None = None,
) -> Project:
    """Change gain, mute or solo of a stem; None leaves a value alone."""
    return _edit(
        project,
        stem_id,
        lambda stem: replace(
            stem,
            gain_db=stem.gain_db if gain_db is None else gain_db,
            is_muted=stem.is_muted if is_muted is None else is_muted,
            is_soloed=stem.is_soloed if is_soloed is None else is_soloed,
        ),
    )


def set_loop(project: Project, start_s: float | None, end_s: float | None) -> Project:
    return _changed(project, replace(project, loop_start_s=start_s, loop_end_s=end_s))


def _start(prompt: SpanPrompt) -> tuple[float, float]:
    return prompt.span.start_s, prompt.span.end_s


def _free_name(project: Project) -> str:
    taken = {stem.name for stem in project.stems}
    number = len(project.stems) + 1
    while f"Stem {number}" in taken:
        number += 1
    return f"Stem {number}"


def _changed(old: Project, new: Project) -> Project:
    return old if new == old else new


def _edit(project: Project, stem_id: str, change: Callable[[Stem], Stem]) -> Project:
    project.stem(stem_id)  # an unknown stem is a mistake of the caller
    stems = tuple(change(stem) if stem.stem_id == stem_id else stem for stem in project.stems)
    return _changed(project, replace(project, stems=stems))


def _prompts(project: Project, stem_id: str, change: Callable[[PromptSet], PromptSet]) -> Project:
    return _edit(project, stem_id, lambda stem: replace(stem, prompts=change(stem.prompts)))
