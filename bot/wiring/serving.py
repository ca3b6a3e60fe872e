"""What serving Slack needs besides: jobs, tools, probes, and the Slack edge's settings."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING
from uuid import uuid4

from bot.domain.errors import BotError, StoreUnreachable
from bot.settings import Settings
from bot.storage import jobs_url, sole_user
from bot.wiring.engine import Engine, new_reference, now

if TYPE_CHECKING:  # a second of imports that a look-up in the terminal need not wait for
    from bot.jobs import DurableJobs
    from bot.slack.health import Probe
    from bot.slack.settings import SlackSettings
    from bot.slack.tools import Tools

PROBE_KEPT_SECONDS = 15


@asynccontextmanager
async def open_work(settings: Settings, engine: Engine) -> AsyncIterator["DurableJobs"]:
    """The engine of durable jobs, with a life of its own for this process.

    Raises Misconfigured if another process uses the same SQLite file, StoreUnreachable.
    """
    from bot.jobs import open_jobs  # noqa: PLC0415  see above

    if engine.memory is None:
        raise StoreUnreachable
    with sole_user(settings.database):
        url, life = jobs_url(settings.database), uuid4().hex
        async with open_jobs(url, life, engine.memory.lives) as jobs:
            yield jobs


def tools(engine: Engine) -> "Tools":
    """What the Slack edge answers with."""
    from bot.pictures import timeline_picture  # noqa: PLC0415  see above
    from bot.slack.tools import Tools  # noqa: PLC0415  see above

    memory = engine.memory
    return Tools(
        engine.renderer,
        engine.investigator,
        now,
        new_reference,
        engine.meters,
        memory.answers if memory else None,
        timeline_picture,
        engine.forgotten,
        memory.channels if memory else None,
        memory.shown if memory else None,
        tuple(engine.workspaces),
        memory.audit if memory else None,
        engine.names,
    )


def probes(engine: Engine, kept: float = PROBE_KEPT_SECONDS) -> "dict[str, Probe]":
    """What /readyz asks besides Slack: the database and 100ms, whose `ok` stands for `kept` s."""
    from bot.slack.health import DEGRADED, cached  # noqa: PLC0415  see above

    async def database() -> str:
        return await _probed(engine.memory.ping()) if engine.memory else "not open"

    async def hms() -> str:
        asked = engine.workspaces
        words = await asyncio.gather(*(_probed(client.check()) for client in asked.values()))
        down = {alias: word for alias, word in zip(asked, words, strict=True) if word != "ok"}
        named = "; ".join(f"{alias}: {word}" for alias, word in down.items()) or "ok"
        # Answers out of the others say which workspace was missing.
        return DEGRADED + named if 0 < len(down) < len(asked) else named

    return {"database": database, "hms": cached(hms, kept)}


async def _probed(attempt: Awaitable[None]) -> str:
    try:
        await attempt
    except BotError as error:
        return error.headline
    return "ok"


def slack_settings(settings: Settings) -> "SlackSettings":
    """The Slack edge's own settings."""
    from bot.slack.settings import SlackSettings  # noqa: PLC0415  see above

    return SlackSettings(
        bot_token=settings.slack_bot_token.get_secret_value(),
        signing_secret=settings.slack_signing_secret.get_secret_value(),
        app_token=settings.slack_app_token.get_secret_value(),
        api_url=settings.slack_api_url,
        host=settings.host,
        port=settings.port,
        per_asker=settings.lookups_per_asker,
        most_waiting=settings.lookups_waiting,
        most_waiting_per_asker=settings.lookups_waiting_per_asker,
        access=settings.access(),
    )
