"""`call-doctor check`: tries everything a running bot needs, and prints what to fix."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console
from rich.text import Text

import bot
from bot import serving, wiring
from bot.catalogue import load_catalogue
from bot.cli.log_setup import set_up_logs
from bot.cli.screen import open_console, printable_text, rich_text
from bot.domain.access import AccessRules
from bot.domain.errors import BotError, Misconfigured
from bot.hundredms.status_page import open_status_page
from bot.hundredms.workspaces import open_workspaces
from bot.render.own_templates import find_template_faults
from bot.settings import Settings, read_settings
from bot.slack.identity import SCOPE_COSTS, SlackIdentity
from bot.slack.server.manifest import manifest_differences, setup_notes
from bot.slack.server.startup_checks import check_slack
from bot.storage import open_database
from bot.webhooks.receiver import SIGNATURE_HEADER, WebhookSecrets


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The result of one check.

    `error` is None if the check passed. `notes` are remarks, such as missing optional scopes.
    """

    name: str
    detail: str = ""
    error: BotError | None = None
    notes: tuple[str, ...] = ()


async def run() -> int:
    """Print every result; return 0 if all checks passed, else 1."""
    console = open_console(soft_wrap=True)
    catalogue = await _try("catalogue", _check_catalogue)
    _show(console, catalogue)
    try:
        settings = read_settings()
    except BotError as error:
        _show(console, CheckResult("settings", error=error))
        return 1
    set_up_logs("CRITICAL")
    all_good = catalogue.error is None
    async for result in _run_checks(settings):
        _show(console, result)
        all_good = all_good and result.error is None
    return 0 if all_good else 1


async def _run_checks(settings: Settings) -> AsyncIterator[CheckResult]:
    slack, identity = await _check_slack(settings)
    yield slack
    manifest = await _try("manifest", _check_manifest)
    if identity is not None and manifest.error is None:
        socket_mode = bool(settings.slack_app_token.get_secret_value())
        notes = setup_notes(read_manifest(), identity, socket_mode=socket_mode)
        manifest = replace(manifest, notes=tuple(notes))
    yield manifest
    if tickets := settings.tickets():
        yield CheckResult("tickets", ", ".join(ticket.button for ticket in tickets))
    if settings.templates_dir:
        yield await _try("templates", partial(_check_templates, settings.templates_dir))
    yield await _try("100ms", lambda: _check_hundredms(settings))
    yield await _try("status page", partial(_check_status_page, settings.status_url))
    with contextlib.suppress(Misconfigured):  # reported above
        yield _check_webhooks(settings)
    yield await _try("database", lambda: _check_database(settings))


async def _try(name: str, attempt: Callable[[], Awaitable[str]]) -> CheckResult:
    try:
        return CheckResult(name, await attempt())
    except BotError as error:
        return CheckResult(name, error=error)


async def _check_catalogue() -> str:
    return f"{len(load_catalogue().entries)} entries, all in form"


async def _check_slack(settings: Settings) -> tuple[CheckResult, SlackIdentity | None]:
    try:
        identity = await check_slack(serving.build_slack_settings(settings, AccessRules()))
    except BotError as error:
        return CheckResult("Slack", error=error), None
    good = f"team {identity.team_id}, scopes {', '.join(sorted(identity.scopes))}"
    return CheckResult("Slack", good, notes=tuple(scope_notes(identity))), identity


def scope_notes(identity: SlackIdentity) -> Iterator[str]:
    """Yield a line for each optional scope: granted, or what the bot cannot do without it."""
    for scope, cost in SCOPE_COSTS.items():
        if not identity.scopes:
            yield f"optional scope {scope}: Slack does not tell whether it is granted"
        elif scope in identity.scopes:
            yield f"optional scope {scope}: granted"
        else:
            yield f"optional scope {scope}: not granted: {cost}"


async def _check_manifest() -> str:
    differences = manifest_differences(read_manifest())
    if differences:
        raise Misconfigured(
            " ".join(differences),
            headline="manifest.yaml and the code disagree",
            next_step="Install the app again from the manifest.yaml of this version.",
        )
    return "manifest.yaml names what the code registers"


async def _check_templates(folder: Path) -> str:
    faults = await asyncio.to_thread(find_template_faults, folder)
    if faults:
        raise Misconfigured(
            " ".join(faults),
            headline="Your own templates do not fit this version",
            next_step="Compare them with the files of the same name in templates/ of this version. "
            "A file that you remove is taken from there.",
        )
    return f"those of {folder} fit this version"


def read_manifest() -> Mapping[str, Any]:
    """Return the manifest.yaml of this version, from the installed package or from the checkout."""
    package = Path(bot.__file__).parent
    shipped = package / "slack" / "manifest.yaml"
    path = shipped if shipped.exists() else package.parent / "manifest.yaml"
    manifest: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return manifest


async def _check_hundredms(settings: Settings) -> str:
    async with open_workspaces(wiring.read_credentials(settings), clock=wiring.now) as workspaces:
        for client in workspaces.values():
            await client.check()
        return f"100ms accepts the credentials of: {', '.join(workspaces)}"


async def _check_status_page(url: str) -> str:
    """Return what can be read of the status page. It is no fault if that is nothing."""
    async with open_status_page(url) as page:
        if page is None:
            return "not read, since STATUS_URL is empty"
        incidents = await page.incidents()
    if incidents is None:
        return f"{url} cannot be read from here, so answers do not mention it"
    return f"{url} can be read, {len(incidents)} incidents"


def _check_webhooks(settings: Settings) -> CheckResult:
    """Return which 100ms workspaces have webhooks, which are optional, with a note on each."""
    received, fetched = serving.webhook_secrets(settings), set(serving.aliases_to_pull(settings))
    notes = [f"at /100ms/webhooks/{alias}: {_proof(proof)}" for alias, proof in received.items()]
    notes += [f"fetched every five minutes from workspace {alias}" for alias in sorted(fetched)]
    if not notes:
        return CheckResult("webhooks", "not set up; docs/operating.md says what they are for")
    count = len({*received, *fetched})
    return CheckResult("webhooks", f"set up for {count} 100ms workspace(s)", notes=tuple(notes))


def _proof(secrets: WebhookSecrets) -> str:
    header = [f"secret in the header {secrets.header}"] * bool(secrets.secret)
    signature = [f"signature in {SIGNATURE_HEADER}"] * bool(secrets.signature_secret)
    return " and ".join((*header, *signature))


async def _check_database(settings: Settings) -> str:
    async with open_database(settings.database) as database:
        await database.ping()
    return "reachable, up to date"


def _show(console: Console, result: CheckResult) -> None:
    if result.error is None:
        console.print(
            Text.assemble(("ok    ", "green"), printable_text(f"{result.name}: {result.detail}"))
        )
        for note in result.notes:
            console.print(rich_text(f"      {note}"))
        return
    error = result.error
    console.print(
        Text.assemble(("FIX   ", "bold red"), printable_text(f"{result.name}: {error.headline}"))
    )
    console.print(rich_text(f"      {error.cause}\n      {error.next_step}"))
