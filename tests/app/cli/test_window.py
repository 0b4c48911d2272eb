import pytest

from app.cli import window
from app.cli.window import missing_libraries, open_window, why_no_window

NO_DISPLAY: dict[str, str] = {}


@pytest.fixture
def _nothing_missing(monkeypatch):
    monkeypatch.setattr(window, "missing_libraries", lambda names: ())


def test_without_a_display_the_headless_command_is_named():
    words = why_no_window(NO_DISPLAY, "linux")

    assert words is not None
    assert "uv run main.py separate" in words


@pytest.mark.usefixtures("_nothing_missing")
@pytest.mark.parametrize(
    "environment", [{"DISPLAY": ":0"}, {"WAYLAND_DISPLAY": "w"}, {"QT_QPA_PLATFORM": "offscreen"}]
)
def test_with_a_display_or_a_chosen_platform_nothing_is_in_the_way(environment):
    assert why_no_window(environment, "linux") is None


@pytest.mark.parametrize("system", ["win32", "darwin"])
def test_other_systems_always_have_a_display(system):
    assert why_no_window(NO_DISPLAY, system) is None


def test_missing_system_libraries_are_named_as_packages(monkeypatch):
    monkeypatch.setattr(window, "_can_load", lambda name: "cursor" not in name)

    words = why_no_window({"DISPLAY": ":0"}, "linux")

    assert words is not None
    assert "sudo apt install libxcb-cursor0\n" in words


def test_x11_libraries_are_not_asked_of_wayland(monkeypatch):
    monkeypatch.setattr(window, "_can_load", lambda name: "xcb" not in name)

    assert why_no_window({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, "linux") is None
    assert why_no_window({"QT_QPA_PLATFORM": "xcb", "WAYLAND_DISPLAY": "w"}, "linux") is not None


def test_a_library_that_does_not_exist_is_missing():
    assert missing_libraries(["libno-such-thing.so.99"]) == ("libno-such-thing.so.99",)


def test_opening_a_window_without_a_display_ends_with_a_code_and_a_sentence(monkeypatch, capsys):
    monkeypatch.setattr(window, "why_no_window", lambda environment, system: "No display.")

    assert open_window(None) == 1
    assert capsys.readouterr().err == "No display.\n"
