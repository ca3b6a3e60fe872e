"""Every command of `call-doctor`; each has a module of its own."""

import asyncio
from importlib import import_module
from typing import Annotated

import typer

from bot.cli.runtime_tuning import gc_paused

app = typer.Typer(
    help="Tells why a 100ms video call failed.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _run(command: str, *args: str, **options: bool) -> typer.Exit:
    """Run a command from its own module, so that a command imports only the modules it needs."""
    with gc_paused():
        module = import_module(f"bot.cli.{command}")
    return typer.Exit(asyncio.run(module.run(*args, **options)))


@app.command()
def serve() -> None:
    """Answer in Slack: Socket Mode if SLACK_APP_TOKEN is set, else HTTP on PORT."""
    raise _run("serve")


@app.command()
def lookup(
    text: Annotated[list[str], typer.Argument(help="Any id, link or name, and options.")],
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
) -> None:
    """Look a call up here in the terminal.

    Exit status: 0 answered, 1 a service failed, 2 nothing recognised or found.
    """
    raise _run("lookup", " ".join(text), as_json=json)


@app.command()
def forget(
    user: Annotated[str, typer.Option(help="Slack user ID, or a 100ms user or peer id.")] = "",
    room: Annotated[str, typer.Option(help="A 100ms room id.")] = "",
) -> None:
    """Remove what is stored of a person or a room, and say what was removed."""
    raise _run("forget", user, room)


@app.command()
def audit(
    since: Annotated[str, typer.Option(help="24h, 7d, yesterday, 2026-05-01 … (UTC).")] = "",
    user: Annotated[
        str, typer.Option(help="Who asked (Slack user ID), or was asked about (100ms id).")
    ] = "",
    room: Annotated[str, typer.Option(help="A 100ms room id.")] = "",
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON list on stdout.")] = False,
) -> None:
    """List who asked for what, where and when, and what became of it: 400 days of it."""
    raise _run("audit", since, user, room, as_json=json)


@app.command()
def check() -> None:
    """Verify settings, tokens, scopes and manifest; say what to fix."""
    raise _run("check")
