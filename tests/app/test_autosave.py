import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import soundfile
from PySide6.QtCore import QObject, Slot

from app.autosave import Autosave, find_recoveries
from app.document import Document
from app.job_runner import JobRunner
from app.track_store import TrackStore
from core.domain import edits
from core.domain.masks import MaskTrack, TrackedMask
from core.domain.project import Project, StemResult
from core.domain.prompts import Click, RegionPrompt
from core.files.project_file import save_project
from tests.helpers.pictures import disc_mask
from tests.helpers.sounds import noise

ROOT = Path(__file__).parents[2]


@pytest.fixture
def runner(qtbot) -> Iterator[JobRunner]:
    runner = JobRunner()
    yield runner
    runner.shutdown()


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "recovery"


@pytest.fixture
def media(tmp_path) -> Path:
    path = tmp_path / "Hund & Katze ü.mp4"
    path.write_bytes(b"clip")
    return path


@pytest.fixture
def document(qtbot, media) -> Document:
    return Document(Project(media_path=media))


@pytest.fixture
def autosave(document, runner, folder) -> Iterator[Autosave]:
    autosave = Autosave(document, TrackStore(), runner, folder, delay_ms=0)
    yield autosave
    runner.shutdown()
    autosave.close()


class Listener(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.told: list[object] = []

    @Slot(object)
    def on_failed(self, error: object) -> None:
        self.told.append(error)


def track() -> MaskTrack:
    mask = disc_mask(40, 30, 15, 15, 8)
    masks = tuple(TrackedMask.pack(pts, mask) for pts in range(3))
    return MaskTrack(Fraction(1, 25), Fraction(0), masks)


def names_in(path: Path) -> list[str]:
    return sorted(file.name for file in path.glob("*.soloist")) if path.is_dir() else []


def edit(document: Document, name: str = "Dog") -> None:
    document.apply("New stem", edits.add_stem(document.project, name))


def left_behind(folder: Path, media: Path, name: str = "Dog", saved_at: str = "2026") -> Path:
    """Put what a crash leaves: a copy whose lock nobody holds."""
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.soloist"
    save_project(edits.add_stem(Project(media_path=media), name), {}, path)
    path.with_suffix(".about.json").write_text(f'{{"saved_at": "{saved_at}"}}')
    return path


def test_a_crash_costs_nothing_that_was_copied(folder, media):
    code = f"""
        import os, sys
        from pathlib import Path
        from PySide6.QtCore import QCoreApplication
        from app.autosave import Autosave
        from app.document import Document
        from app.job_runner import JobRunner
        from app.track_store import TrackStore
        from core.domain import edits
        from core.domain.project import Project
        app = QCoreApplication([])
        document = Document(Project(media_path=Path({str(media)!r})))
        autosave = Autosave(document, TrackStore(), JobRunner(), Path({str(folder)!r}), delay_ms=0)
        document.apply("New stem", edits.add_stem(document.project, "Dog"))
        while not autosave.path.with_suffix(".about.json").exists():
            app.processEvents()
        os._exit(1)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], cwd=ROOT, check=False)
    assert done.returncode == 1
    assert list(folder.glob("*.lock"))

    (recovery,) = find_recoveries(folder)

    assert [stem.name for stem in recovery.loaded.project.stems] == ["Dog"]
    assert recovery.loaded.project.media_path == media
    assert recovery.name == media.name
    assert recovery.saved_at
    recovery.let_go()


def test_a_recovery_is_offered_until_it_is_discarded(folder, media):
    left_behind(folder, media)
    find_recoveries(folder)[0].let_go()

    (recovery,) = find_recoveries(folder)
    recovery.discard()

    assert find_recoveries(folder) == ()
    assert [file.name for file in folder.iterdir()] == []


def test_a_recovered_project_goes_on_in_its_own_place(qtbot, folder, media, document, autosave):
    left_behind(folder, media)
    (recovery,) = find_recoveries(folder)

    autosave.adopt(recovery)
    document.reset(recovery.loaded.project, is_saved=False)
    edit(document, "Cat")
    qtbot.waitUntil(lambda: '"Cat"' in recovery.path.read_text("utf-8"))

    assert names_in(folder) == [recovery.path.name]
    autosave.close()
    assert names_in(folder) == []


def test_unsaved_work_is_copied_and_a_proper_end_removes_the_copy(
    qtbot, document, autosave, runner, folder
):
    edit(document)
    qtbot.waitUntil(lambda: names_in(folder) != [])

    qtbot.waitUntil(lambda: not runner.is_busy)
    runner.shutdown()
    autosave.close()

    assert [file.name for file in folder.iterdir()] == []


def test_the_copy_follows_every_change(qtbot, document, autosave, folder):
    for name in ("Dog", "Cat", "Cow"):
        edit(document, name)
        qtbot.waitUntil(
            lambda name=name: (
                autosave.path.exists() and f'"{name}"' in autosave.path.read_text("utf-8")
            )
        )

    assert len(names_in(folder)) == 1


def test_saving_takes_the_copy_away(qtbot, document, autosave, folder, tmp_path):
    edit(document)
    qtbot.waitUntil(lambda: names_in(folder) != [])

    document.mark_saved(tmp_path / "dog.soloist")

    qtbot.waitUntil(lambda: names_in(folder) == [])


def test_looking_only_leaves_no_trace(qtbot, document, autosave, runner, folder, media):
    document.reset(Project(media_path=media))
    qtbot.waitUntil(lambda: not autosave._delay.isActive())

    assert not runner.is_busy
    assert not folder.exists()


def test_the_copy_knows_its_project_file_its_stems_and_its_masks(
    qtbot, runner, folder, tmp_path, media
):
    target = tmp_path / "work" / "dog-1.wav"
    target.parent.mkdir()
    soundfile.write(target, noise(0.5).T, 16_000, subtype="FLOAT")
    region = RegionPrompt((Click(3, 4, 0),))
    project = edits.add_stem(Project(media_path=media), "Dog")
    stem = project.stems[0]
    stem = replace(stem, prompts=replace(stem.prompts, regions=(region,)))
    result = StemResult(target, stem.prompts, "spectral", 0, {}, 8_000, 16_000, 1)
    project = replace(project, stems=(replace(stem, result=result),))
    document, tracks = Document(project), TrackStore()
    tracks.put(region, track())
    document.mark_saved(tmp_path / "dog.soloist")
    autosave = Autosave(document, tracks, runner, folder, delay_ms=0)

    document.apply("Rename", edits.rename_stem(project, stem.stem_id, "Terrier"))
    qtbot.waitUntil(lambda: autosave.path.with_suffix(".about.json").exists())
    runner.shutdown()
    target.unlink()  # what the crash leaves no longer needs it
    autosave._lock.unlock()
    (recovery,) = find_recoveries(folder)

    assert recovery.document_path == tmp_path / "dog.soloist"
    assert recovery.name == "dog.soloist"
    (recovered,) = recovery.loaded.project.stems
    assert recovered.name == "Terrier"
    assert recovered.result.target_path.is_file()
    assert list(recovery.loaded.tracks) == [region]
    assert recovery.loaded.notices == ()
    recovery.discard()


def test_another_running_soloist_keeps_its_copy(qtbot, document, autosave, folder):
    edit(document)
    qtbot.waitUntil(lambda: autosave.path.exists())

    assert find_recoveries(folder) == ()
    assert autosave.path.exists()


def test_a_recovery_in_hand_is_not_offered_twice(folder, media):
    left_behind(folder, media)
    (recovery,) = find_recoveries(folder)

    assert find_recoveries(folder) == ()

    recovery.let_go()


def test_the_newest_of_several_comes_first_and_damaged_ones_are_left_alone(folder, media):
    left_behind(folder, media, "Old", "2026-01-01")
    left_behind(folder, media, "New", "2026-02-01")
    (folder / "broken.soloist").write_text("{")
    (folder / "New.about.json").write_text('{"saved_at": "2026-02-01", "document_path": 7}')

    found = find_recoveries(folder)

    assert [each.loaded.project.stems[0].name for each in found] == ["New", "Old"]
    assert (folder / "broken.soloist").exists()
    for recovery in found:
        recovery.let_go()


def test_nothing_to_recover_where_nothing_ever_ran(tmp_path):
    assert find_recoveries(tmp_path / "nowhere") == ()


def test_a_copy_that_cannot_be_written_is_told_once(qtbot, document, runner, folder, caplog):
    folder.mkdir()
    autosave = Autosave(document, TrackStore(), runner, folder, delay_ms=0)
    listener = Listener()
    autosave.failed.connect(listener.on_failed)
    autosave.path.mkdir()  # a folder in the way

    for name in ("Dog", "Cat"):
        edit(document, name)
        qtbot.waitUntil(lambda: not autosave._delay.isActive() and not runner.is_busy)
    qtbot.waitUntil(lambda: listener.told != [])

    assert len(listener.told) == 1
    autosave._lock.unlock()
