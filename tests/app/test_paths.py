from pathlib import Path

from app.paths import home


def test_one_folder_can_hold_everything(tmp_path, monkeypatch):
    monkeypatch.setenv("SOLOIST_HOME", str(tmp_path / "of my own"))

    places = home().make()

    for place in (places.config, places.cache, places.data):
        assert place.is_dir()
        assert place.parent == tmp_path / "of my own"


def test_a_home_given_relative_to_the_person_is_understood(monkeypatch):
    monkeypatch.setenv("SOLOIST_HOME", "~/soloist")

    assert home().config == Path.home() / "soloist" / "config"


def test_without_a_choice_the_places_are_the_system_s_own(monkeypatch):
    monkeypatch.delenv("SOLOIST_HOME")

    places = home()

    assert len({places.config, places.cache}) == 2
    assert all("soloist" in str(place) for place in (places.config, places.cache, places.data))
