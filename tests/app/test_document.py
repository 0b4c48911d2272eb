import weakref
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Slot

from app.document import Document
from core.domain import edits
from core.domain.project import Project


class Listener(QObject):
    def __init__(self, document: Document) -> None:
        super().__init__()
        self.projects: list[Project] = []
        self.clean: list[bool] = []
        self.paths: list[Path | None] = []
        document.project_changed.connect(self._on_project_changed)
        document.clean_changed.connect(self._on_clean_changed)
        document.path_changed.connect(self._on_path_changed)

    @Slot(object)
    def _on_project_changed(self, project: Project) -> None:
        self.projects.append(project)

    @Slot(bool)
    def _on_clean_changed(self, is_clean: bool) -> None:
        self.clean.append(is_clean)

    @Slot(object)
    def _on_path_changed(self, path: Path | None) -> None:
        self.paths.append(path)


@pytest.fixture
def start() -> Project:
    return edits.add_stem(Project(), "Dog")


@pytest.fixture
def document(qtbot, start) -> Document:
    return Document(start)


def renamed(project: Project, name: str) -> Project:
    return edits.rename_stem(project, project.stems[0].stem_id, name)


def name_of(document: Document) -> str:
    return document.project.stems[0].name


def test_an_edit_is_one_step_that_undo_takes_back(document, start):
    listener = Listener(document)
    cat = renamed(start, "Cat")

    document.apply("Rename stem", cat)
    assert document.project is cat
    assert document.undo_text == "Rename stem"
    document.undo_stack.undo()
    assert document.project is start
    assert document.redo_text == "Rename stem"
    document.undo_stack.redo()

    assert listener.projects == [cat, start, cat]


def test_an_edit_that_changes_nothing_leaves_no_step(document, start):
    listener = Listener(document)

    document.apply("Rename stem", renamed(start, "Dog"))

    assert listener.projects == []
    assert not document.undo_stack.canUndo()


def test_an_amendment_is_no_step_and_redo_brings_it_back(document, start):
    document.apply("Rename stem", renamed(start, "Cat"))

    document.amend(renamed(document.project, "Cat, measured"))
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert name_of(document) == "Dog"
    document.undo_stack.redo()

    assert name_of(document) == "Cat, measured"


def test_an_amendment_after_an_undo_survives_redo_and_undo(document, start):
    document.apply("Rename stem", renamed(start, "Cat"))
    document.apply("Rename stem", renamed(document.project, "Cow"))
    document.undo_stack.undo()

    document.amend(renamed(document.project, "Cat, measured"))
    document.undo_stack.redo()
    assert name_of(document) == "Cow"
    document.undo_stack.undo()

    assert name_of(document) == "Cat, measured"


def test_an_amendment_of_everything_survives_every_undo_and_redo(document, start):
    stem_id = start.stems[0].stem_id
    document.apply("Rename stem", renamed(start, "Cat"))
    document.apply("Rename stem", renamed(document.project, "Cow"))
    document.undo_stack.undo()
    listener = Listener(document)

    document.amend_all(lambda project: edits.set_engine(project, stem_id, "late"))

    assert len(listener.projects) == 1
    for step in (document.undo_stack.undo, document.undo_stack.redo, document.undo_stack.redo):
        step()
        assert document.project.stems[0].engine == "late"
    assert name_of(document) == "Cow"


def test_steps_that_were_undone_are_forgotten_by_a_new_edit(document, start):
    document.apply("One", renamed(start, "One"))
    document.undo_stack.undo()
    document.apply("Two", renamed(start, "Two"))

    document.amend(renamed(document.project, "Two, measured"))
    document.undo_stack.undo()
    document.undo_stack.redo()

    assert name_of(document) == "Two, measured"
    assert not document.undo_stack.canRedo()


def test_clean_means_that_closing_loses_nothing(document, start, tmp_path):
    listener = Listener(document)
    assert document.is_clean

    document.apply("Rename stem", renamed(start, "Cat"))
    assert not document.is_clean
    document.mark_saved(tmp_path / "cat.soloist")
    assert document.is_clean
    document.undo_stack.undo()
    assert not document.is_clean
    document.undo_stack.redo()
    assert document.is_clean
    document.amend(renamed(document.project, "Cow"))
    assert not document.is_clean

    assert listener.clean == [False, True, False, True, False]
    assert listener.paths == [tmp_path / "cat.soloist"]


def test_another_project_starts_with_nothing_to_undo(document, start, tmp_path):
    document.apply("Rename stem", renamed(start, "Cat"))
    other = edits.add_stem(Project(), "Rain")

    document.reset(other, tmp_path / "rain.soloist")

    assert document.project is other
    assert document.is_clean
    assert document.path == tmp_path / "rain.soloist"
    assert not document.undo_stack.canUndo()
    document.apply("Rename stem", renamed(other, "Storm"))
    document.undo_stack.undo()
    assert document.project is other


def test_a_recovered_project_counts_as_unsaved(document):
    document.reset(edits.add_stem(Project(), "Rain"), is_saved=False)

    assert not document.is_clean


def test_a_document_ends_in_peace(qtbot, start):
    # A command that held its document would be deleted twice, once by Python and once by Qt.
    for _ in range(20):
        document = Document(start)
        for name in ("One", "Two", "Three"):
            document.apply("Rename stem", renamed(document.project, name))
        ended = weakref.ref(document)

        del document

        assert ended() is None  # at once, not when the garbage is collected
