"""The stems: the list and its mixer, the span lanes, the prompt bar, and “Separate”."""

from PySide6.QtCore import QObject, Signal, Slot

from app.controllers.separation import SeparationController
from app.document import Document
from app.engine_book import EngineBook
from core.domain import edits
from core.domain.project import Project
from core.domain.prompts import PromptKind, SpanPrompt, SpectralPrompt, TimeSpan
from core.errors import CoreError, PromptError
from core.progress import Progress, TimeLeft
from widgets.prompt_bar import PromptBar
from widgets.stem_list import StemList
from widgets.timeline import Timeline


class StemsPresenter(QObject):
    """Everything that is said about stems, as undoable edits of the document.

    Signals:
        separate_requested: Ctrl+Enter or the button.
        cancel_requested: the button while something runs.
        failed: a `CoreError`.
    """

    separate_requested = Signal()
    cancel_requested = Signal()
    failed = Signal(object)

    def __init__(  # noqa: PLR0913 - what it introduces to each other
        self,
        stems: StemList,
        prompts: PromptBar,
        timeline: Timeline,
        document: Document,
        separation: SeparationController,
        book: EngineBook,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._stems, self._prompts, self._timeline = stems, prompts, timeline
        self._document, self._default = document, book.default
        self._next_stem = edits.add_stem(Project(), engine=book.default).stems[0]
        self._is_clip_open = False
        self._time_left = TimeLeft()
        self._connect_views()
        separation.started.connect(self._on_started)
        separation.progressed.connect(self._on_progressed)
        separation.ended.connect(self._on_ended)
        document.project_changed.connect(self._on_project_changed)
        self._on_project_changed(document.project)

    def _connect_views(self) -> None:
        stems, prompts, timeline = self._stems, self._prompts, self._timeline
        stems.stem_selected.connect(self.select)
        stems.rename_requested.connect(self._on_rename)
        stems.add_requested.connect(self.add)
        stems.remove_requested.connect(self.remove)
        stems.gain_requested.connect(self._on_gain)
        stems.mute_requested.connect(self._on_mute)
        stems.solo_requested.connect(self._on_solo)
        stems.separate_requested.connect(self._on_separate)
        prompts.text_committed.connect(self._on_text)
        prompts.clear_requested.connect(self.clear)
        prompts.separate_requested.connect(self.separate_requested)
        prompts.cancel_requested.connect(self.cancel_requested)
        timeline.stem_selected.connect(self.select)
        timeline.span_added.connect(self.add_span)
        timeline.span_changed.connect(self._on_span_changed)
        timeline.span_removed.connect(self._on_span_removed)
        timeline.spectral_painted.connect(self._on_painted)
        timeline.spectral_clear_requested.connect(self._on_clear_painted)

    @Slot(str)
    def _on_separate(self, stem_id: str) -> None:
        self.select(stem_id)
        self.separate_requested.emit()

    # edits

    @Slot()
    def add(self) -> None:
        edited = edits.add_stem(self._document.project, engine=self._default)
        self._document.apply("New stem", edited)

    @Slot(str)
    def remove(self, stem_id: str) -> None:
        name = self._document.project.stem(stem_id).name
        self._document.apply(f"Remove {name}", edits.remove_stem(self._document.project, stem_id))

    @Slot(str)
    def select(self, stem_id: str) -> None:
        """Select without an undo step: nothing is lost by it."""
        self._document.amend(edits.select_stem(self._document.project, stem_id))

    def select_next(self, step: int) -> None:
        """Select the stem `step` places further down, around the ends."""
        stems = self._document.project.stems
        if stems:
            ids = [stem.stem_id for stem in stems]
            selected = self._document.project.selected_stem_id
            place = ids.index(selected) if selected in ids else -step
            self.select(ids[(place + step) % len(ids)])

    @Slot(str, object)
    def add_span(self, stem_id: str, span: SpanPrompt) -> None:
        """Mark a span for the stem, or for a new one where `stem_id` is empty."""
        project = self._document.project
        if not stem_id:
            project = self._with_stem()
            stem_id = project.selected_stem_id or ""
        words = "Mark span" if span.is_positive else "Mark silence"
        self._document.apply(words, edits.add_span(project, stem_id, span))

    def mark_in_out(self, *, is_positive: bool) -> None:
        """Mark the stretch between In and Out, for people who work with the keyboard."""
        project = self._document.project
        if project.loop_start_s is None or project.loop_end_s is None:
            self.failed.emit(
                PromptError(
                    "neither In nor Out is set",
                    advice="Go to where the sound begins and press I, to where it ends and "
                    "press O, then A.",
                )
            )
            return
        span = SpanPrompt(TimeSpan(project.loop_start_s, project.loop_end_s), is_positive)
        self.add_span(project.selected_stem_id or "", span)

    def remove_selected(self) -> None:
        if self._document.project.selected_stem_id is not None:
            self.remove(self._document.project.selected_stem_id)

    @Slot(object)
    def clear(self, kind: PromptKind) -> None:
        """Forget all prompts of one kind of the selected stem."""
        project, stem = self._document.project, self._document.project.selected_stem
        if stem is None:
            return
        changed = {
            PromptKind.TEXT: lambda: edits.set_text(project, stem.stem_id, ""),
            PromptKind.REGION: lambda: edits.clear_region(project, stem.stem_id),
            PromptKind.SPAN: lambda: edits.clear_spans(project, stem.stem_id),
            PromptKind.SPECTRAL: lambda: edits.clear_spectral(project, stem.stem_id),
        }[kind]()
        self._document.apply(f"Clear {kind.value}", changed)

    @Slot(str, str)
    def _on_rename(self, stem_id: str, name: str) -> None:
        edited = edits.rename_stem(self._document.project, stem_id, name)
        self._document.apply("Rename stem", edited)

    @Slot(str, float)
    def _on_gain(self, stem_id: str, gain_db: float) -> None:
        edited = edits.set_mix(self._document.project, stem_id, gain_db=gain_db)
        self._document.apply("Change gain", edited)

    @Slot(str, bool)
    def _on_mute(self, stem_id: str, is_muted: bool) -> None:
        edited = edits.set_mix(self._document.project, stem_id, is_muted=is_muted)
        self._document.apply("Mute" if is_muted else "Unmute", edited)

    @Slot(str, bool)
    def _on_solo(self, stem_id: str, is_soloed: bool) -> None:
        edited = edits.set_mix(self._document.project, stem_id, is_soloed=is_soloed)
        self._document.apply("Solo" if is_soloed else "Unsolo", edited)

    @Slot(str)
    def _on_text(self, text: str) -> None:
        project = self._with_stem()
        stem_id = project.selected_stem_id or ""
        try:
            self._document.apply("Type words", edits.set_text(project, stem_id, text))
        except CoreError as error:
            self.failed.emit(error)

    @Slot(str, object, object)
    def _on_span_changed(self, stem_id: str, old: SpanPrompt, new: SpanPrompt) -> None:
        edited = edits.change_span(self._document.project, stem_id, old, new)
        self._document.apply("Move span", edited)

    @Slot(str, object)
    def _on_span_removed(self, stem_id: str, span: SpanPrompt) -> None:
        edited = edits.remove_span(self._document.project, stem_id, span)
        self._document.apply("Remove span", edited)

    @Slot(object)
    def _on_painted(self, painted: tuple[SpectralPrompt, ...]) -> None:
        project = self._with_stem()
        stem_id = project.selected_stem_id or ""
        self._document.apply("Paint", edits.add_spectral(project, stem_id, painted))

    @Slot()
    def _on_clear_painted(self) -> None:
        self.clear(PromptKind.SPECTRAL)

    def _with_stem(self) -> Project:
        return edits.with_stem(self._document.project, self._default)

    # what is shown

    def set_clip_open(self, is_open: bool) -> None:
        """Say whether there is a clip that something can be asked of."""
        self._is_clip_open = is_open
        self._on_project_changed(self._document.project)

    @Slot(object)
    def _on_project_changed(self, project: Project) -> None:
        self._stems.set_stems(project.stems, project.selected_stem_id)
        self._timeline.set_stems(project.stems, project.selected_stem_id)
        self._timeline.set_loop(project.loop_start_s, project.loop_end_s)
        # Without a stem the row is ready all the same: the first word or click makes one.
        stem = project.selected_stem or (self._next_stem if self._is_clip_open else None)
        self._prompts.set_stem(stem)

    @Slot(str)
    def _on_started(self, stem_id: str) -> None:
        self._time_left = TimeLeft()
        self._stems.set_running(frozenset({stem_id}))
        self._prompts.set_progress(Progress("Preparing", 0, 0), None)

    @Slot(str, object)
    def _on_progressed(self, _stem_id: str, progress: Progress) -> None:
        self._prompts.set_progress(progress, self._time_left.update(progress))

    @Slot(str)
    def _on_ended(self, _stem_id: str) -> None:
        self._stems.set_running(frozenset())
        self._prompts.set_progress(None, None)
