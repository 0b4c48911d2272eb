"""`main.py models ...`: lists, installs, imports, checks and removes models."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from app.cli.model_tables import licence_text, page, table
from app.cli.progress_line import ProgressLine
from app.cli.running import run_plainly
from core.errors import StoreError
from core.progress import CancelToken
from core.store.catalogue import catalogue, entry
from core.store.presence import installed, status, with_required

if TYPE_CHECKING:
    from core.domain.models import Licence, ModelEntry
    from core.jobs.models import ModelAnswer
    from core.jobs.requests import JobRequest

_KEPT = "Cancelled. What has arrived is kept: the same command goes on from there."

models = typer.Typer(
    help="List, install, import, check and remove models.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="As “models list” shows it.")]
Names = Annotated[list[str], typer.Argument(metavar="NAME...", help="As “models list” shows them.")]


@models.command("list")
def list_models() -> None:
    """List all models: what they are for, their state, size and licence."""
    raise typer.Exit(run_plainly(lambda _line, _cancel: print(table([*map(status, catalogue())]))))


@models.command("show")
def show(name: Name) -> None:
    """Show all that is known of a model, with its licence."""
    raise typer.Exit(run_plainly(lambda _line, _cancel: print(page(status(entry(name))))))


@models.command("install")
def install(
    names: Names,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="You have read the licences, and accept them.")
    ] = False,
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Read an access token from the standard input.")
    ] = False,
) -> None:
    """Download models and what they need, resuming where an earlier try stopped.

    The licences are shown first. A token is kept in the password store of the system.
    """

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.jobs.models import InstallJob

        wanting = tuple(one for one in with_required(*names) if installed(one.name) is None)
        if not wanting:
            print("Installed already.")
            return
        refuse_imports(wanting)
        token = sys.stdin.readline() if token_stdin else None
        agree(wanting, is_accepted=accept_licence, may_ask=not token_stdin)
        accepted = frozenset(one.name for one in wanting)
        _do(InstallJob(wanting, accepted, token), line, cancel)

    raise typer.Exit(run_plainly(work, _KEPT))


@models.command("import")
def import_(
    name: Name,
    path: Annotated[Path, typer.Argument(metavar="PATH", help="A folder, a .zip or a file.")],
    own_weights: Annotated[
        bool,
        typer.Option("--own-weights", help="Take files that are not the published ones, too."),
    ] = False,
) -> None:
    """Install a model from files on this machine."""

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.jobs.models import ImportJob

        _do(ImportJob(entry(name), path.expanduser(), own_weights), line, cancel)

    raise typer.Exit(run_plainly(work, "Cancelled. Nothing was installed."))


@models.command("verify")
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME...]", help="All installed, if not given.")
    ] = None,
) -> None:
    """Read models again and compare them with what was installed."""

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.jobs.models import VerifyJob

        there = [status(one) for one in catalogue()]
        chosen = [entry(name) for name in names or ()]
        chosen = chosen or [one.entry for one in there if one.is_installed]
        if not chosen:
            print("No model is installed.")
        for one in chosen:
            _do(VerifyJob(one), line, cancel)

    raise typer.Exit(run_plainly(work, "Cancelled."))


@models.command("remove")
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete a model."""

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.jobs.models import RemoveJob
        from core.store.removing import needed_by

        wanted = entry(name)
        others = ", ".join(one.title for one in needed_by(wanted))
        warning = f" {others} cannot work without it." if others else ""
        if not yes and not asked(f"Delete everything in {status(wanted).folder}?{warning}"):
            print("Nothing was removed.")
            return
        _do(RemoveJob(wanted), line, cancel)

    raise typer.Exit(run_plainly(work))


@models.command("forget-token")
def forget_token() -> None:
    """Take the access token out of the password store of the system."""

    def work(line: ProgressLine, cancel: CancelToken) -> None:
        from core.jobs.models import ForgetTokenJob

        _do(ForgetTokenJob(), line, cancel)

    raise typer.Exit(run_plainly(work))


def refuse_imports(wanting: Sequence["ModelEntry"]) -> None:
    """Say before anything is downloaded that one of the models cannot be.

    Raises:
        StoreError: a model can only be imported.
    """
    for one in wanting:
        if not one.is_downloadable:
            raise StoreError(
                f"{one.name} cannot be downloaded by a program",
                advice=f"{one.how_to_import} Then: main.py models import {one.name} FOLDER",
            )


def agree(wanting: Sequence["ModelEntry"], *, is_accepted: bool, may_ask: bool) -> None:
    """Show the licences and let the person accept them.

    Raises:
        StoreError: they do not.
    """
    licences: dict[str, tuple[Licence, list[str]]] = {}
    for one in wanting:
        licences.setdefault(one.licence.name, (one.licence, []))[1].append(one.title)
    for licence, titles in licences.values():
        if is_accepted:
            print(f"Accepted for {', '.join(titles)}: {licence.name}, {licence.url}")
        else:
            print(f"{', '.join(titles)}\n\n{licence_text(licence)}\n")
    if not is_accepted and not (may_ask and asked("Do you accept the licences above?")):
        raise StoreError(
            "the licences were not accepted",
            advice="Nothing was downloaded. Read the licences above, and run the command with "
            "--accept-licence if you agree.",
        )


def asked(question: str) -> bool:
    """Return whether the person says yes; no where nobody can be asked."""
    if not sys.stdin.isatty():
        print(f"{question} (nobody to ask: no)")
        return False
    return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")


def _do(job: "JobRequest[ModelAnswer]", line: ProgressLine, cancel: CancelToken) -> None:
    answer = job(line.report, cancel)
    line.clear()
    print(answer.said)
    for notice in answer.notices:
        line.say(f"Note: {notice}")
