from pathlib import Path

from core.store.places import models_folder


def test_models_lie_with_what_else_must_not_be_lost(monkeypatch, tmp_path):
    monkeypatch.setenv("SOLOIST_HOME", str(tmp_path))

    assert models_folder() == tmp_path / "data" / "models"


def test_without_a_home_of_its_own_the_program_uses_the_places_of_the_system(monkeypatch):
    monkeypatch.setenv("SOLOIST_HOME", " ")

    assert models_folder().name == "models"
    assert "soloist" in Path(models_folder()).parts
