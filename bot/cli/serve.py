"""`call-doctor serve`."""

import logging
import sys

from bot import wiring
from bot.cli.logs import set_up_logs
from bot.domain.errors import BotError, HundredMsBusy, HundredMsUnreachable
from bot.settings import Settings, read_settings
from bot.slack.serve import serve
from bot.slack.startup import check_present

log = logging.getLogger(__name__)


async def run() -> int:
    """Serve until told to stop; the process's exit status."""
    try:
        settings = read_settings()
        set_up_logs(settings.log_level)
        return await _serve(settings)
    except BotError as error:
        print(f"{error.headline}: {error.cause}\n{error.next_step}", file=sys.stderr)  # noqa: T201
        return 1


async def _check_hundredms(engine: wiring.Engine) -> None:
    """Refused credentials end the start; an outage of 100ms does not: /readyz tells it."""
    for client in engine.workspaces.values():
        try:
            await client.check()
        except (HundredMsUnreachable, HundredMsBusy) as error:
            log.warning("100ms did not answer at the start: %s", error.cause)


async def _serve(settings: Settings) -> int:
    slack = wiring.slack_settings(settings)
    check_present(slack)
    async with (
        wiring.open_engine(settings, memory_needed=True) as engine,
        wiring.open_work(settings, engine) as jobs,
    ):
        await _check_hundredms(engine)
        return await serve(slack, wiring.tools(engine), jobs=jobs, ready=wiring.probes(engine))
