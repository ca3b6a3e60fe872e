"""Every command of `call-doctor`; each has a module of its own."""

import asyncio
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from bot.cli.runtime_tuning import gc_paused

EXAMPLES = """Examples:

call-doctor lookup "daily-standup since 7d"

call-doctor lookup "marta in one-bad-user" --full

call-doctor lookup 66ac5e989b41849dde50f549 --json

call-doctor lookup CD-7K2M9QXP"""

ACCURACY_EXAMPLES = """Examples:

call-doctor accuracy --since 30d

call-doctor accuracy --json

call-doctor accuracy --export judged && scripts/evaluate judged"""

app = typer.Typer(
    help="Explains why a 100ms video call failed.",
    epilog="`call-doctor COMMAND --help` shows the options of a command, with examples.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _run(command: str, *args: str, **options: bool) -> typer.Exit:
    """Run a command from its own module, so that a command imports only the modules it needs."""
    with gc_paused():
        module = import_module(f"bot.cli.{command}")
    return typer.Exit(asyncio.run(module.run(*args, **options)))


def _print_version(*, value: bool) -> None:
    if value:
        try:
            typer.echo(f"call-doctor {version('call-doctor')}")
        except PackageNotFoundError:
            typer.echo("call-doctor, a checkout that is not installed")
        raise typer.Exit


@app.callback()
def main(
    *,
    version_asked: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Explain why a 100ms video call failed."""
    del version_asked


@app.command()
def serve() -> None:
    """Answer in Slack: Socket Mode if SLACK_APP_TOKEN is set, else HTTP on PORT."""
    raise _run("serve")


@app.command(epilog=EXAMPLES)
def lookup(
    text: Annotated[
        list[str],
        typer.Argument(
            help="A room name, an id, a link, `user:ID in ROOM`, a person's name and room, or the "
            "reference CD-… of an answer in Slack. Then options such as `since 2h`."
        ),
    ],
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Print the timeline and each failure, too.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Look up a call and print the answer here.

    With the reference of an answer in Slack (CD-…) it prints that answer again, as of then.
    Exit status: 0 answered, 1 a service failed, 2 nothing recognised or found.
    """
    raise _run("lookup", " ".join(text), as_json=json, full=full)


@app.command()
def forget(
    user: Annotated[str, typer.Option(help="Slack user ID, or a 100ms user or peer id.")] = "",
    room: Annotated[str, typer.Option(help="A 100ms room id.")] = "",
) -> None:
    """Delete the stored data of a person or a room, and say what was deleted."""
    raise _run("forget", user, room)


@app.command()
def audit(
    since: Annotated[str, typer.Option(help="Start: 24h, 7d, yesterday, 2026-05-01 … (UTC).")] = "",
    user: Annotated[
        str, typer.Option(help="Who asked (Slack user ID), or was asked about (100ms id).")
    ] = "",
    room: Annotated[str, typer.Option(help="A 100ms room id.")] = "",
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """List who asked for what, where and when, and the outcome, for the last 400 days."""
    raise _run("audit", since, user, room, as_json=json)


@app.command(epilog=ACCURACY_EXAMPLES)
def accuracy(
    since: Annotated[
        str,
        typer.Option(help="Answers from then on: 24h, 30d, 2026-05-01 … (UTC). Default: 400 days."),
    ] = "",
    export: Annotated[
        str,
        typer.Option(
            metavar="DIR",
            help="Also write each judged answer into DIR as a scenario file that names nobody. Its "
            "call is read again from 100ms, which keeps it for 30 days.",
        ),
    ] = "",
    *,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say how often answers were right, by the votes under them in Slack.

    Each line is a cause that answers named, with the answers judged and those judged right. Below
    ten votes it says "not enough votes". Exit status: 0 also without votes, 1 a service failed, 2
    an option cannot be read.
    """
    raise _run("accuracy", since, export, as_json=json)


@app.command()
def check() -> None:
    """Check settings, tokens, scopes and manifest, and say what to fix."""
    raise _run("check")
