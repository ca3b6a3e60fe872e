"""What a running bot writes to its log: JSON a line, each with its look-up, and no secret."""

import asyncio
import json
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.slack.edge_harness import free_port, lookup_of
from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET, demo_world
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.serving import running
from workbench.pretend_hundredms.stage import Stage
from workbench.pretend_slack import PretendSlack, example_team, stand

ROOT = Path(__file__).parents[3]
PASSWORD = "a-password-of-the-database"
ADDRESS = re.compile(r"\b(?!127\.0\.0\.1\b)(?:\d{1,3}\.){3}\d{1,3}\b")


@dataclass
class Process:
    """The bot as an operator runs it, between two pretend ends."""

    slack: PretendSlack
    hundredms: Stage
    port: int
    written: list[str] = field(default_factory=list)
    status: int | None = None

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.written]

    def events(self, lookup_id: str) -> list[str]:
        return [str(line["event"]) for line in self.lines if line.get("lookup_id") == lookup_id]


@asynccontextmanager
async def served(folder: Path, mode: str, level: str = "DEBUG") -> AsyncIterator[Process]:
    app = build(demo_world(datetime.now(UTC), large_events=100))
    async with AsyncExitStack() as stack:
        hms_url = await stack.enter_async_context(running(app))
        team = example_team(retry_delays=(0.05, 0.1, 0.2))
        slack = await stack.enter_async_context(stand(team))
        made = Process(slack, stage(app), free_port())
        keys = {
            "http": {"SLACK_SIGNING_SECRET": team.app.signing_secret},
            "socket": {"SLACK_APP_TOKEN": team.app.app_token},
        }
        if mode == "http":
            team.request_url = f"http://127.0.0.1:{made.port}/slack/events"
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "serve"),
            env={
                "PATH": os.defpath,
                "PYTHONPATH": str(ROOT),
                "SLACK_BOT_TOKEN": team.app.bot_token,
                "SLACK_API_URL": team.base_url + "/api/",
                "HMS_ACCESS_KEY": ACCESS_KEY,
                "HMS_SECRET": SECRET,
                "HMS_API_URL": hms_url,
                "DATABASE_URL": f"sqlite:///{folder / 'bot.db'}",
                "HOST": "127.0.0.1",
                "PORT": str(made.port),
                "LOG_LEVEL": level,
            }
            | keys[mode],
            cwd=folder,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=2**24,
        )
        reading = asyncio.create_task(_read(process, made))
        try:
            await _ready(process, made)
            yield made
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await reading
            made.status = await process.wait()


async def _read(process: asyncio.subprocess.Process, made: Process) -> None:
    assert process.stdout is not None
    async for line in process.stdout:
        made.written.append(line.decode())


async def _ready(process: asyncio.subprocess.Process, made: Process) -> None:
    async with httpx.AsyncClient() as http:
        while process.returncode is None:
            try:
                answer = await http.get(f"http://127.0.0.1:{made.port}/readyz")
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.is_success:
                return
            await asyncio.sleep(0.05)
    pytest.fail("".join(made.written))


@pytest.mark.parametrize("mode", ["http", "socket"])
async def test_a_look_up_with_faults_is_logged_as_json_without_secrets(
    tmp_path: Path, mode: str
) -> None:
    async with served(tmp_path, mode) as bot:
        team = bot.slack.team
        bot.hundredms.faults.add(Fault(kind="error", path="/v2/analytics/events", times=2))
        bot.hundredms.faults.add(Fault(kind="reset", path="/v2/sessions", times=1))
        team.faults.add("chat.postMessage", "ratelimited", seconds=1)
        team.faults.add("chat.postMessage", "reset_before", part="reply-*")
        team.faults.add("chat.update", "http_500")
        await bot.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "one-bad-user")
        await bot.slack.type_command("C0SECRET", "U0BOB", "/call-errors", "hostile")
        await bot.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "nothing-like-it")
        await bot.slack.mention("C0ONCALL", "sample-join")
        await bot.slack.until(lambda: _ended(bot) == 4, 60)
        references = {lookup_of(m) for m in team.from_app("") if m.metadata}
        urls = [url.secret for url in team.urls.values()]
    assert bot.status == 0
    lines = bot.lines
    assert all({"event", "level", "timestamp", "logger"} <= set(line) for line in lines)
    for reference in references:
        assert {"asked", "hundredms.call"} <= set(bot.events(reference))
    text = "".join(bot.written)
    app = team.app
    for secret in (app.bot_token, app.app_token, app.signing_secret, ACCESS_KEY, SECRET, *urls):
        assert secret not in text
    assert "Bearer" not in text
    assert "eyJ" not in text, "a token of 100ms'"
    assert not ADDRESS.search(text)


def _ended(bot: Process) -> int:
    ends = {"answered", "not_answered", "unexpected"}
    return sum(line["event"] in ends for line in bot.lines)
