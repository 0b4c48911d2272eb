"""The command line's commands, put together."""

from collections.abc import Sequence

import typer
from typer.main import get_command

from app.cli.engines import engines
from app.cli.evaluate import evaluation
from app.cli.models import models
from app.cli.segment import segment
from app.cli.separate import separate
from app.cli.train import training
from app.cli.words import words
from core.files.versions import soloist_version

_ABOUT = """Click it. Hear only it.

Without a command the editor opens: main.py, or main.py CLIP. The commands work without a display.
"""


def _commands() -> typer.Typer:
    commands = typer.Typer(
        help=_ABOUT,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    commands.callback()(_root)
    commands.command("separate")(separate)
    commands.command("segment")(segment)
    commands.command("words")(words)
    commands.command("engines")(engines)
    commands.add_typer(models, name="models")
    commands.add_typer(evaluation, name="eval")
    commands.add_typer(training, name="train")
    return commands


def _say_version(is_wanted: bool) -> None:
    if is_wanted:
        print(f"Soloist {soloist_version()}")
        raise typer.Exit


def _root(
    _version: bool = typer.Option(
        False,
        "--version",
        help="Say which Soloist this is, and stop.",
        callback=_say_version,
        is_eager=True,
    ),
) -> None:
    """What stands before the command."""


def run(arguments: Sequence[str]) -> int:
    """Run the command in `arguments` and return its exit code; 2 for what is not understood."""
    try:
        get_command(_commands()).main(list(arguments), prog_name="main.py")
    except SystemExit as ending:  # how the library says that a command is over
        return ending.code if isinstance(ending.code, int) else int(bool(ending.code))
    return 0
