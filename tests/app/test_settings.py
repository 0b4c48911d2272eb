import json
import stat
import sys
from dataclasses import fields, replace
from pathlib import Path

import pytest

from app.settings import FILE_NAME, N_RECENT, AppSettings, SettingsStore, load_settings


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path


def write(folder: Path, **stored: object) -> Path:
    path = folder / FILE_NAME
    path.write_text(json.dumps(stored), "utf-8")
    return path


def test_what_was_chosen_is_there_at_the_next_start(folder):
    chosen = AppSettings(
        theme="light",
        volume_db=-12.5,
        is_level_matched=False,
        recent_files=("/clips/Übung 1.mp4",),
        shortcuts={"play": "Ctrl+P"},
        frequency_scale="log",
        low_db=-80,
        high_db=-5,
    ).with_layout((b"\x00\xff", b"split"))
    SettingsStore(folder).put(chosen)

    store = SettingsStore(folder)

    assert store.value == chosen
    assert store.value.layout == (b"\x00\xff", b"split")
    assert store.problems == ()


def test_the_first_start_has_defaults_and_writes_nothing(folder):
    store = SettingsStore(folder)

    assert store.value == AppSettings()
    assert store.problems == ()
    assert list(folder.iterdir()) == []


def test_every_setting_has_a_rule_and_a_default_that_keeps_it():
    settings = AppSettings()

    for each in fields(settings):
        replace(settings, **{each.name: getattr(settings, each.name)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "purple"),
        ("volume_db", "loud"),
        ("volume_db", 1e9),
        ("volume_db", True),
        ("is_level_matched", 1),
        ("is_scrub_heard", "yes"),
        ("device", "quantum"),
        ("is_sounding_shown", "yes"),
        ("sounding_rate_hz", 3),
        ("sounding_rate_hz", True),
        ("cache_limit_mb", 0),
        ("cache_limit_mb", 2.5),
        ("mask_opacity", -0.1),
        ("frequency_scale", "bark"),
        ("low_db", -1_000),
        ("high_db", None),
        ("colour_map", "jet"),
        ("recent_files", "clip.mp4"),
        ("recent_files", [1, 2]),
        ("window_layout", ["not base 64!"]),
        ("shortcuts", ["Ctrl+P"]),
        ("shortcuts", {"play": 7}),
    ],
)
def test_a_bad_value_falls_back_alone_and_is_reported(folder, name, value):
    path = write(folder, **{"theme": "light", "volume_db": -3.0, name: value})

    settings, problems = load_settings(path)

    assert getattr(settings, name) == getattr(AppSettings(), name)
    others = {"theme": "light", "volume_db": -3.0}
    assert all(getattr(settings, each) == others[each] for each in others if each != name)
    assert len(problems) == 1
    assert problems[0].startswith(name)


def test_levels_that_are_upside_down_fall_back(folder):
    settings, problems = load_settings(write(folder, low_db=-5.0, high_db=-50.0))

    assert settings.low_db < settings.high_db
    assert problems


def test_levels_far_from_the_defaults_are_kept(folder):
    settings, problems = load_settings(write(folder, low_db=-9.0, high_db=5.0))

    assert (settings.low_db, settings.high_db, problems) == (-9.0, 5.0, ())


def test_settings_of_another_version_are_ignored_quietly(folder):
    settings, problems = load_settings(write(folder, theme="light", hologram=True))

    assert settings.theme == "light"
    assert problems == ()


@pytest.mark.parametrize("content", ["", "{", "[1]", "null", "\udcff"])
def test_a_damaged_file_means_defaults_and_is_reported(folder, content):
    path = folder / FILE_NAME
    path.write_bytes(content.encode("utf-8", "surrogateescape"))

    settings, problems = load_settings(path)

    assert settings == AppSettings()
    assert len(problems) == 1


def test_nonsense_is_refused_at_birth():
    with pytest.raises(ValueError, match="purple"):
        AppSettings(theme="purple")


def test_the_newest_file_comes_first_and_each_only_once():
    settings = AppSettings()
    for number in [*range(N_RECENT + 5), 3]:
        settings = settings.with_recent(Path(f"/clips/{number}.mp4"))

    assert len(settings.recent_files) == N_RECENT
    assert settings.recent_files[0] == str(Path("/clips/3.mp4").absolute())
    assert len(set(settings.recent_files)) == N_RECENT


def test_a_change_is_written_at_once(folder):
    store = SettingsStore(folder)

    store.change(volume_db=-6.0)

    assert load_settings(folder / FILE_NAME)[0].volume_db == -6.0
    with pytest.raises(TypeError):
        store.change(colour="red")


@pytest.mark.skipif(sys.platform == "win32", reason="folders have no such rights")
def test_a_folder_that_cannot_be_written_to_costs_no_more_than_the_choice(folder, caplog):
    store = SettingsStore(folder / "missing")

    store.change(theme="light")

    assert store.value.theme == "light"
    assert "not kept" in caplog.text
    assert stat.S_ISDIR(folder.stat().st_mode)
