"""Both pretend ends and the real bot, started together and ended together."""

import asyncio
import contextlib
import os
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from workbench.bot_process import BotDied, BotProcess, standing_bot
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET, demo_world
from workbench.pretend_hundredms.scenarios import FOLDER
from workbench.pretend_hundredms.serving import running, spare_port, status_url
from workbench.pretend_hundredms.stage import Stage, utc_now
from workbench.pretend_slack.install import install
from workbench.pretend_slack.people import PretendSlack
from workbench.pretend_slack.standing import stand

MANIFEST = Path(__file__).parents[1] / "manifest.yaml"
QUIET_SECONDS = 2.0
# Jira's documented form for a new issue; nothing here opens it by itself.
TICKET_URL = (
    "https://acme.atlassian.net/secure/CreateIssueDetails!init.jspa?pid=10000&issuetype=10001"
    "&summary={title}&description={body}%0A{permalink}"
)
_ENDED = "call_doctor_lookups_total{"
"""An answer counts as finished when nothing was called for so long: replies are paced by 1 s."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The three parts; the pretend 100ms tells of the time up to `began`."""

    slack: PretendSlack
    hundredms: Stage
    bot: BotProcess
    began: datetime

    async def settled(self, limit: float = 120.0) -> None:
        """Wait until the bot has stopped calling; raises BotDied if it is gone."""
        end = time.monotonic() + limit
        seen, since = self._activity(), time.monotonic()
        while time.monotonic() < end:
            await asyncio.sleep(0.1)
            if self.bot.ended:
                raise BotDied(self.bot.last_words)
            now = self._activity()
            if now != seen or self.hundredms.calls.in_flight:
                seen, since = now, time.monotonic()
            elif time.monotonic() - since > QUIET_SECONDS:
                return

    async def lookups_ended(self) -> int:
        """Return how many look-ups the bot has counted as ended."""
        metrics = await self.bot.page("/metrics")
        counts = [line for line in metrics.splitlines() if line.startswith(_ENDED)]
        return round(sum(float(line.rpartition(" ")[2]) for line in counts))

    def _activity(self) -> tuple[int, int]:
        team = self.slack.team
        return (len(team.calls) + len(team.messages), len(self.hundredms.calls.calls))


@contextlib.asynccontextmanager
async def open_bench(templates: Path | None = None) -> AsyncIterator[Bench]:
    """Start everything on free loopback ports; end it with the block.

    `templates` is a folder of message templates instead of the bot's own.
    """
    began = utc_now()
    app = build(demo_world(began, scenarios=FOLDER))
    with tempfile.TemporaryDirectory(prefix="call-doctor-") as folder:
        home = Path(folder)
        async with running(app) as hms_url, stand() as slack:
            install(slack.team, manifest())
            port = spare_port()
            slack.team.request_url = f"http://127.0.0.1:{port}/slack/events"
            environment = _environment(slack, hms_url, port, home)
            if templates:
                environment |= {"TEMPLATES_DIR": str(templates)}
            async with standing_bot(environment, port, home) as bot:
                yield Bench(slack, stage(app), bot, began)


def manifest() -> dict[str, Any]:
    """The app's manifest, as the repository holds it."""
    read: dict[str, Any] = yaml.safe_load(MANIFEST.read_text("utf-8"))
    return read


def _environment(slack: PretendSlack, hms_url: str, port: int, home: Path) -> dict[str, str]:
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
        "STATUS_URL": status_url(hms_url),
        "DATABASE_URL": f"sqlite:///{home / 'call-doctor.db'}",
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "TICKET_URL_JIRA": TICKET_URL,
        "WATCH_EVERY": "3",
        "WATCH_LINGER": "20",  # the default of five minutes is long for somebody at the page
    }
