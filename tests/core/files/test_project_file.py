import contextlib
import json
import os
import shutil
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from core.domain import edits
from core.domain.masks import MaskTrack, TrackedMask
from core.domain.project import Project, StemResult
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
from core.errors import ExportError, ProjectError
from core.files import project_versions
from core.files.atomic import Delivery
from core.files.project_data import data_folder
from core.files.project_file import load_project, save_project, tidy_project
from core.files.project_versions import UPGRADES, VERSION, upgraded
from tests.helpers.pictures import disc_mask
from tests.helpers.sounds import noise

REGION = RegionPrompt(
    clicks=(Click(320.5, 180.25, 1024), Click(3, 4, 512, is_positive=False)),
    boxes=(Box(1.5, 2, 300, 200.125, 0),),
)
PROMPTS = PromptSet(
    texts=(TextPrompt("Größe “コ”"),),
    regions=(REGION,),
    spans=(SpanPrompt(TimeSpan(0.1, 1 / 3)), SpanPrompt(TimeSpan(4, 5), is_positive=False)),
    spectral=(SpectralPrompt(TimeSpan(1, 2), 100.5, 2000, is_positive=False),),
)
TRACK = MaskTrack(
    Fraction(1, 12_800),
    Fraction(1, 3),
    tuple(
        TrackedMask.pack(512 * k, disc_mask(64, 48, 20 + k, 24, 9), 1 / (k + 1)) for k in range(5)
    ),
)


def target_in(folder: Path, name: str = "target.wav", seed: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    soundfile.write(folder / name, noise(0.1, seed=seed).T, 16_000, subtype="FLOAT")
    return folder / name


class PowerCut(BaseException):
    """Nothing catches it but the test."""


def a_project(folder: Path) -> Project:
    """A project with everything in it, its clip and its result on disk."""
    clip = folder / "clips" / "Ünï コ.mp4"
    clip.parent.mkdir(parents=True)
    clip.write_bytes(b"a clip")
    project = edits.add_stem(edits.add_stem(Project(clip, audio_stream=2)), "Violin")
    stem = project.stems[1]
    settings = {"rank": 8, "beta": 0.1 + 0.2, "mode": "projected", "is_fast": True}
    target = target_in(folder / "cache")
    report = {"seconds": 1.5, "device": "cpu"}
    result = StemResult(target, PROMPTS, "spectral", 7, settings, 1600, 16_000, 1, report)
    stem = replace(
        stem,
        prompts=PROMPTS,
        seed=7,
        settings=settings,
        result=result,
        gain_db=-3.5,
        is_muted=True,
        is_soloed=True,
    )
    return replace(project, stems=(project.stems[0], stem), loop_start_s=0.5, loop_end_s=1 / 7)


def test_a_project_comes_back_as_it_was_saved(tmp_path):
    path = tmp_path / "duo.soloist"

    saved = save_project(a_project(tmp_path), {REGION: TRACK}, path)
    loaded = load_project(path)

    assert loaded.project == saved
    assert loaded.project == replace(
        a_project(tmp_path / "again"),
        media_path=saved.media_path,
        stems=saved.stems,
        selected_stem_id=saved.selected_stem_id,
    )
    assert loaded.tracks[REGION].masks == TRACK.masks
    assert loaded.tracks[REGION].time_base == TRACK.time_base
    assert loaded.tracks[REGION].origin_s == TRACK.origin_s
    assert not loaded.media_is_missing
    assert loaded.notices == ()


def test_an_empty_project_comes_back_too(tmp_path):
    save_project(Project(), {}, tmp_path / "empty.soloist")

    loaded = load_project(tmp_path / "empty.soloist")

    assert loaded.project == Project()
    assert not loaded.media_is_missing
    assert not data_folder(tmp_path / "empty.soloist").exists()


def test_the_saved_project_points_at_its_own_copy_of_the_sound(tmp_path):
    project = a_project(tmp_path)
    saved = save_project(project, {}, tmp_path / "duo.soloist")

    shutil.rmtree(tmp_path / "cache")

    result = saved.stems[1].result
    assert result is not None
    assert result.target_path.parent == tmp_path / "duo.soloist-data"
    assert np.array_equal(soundfile.read(result.target_path, dtype="float32")[0], noise(0.1)[0])
    assert load_project(tmp_path / "duo.soloist").project.stems[1].result == result


def test_a_disk_without_links_gets_a_copy(tmp_path, monkeypatch):
    def refuse(*args):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)

    saved = save_project(a_project(tmp_path), {REGION: TRACK}, tmp_path / "duo.soloist")

    assert load_project(tmp_path / "duo.soloist").project == saved


def test_project_clip_and_data_can_move_together(tmp_path):
    save_project(a_project(tmp_path / "here"), {REGION: TRACK}, tmp_path / "here" / "duo.soloist")
    assert str(tmp_path) not in (tmp_path / "here" / "duo.soloist").read_text("utf-8")

    (tmp_path / "here").rename(tmp_path / "there")
    loaded = load_project(tmp_path / "there" / "duo.soloist")

    assert loaded.project.media_path == tmp_path / "there" / "clips" / "Ünï コ.mp4"
    assert not loaded.media_is_missing
    assert loaded.notices == ()


def test_the_path_of_the_clip_is_written_as_every_system_reads_it(tmp_path):
    (tmp_path / "projects").mkdir()
    save_project(a_project(tmp_path), {}, tmp_path / "projects" / "duo.soloist")

    document = json.loads((tmp_path / "projects" / "duo.soloist").read_text("utf-8"))

    assert document["media"]["path"] == "../clips/Ünï コ.mp4"


def test_a_clip_that_was_put_beside_the_project_is_found(tmp_path):
    project = a_project(tmp_path / "here")
    save_project(project, {}, tmp_path / "here" / "duo.soloist")
    assert project.media_path is not None

    moved = project.media_path.rename(tmp_path / "here" / project.media_path.name)

    loaded = load_project(tmp_path / "here" / "duo.soloist")
    assert (loaded.project.media_path, loaded.media_is_missing) == (moved, False)


def test_a_missing_clip_is_reported_with_the_place_where_it_should_be(tmp_path):
    project = a_project(tmp_path)
    saved = save_project(project, {REGION: TRACK}, tmp_path / "duo.soloist")
    assert project.media_path is not None
    project.media_path.unlink()

    loaded = load_project(tmp_path / "duo.soloist")

    assert loaded.media_is_missing
    assert loaded.project == saved


@pytest.mark.parametrize("damage", ["missing", "cut", "other"])
def test_a_result_whose_sound_is_lost_is_dropped_with_a_notice_and_the_prompts_stay(
    tmp_path, damage
):
    saved = save_project(a_project(tmp_path), {REGION: TRACK}, tmp_path / "duo.soloist")
    assert saved.stems[1].result is not None
    target = saved.stems[1].result.target_path
    target.unlink()
    if damage == "cut":
        target.write_bytes(b"RIFF")
    elif damage == "other":
        soundfile.write(target, np.zeros(9), 16_000, format="WAV")

    loaded = load_project(tmp_path / "duo.soloist")

    assert loaded.project.stems[1] == replace(saved.stems[1], result=None)
    assert "Violin" in loaded.notices[0]


@pytest.mark.parametrize("damage", ["missing", "cut", "nonsense"])
def test_a_lost_mask_is_told_and_costs_nothing_else(tmp_path, damage):
    saved = save_project(a_project(tmp_path), {REGION: TRACK}, tmp_path / "duo.soloist")
    (mask,) = data_folder(tmp_path / "duo.soloist").glob("mask-*.npz")
    content = mask.read_bytes()
    mask.unlink()
    if damage == "cut":
        mask.write_bytes(content[: len(content) // 2])
    elif damage == "nonsense":
        mask.write_bytes(b"nonsense")

    loaded = load_project(tmp_path / "duo.soloist")

    assert loaded.tracks == {}
    assert loaded.project == saved
    assert "tracked again" in loaded.notices[0]


def test_masks_that_no_stem_speaks_of_are_not_saved(tmp_path):
    stray = RegionPrompt(clicks=(Click(1, 1, 0),))

    save_project(a_project(tmp_path), {stray: TRACK}, tmp_path / "duo.soloist")

    assert load_project(tmp_path / "duo.soloist").tracks == {}


@pytest.mark.parametrize("n_steps", range(0, 40))
def test_a_crash_at_any_moment_of_a_save_leaves_the_old_project_or_the_new_one(
    tmp_path, monkeypatch, n_steps
):
    path = tmp_path / "duo.soloist"
    old = save_project(a_project(tmp_path), {REGION: TRACK}, path)
    newer = replace(old.stems[1].result, target_path=target_in(tmp_path / "cache", "b.wav", 1))
    region = RegionPrompt(clicks=(Click(9, 9, 0),))
    renamed = edits.rename_stem(old, old.stems[1].stem_id, "Cello")
    changed = edits.set_result(renamed, old.stems[1].stem_id, newer)
    changed = edits.set_prompts(changed, old.stems[0].stem_id, PromptSet(regions=(region,)))
    done = []

    def dies_after_some(function):
        def step(*args, **kwargs):
            if len(done) >= n_steps:
                raise PowerCut  # and so does every later step: a dead process tidies nothing up
            done.append(function.__name__)
            return function(*args, **kwargs)

        return step

    for name in ("link", "fsync", "open", "unlink", "rename", "replace", "mkdir"):
        monkeypatch.setattr(os, name, dies_after_some(getattr(os, name)))
    with contextlib.suppress(PowerCut):
        save_project(changed, {REGION: TRACK, region: TRACK.with_masks([])}, path)
    monkeypatch.undo()

    loaded = load_project(path)
    is_old = loaded.project == old
    assert is_old or loaded.project.stems[1].name == "Cello"
    assert is_old or "replace" in done
    assert loaded.notices == ()
    assert loaded.tracks.keys() == ({REGION} if is_old else {REGION, region})


def test_a_failed_save_leaves_the_old_project_and_says_why(tmp_path, monkeypatch):
    path = tmp_path / "duo.soloist"
    old = save_project(a_project(tmp_path), {}, path)

    def refuse(self, path, *, n_bytes=0):
        raise ExportError("no room", advice="Make room.")

    monkeypatch.setattr(Delivery, "beside", refuse)
    with pytest.raises(ExportError):
        save_project(edits.rename_stem(old, old.stems[1].stem_id, "Cello"), {}, path)

    assert load_project(path).project == old


def test_a_first_save_that_fails_leaves_no_folder_behind(tmp_path, monkeypatch):
    project = a_project(tmp_path)
    place = tmp_path / "duo.soloist"
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=0))

    with pytest.raises(ExportError):
        save_project(project, {}, place)

    assert not data_folder(place).exists()


def test_saving_again_writes_no_sound_twice(tmp_path):
    path = tmp_path / "duo.soloist"
    project = a_project(tmp_path)
    first = save_project(project, {REGION: TRACK}, path)
    files = sorted(data_folder(path).iterdir())

    assert save_project(first, {REGION: TRACK}, path) == first
    assert save_project(project, {REGION: TRACK}, path) == first
    assert sorted(data_folder(path).iterdir()) == files


def test_saving_under_another_name_leaves_two_projects_that_need_nothing_of_each_other(tmp_path):
    first = save_project(a_project(tmp_path), {REGION: TRACK}, tmp_path / "one.soloist")

    save_project(first, {REGION: TRACK}, tmp_path / "two.soloist")
    (tmp_path / "one.soloist").unlink()
    shutil.rmtree(tmp_path / "one.soloist-data")

    loaded = load_project(tmp_path / "two.soloist")
    assert loaded.notices == ()
    assert loaded.project.stems[1].result is not None


def test_what_is_no_longer_used_goes_when_the_project_is_tidied(tmp_path):
    path = tmp_path / "duo.soloist"
    first = save_project(a_project(tmp_path), {REGION: TRACK}, path)
    foreign = data_folder(path) / "notes.txt"
    foreign.write_text("mine")
    assert tidy_project(path) == ()

    save_project(edits.remove_stem(first, first.stems[1].stem_id), {}, path)
    assert first.stems[1].result is not None
    assert first.stems[1].result.target_path.exists()  # undo may still want it
    removed = tidy_project(path)

    assert len(removed) == 2
    assert list(data_folder(path).iterdir()) == [foreign]


def test_a_result_whose_sound_has_vanished_does_not_keep_the_rest_from_being_saved(tmp_path):
    project = a_project(tmp_path)
    shutil.rmtree(tmp_path / "cache")

    saved = save_project(project, {}, tmp_path / "duo.soloist")

    assert saved.stems[1] == replace(project.stems[1], result=None)


def test_a_project_from_the_future_is_refused_with_advice(tmp_path):
    path = tmp_path / "future.soloist"
    path.write_text(json.dumps({"format": "soloist-project", "version": VERSION + 1}))

    with pytest.raises(ProjectError) as caught:
        load_project(path)

    assert "newer Soloist" in caught.value.advice


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b"{}",
        b'{"format": "other", "version": 1}',
        b'{"format": "soloist-project", "version": "1"}',
        b'{"format": "soloist-project", "version": true}',
        b'{"format": "soloist-project", "version": 0}',
        b'{"format": "soloist-project", "version": 1}',
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_no_project_is_refused_with_advice(tmp_path, content):
    path = tmp_path / "bad.soloist"
    path.write_bytes(content)

    with pytest.raises(ProjectError) as caught:
        load_project(path)

    assert "bad.soloist" in caught.value.advice or ".soloist" in caught.value.advice


def every_place(value, path=()):
    """All paths into a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from every_place(inner, (*path, key))


def test_damage_at_any_place_of_the_file_is_refused_or_harmless_and_never_a_crash(tmp_path):
    path = tmp_path / "duo.soloist"
    save_project(a_project(tmp_path), {REGION: TRACK}, path)
    text = path.read_text("utf-8")

    for place in list(every_place(json.loads(text)))[1:]:
        for wrong in (None, [], {}, "../../x", -1, True):
            document = json.loads(text)
            inner = document
            for key in place[:-1]:
                inner = inner[key]
            inner[place[-1]] = wrong
            path.write_text(json.dumps(document))
            with contextlib.suppress(ProjectError):
                load_project(path)


def test_no_name_in_a_project_leads_out_of_its_folder(tmp_path):
    path = tmp_path / "duo.soloist"
    save_project(a_project(tmp_path), {REGION: TRACK}, path)
    document = json.loads(path.read_text("utf-8"))
    document["stems"][1]["result"]["target_file"] = "../cache/target.wav"
    path.write_text(json.dumps(document))

    with pytest.raises(ProjectError, match="not a file name"):
        load_project(path)


def test_a_missing_project_file_or_a_folder_is_refused(tmp_path):
    for path in (tmp_path / "gone.soloist", tmp_path):
        with pytest.raises(ProjectError) as caught:
            load_project(path)
        assert caught.value.advice


def test_a_project_cannot_be_saved_where_there_is_no_folder(tmp_path):
    with pytest.raises(ExportError):
        save_project(a_project(tmp_path), {REGION: TRACK}, tmp_path / "gone" / "duo.soloist")


def test_older_projects_pass_through_every_version_on_the_way():
    upgrades = {
        1: lambda document: {**document, "seen": [1]},
        2: lambda document: {**document, "seen": [*document["seen"], 2]},
    }
    old = {"format": "soloist-project", "version": 1}

    assert upgraded(old, upgrades=upgrades, newest=3) == {**old, "version": 3, "seen": [1, 2]}
    assert old == {"format": "soloist-project", "version": 1}


def test_every_version_but_the_newest_has_an_upgrade_and_a_test_of_it():
    assert sorted(UPGRADES) == list(range(1, VERSION))
    for version in UPGRADES:
        assert f"test_a_project_of_version_{version}_is_upgraded" in globals()
    assert project_versions.VERSION == 1
