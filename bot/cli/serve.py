"""`call-doctor serve`."""

import sys

from bot import wiring
from bot.cli.logs import set_up_logs
from bot.domain.errors import BotError
from bot.settings import Settings, read_settings
from bot.slack.serve import serve
from bot.slack.startup import check_present


async def run() -> int:
    """Serve until told to stop; the process's exit status."""
    try:
        settings = read_settings()
        set_up_logs(settings.log_level)
        return await _serve(settings)
    except BotError as error:
        print(f"{error.headline}: {error.cause}\n{error.next_step}", file=sys.stderr)  # noqa: T201
        return 1


async def _serve(settings: Settings) -> int:
    slack = wiring.slack_settings(settings)
    check_present(slack)
    async with wiring.open_engine(settings, memory_needed=True) as engine:
        for client in engine.workspaces.values():
            await client.check()
        return await serve(slack, wiring.tools(engine), ready=wiring.probes(engine))
