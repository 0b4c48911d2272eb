import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_command

import main as program
from app.cli import window
from app.cli.root import _commands, run

ROOT = Path(program.__file__).parent


def modules_after(code: str) -> set[str]:
    """Return what a fresh interpreter has loaded after `code`."""
    report = "import sys; print('\\n'.join(m for m in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def test_nothing_large_is_loaded_before_it_is_known_what_is_asked():
    loaded = modules_after("import main")

    assert not loaded & {"torch", "typer", "PySide6", "numpy", "av"}


def test_the_commands_load_neither_the_window_nor_torch():
    loaded = modules_after("import app.cli.root, app.cli.headless")

    assert not loaded & {"torch", "PySide6", "scipy"}


def test_help_needs_neither_media_nor_networks():
    loaded = modules_after("from app.cli.root import run\nrun(['separate', '--help'])")

    assert not loaded & {"torch", "PySide6", "av", "cv2"}


def test_the_program_knows_every_command_there_is():
    """It decides by a list of its own, so that nothing is loaded for it."""
    commands = get_command(_commands())

    assert set(program.COMMANDS) == set(commands.commands)


def test_one_clip_opens_the_window(monkeypatch):
    opened = []
    monkeypatch.setattr(window, "open_window", lambda clip: opened.append(clip) or 0)

    assert program.main([]) == 0
    assert program.main(["a film.mp4"]) == 0

    assert opened == [None, Path("a film.mp4")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["seperate"], "Did you mean “separate”?"),
        (["dance"], "Commands: separate"),
        (["a.mp4", "b.mp4"], "one clip at a time"),
    ],
)
def test_what_is_neither_a_command_nor_a_clip_is_refused(arguments, words, capsys):
    assert program.main(arguments) == 2
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments", [["--bogus"], ["separate"], ["separate", "a.mp4", "--format", "mp3"], ["eval"]]
)
def test_usage_errors_end_with_two_and_no_traceback(arguments, capsys):
    assert program.main(arguments) == 2
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    assert "--help" in said.err + said.out


def test_the_version_is_the_one_of_the_project_file(capsys):
    assert run(["--version"]) == 0

    version = capsys.readouterr().out.split()[1]
    assert f'version = "{version}"' in (ROOT / "pyproject.toml").read_text("utf-8")


def test_engines_are_listed_with_what_they_understand(capsys):
    assert run(["engines"]) == 0

    listed = capsys.readouterr().out
    assert "spectral: " in listed
    assert "understands: region, span, spectral" in listed
