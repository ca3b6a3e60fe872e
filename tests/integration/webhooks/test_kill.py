"""A webhook that was answered with 200 is stored, also if the process is killed at once."""

import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from bot.storage import open_database
from tests.support.slack.edge_harness import free_port
from tests.support.webhooks import HEADER, ROOM, SECRET, SESSION
from workbench.bot_process import BotProcess
from workbench.pretend_hundredms.app import build
from workbench.pretend_hundredms.demo import ACCESS_KEY, demo_world
from workbench.pretend_hundredms.demo import SECRET as HMS_SECRET
from workbench.pretend_hundredms.serving import running
from workbench.pretend_hundredms.webhooks.sender import WebhookSender
from workbench.pretend_hundredms.webhooks.shapes import HookWriter
from workbench.pretend_slack import example_team, stand


async def test_what_was_answered_is_stored_after_a_kill(tmp_path: Path) -> None:
    team, port = example_team(), free_port()
    database = f"sqlite:///{tmp_path}/bot.db"
    now = datetime.now(UTC).replace(microsecond=0)
    async with running(build(demo_world(now, large_events=100))) as hms_url, stand(team):
        environment = {
            "SLACK_BOT_TOKEN": team.app.bot_token,
            "SLACK_APP_TOKEN": team.app.app_token,
            "SLACK_API_URL": team.base_url + "/api/",
            "HMS_ACCESS_KEY": ACCESS_KEY,
            "HMS_SECRET": HMS_SECRET,
            "HMS_API_URL": hms_url,
            "HMS_WEBHOOK_SECRET": SECRET,
            "DATABASE_URL": database,
            "HOST": "127.0.0.1",
            "PORT": str(port),
        }
        bot = BotProcess(environment, port, tmp_path)
        await bot.start()
        hooks = HookWriter(ROOM, SESSION, now - timedelta(hours=1))
        joined = [hooks.joined(f"p{n}", now - timedelta(seconds=n)) for n in range(50)]
        async with httpx.AsyncClient(trust_env=False) as http:
            url = f"http://127.0.0.1:{port}/100ms/webhooks/default"
            sender = WebhookSender(http, url, {HEADER: SECRET}, pauses=())
            assert set(await sender.send_steadily(joined, 200)) == {200}
        assert bot.process is not None
        bot.process.send_signal(signal.SIGKILL)
        await bot.process.wait()
    async with open_database(database) as memory:
        for webhook in joined:
            assert await memory.rooms_of_peer(webhook["data"]["peer_id"]) == (("default", ROOM),)
