"""`call-doctor serve`: starts the bot and serves Slack until it is stopped."""

import asyncio
import logging
import sys

from bot import serving, wiring
from bot.cli.log_setup import set_up_logs
from bot.cli.runtime_tuning import freeze_gc
from bot.cli.screen import write_error
from bot.domain.errors import BotError, HundredMsBusy, HundredMsUnreachable
from bot.hundredms.client import HundredMsClient
from bot.settings import Settings, read_settings
from bot.slack.server.serve import serve
from bot.slack.server.startup_checks import check_settings
from bot.slack.watch.command import wake_watches

CHECK_SECONDS = 2.0
"""The longest that the start waits for 100ms to accept or refuse our credentials."""

SWITCH_SECONDS = 0.001
"""The longest that a computing thread keeps Python's lock while the event loop waits for it. An
acknowledgement passes through several threads, and each could wait Python's default five
milliseconds."""

log = logging.getLogger(__name__)


async def run() -> int:
    """Serve until stopped; return the exit status of the process."""
    try:
        settings = read_settings()
        set_up_logs(settings.log_level)
        return await _serve(settings)
    except BotError as error:
        write_error(f"{error.headline}: {error.cause}\n{error.next_step}")
        return 1


async def _check_hundredms(services: wiring.Services) -> None:
    """End the start if credentials are refused, but not if 100ms is down: /readyz reports that.

    Without a limit a call would retry for minutes through refusals and pauses.
    """
    await asyncio.gather(*(_check_workspace(client) for client in services.workspaces.values()))


async def _check_workspace(client: HundredMsClient) -> None:
    try:
        await asyncio.wait_for(client.check(), CHECK_SECONDS)
    except TimeoutError:
        log.warning("100ms did not answer within %.0f s at the start", CHECK_SECONDS)
    except (HundredMsUnreachable, HundredMsBusy) as error:
        log.warning("100ms did not answer at the start: %s", error.cause)


async def _serve(settings: Settings) -> int:
    sys.setswitchinterval(SWITCH_SECONDS)
    slack = serving.build_slack_settings(settings)
    check_settings(slack)
    async with (
        wiring.open_services(settings, memory_needed=True) as services,
        serving.open_job_queue(settings, services) as jobs,
    ):
        # Templates are compiled while 100ms answers, so that no first question waits for them.
        compiling = asyncio.to_thread(services.renderer.compile_templates)
        await asyncio.gather(_check_hundredms(services), compiling)
        freeze_gc()
        async with (
            serving.open_context(slack, services, jobs) as ctx,
            serving.open_webhooks(settings, services, wake_watches(ctx)) as webhooks,
        ):
            probes = serving.build_probes(services)
            return await serve(slack, ctx, other_probes=probes, webhooks=webhooks)
