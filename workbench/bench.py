"""Both pretend ends and the real bot, started together and ended together."""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET, demo_world
from workbench.pretend_hundredms.scenarios import FOLDER
from workbench.pretend_hundredms.serving import listen, running
from workbench.pretend_hundredms.stage import Stage, utc_now
from workbench.pretend_slack.people import PretendSlack
from workbench.pretend_slack.standing import stand

START_SECONDS = 30.0
STOP_SECONDS = 25.0
QUIET_SECONDS = 2.0
"""An answer counts as finished when nothing was called for so long: replies are paced by 1 s."""


class BotDied(Exception):
    """The bot ended while it was needed."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The three parts; `bot` is the process of `call-doctor serve`."""

    slack: PretendSlack
    hundredms: Stage
    bot: asyncio.subprocess.Process
    log: Path

    async def settled(self, limit: float = 120.0) -> None:
        """Wait until the bot has stopped calling; raises BotDied if it is gone."""
        end = time.monotonic() + limit
        seen, since = self._activity(), time.monotonic()
        while time.monotonic() < end:
            await asyncio.sleep(0.1)
            if self.bot.returncode is not None:
                raise BotDied(self.log.read_text()[-2000:])
            now = self._activity()
            if now != seen or self.hundredms.calls.in_flight:
                seen, since = now, time.monotonic()
            elif time.monotonic() - since > QUIET_SECONDS:
                return

    def _activity(self) -> tuple[int, int]:
        team = self.slack.team
        return (len(team.calls) + len(team.messages), len(self.hundredms.calls.calls))


@contextlib.asynccontextmanager
async def open_bench() -> AsyncIterator[Bench]:
    """Start everything on free loopback ports; end it with the block."""
    app = build(demo_world(utc_now(), scenarios=FOLDER))
    with tempfile.TemporaryDirectory(prefix="call-doctor-") as folder:
        home = Path(folder)
        async with running(app) as hms_url, stand() as slack:
            port = _free_port()
            slack.team.request_url = f"http://127.0.0.1:{port}/slack/events"
            environment = _environment(slack, hms_url, port, home)
            async with _bot(environment, home) as (bot, log):
                await _ready(bot, port, log)
                yield Bench(slack, stage(app), bot, log)


def _free_port() -> int:
    with listen() as bound:
        return int(bound.getsockname()[1])


def _environment(slack: PretendSlack, hms_url: str, port: int, home: Path) -> Mapping[str, str]:
    """The bot's whole environment: it has no workbench mode, it just gets other URLs."""
    return {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "SLACK_BOT_TOKEN": slack.team.app.bot_token,
        "SLACK_SIGNING_SECRET": slack.team.app.signing_secret,
        "SLACK_API_URL": f"{slack.team.base_url}/api/",
        "HMS_ACCESS_KEY": ACCESS_KEY,
        "HMS_SECRET": SECRET,
        "HMS_API_URL": hms_url,
        "DATABASE_URL": f"sqlite:///{home / 'call-doctor.db'}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
    }


@contextlib.asynccontextmanager
async def _bot(
    environment: Mapping[str, str], home: Path
) -> AsyncIterator[tuple[asyncio.subprocess.Process, Path]]:
    """The real bot as a process of its own, in a folder without anybody's `.env`."""
    log = home / "bot.log"
    with log.open("wb") as out:
        bot = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "serve"),
            env=environment,
            cwd=home,
            stderr=out,
            stdout=out,
        )
    try:
        yield bot, log
    finally:
        await _stop(bot)


async def _stop(bot: asyncio.subprocess.Process) -> None:
    if bot.returncode is None:
        bot.terminate()
    try:
        await asyncio.wait_for(bot.wait(), STOP_SECONDS)
    except TimeoutError:
        bot.kill()
        await bot.wait()


async def _ready(bot: asyncio.subprocess.Process, port: int, log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        while time.monotonic() < end:
            if bot.returncode is not None:
                raise BotDied(log.read_text()[-2000:])
            with contextlib.suppress(httpx.TransportError):
                if (await client.get("/readyz")).status_code == httpx.codes.OK:
                    return
            await asyncio.sleep(0.05)
    raise BotDied("it did not become ready: " + log.read_text()[-2000:])
