"""Record what a release leaves in its databases: `PYTHONPATH=<its tree> python record.py <folder>`.

To be run with the interpreter of that release's environment. Its bot answers questions between
the pretend Slack and the pretend 100ms, is killed while 100ms hangs, and its files are dumped.
"""

import asyncio
import json
import sqlite3
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import demo_world
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.serving import running
from workbench.pretend_slack import example_team, stand
from workbench.replica import replica_of

ONCALL, WARROOM, ALICE, BOB = "C0ONCALL", "C0WARROOM", "U0ALICE", "U0BOB"
LARGE_EVENTS = 12_000
DATABASES = ("bot", "bot-jobs")


def part_of(message):
    return (message.metadata or {}).get("event_payload", {}).get("part", "")


def actions_of(message):
    for block in message.blocks:
        for element in (*block.get("elements", ()), block.get("accessory") or {}):
            if element.get("action_id") and element.get("value"):
                yield element["action_id"], element["value"]


async def quiet(slack, hms, seconds=2.5):
    seen = -1
    while seen != (seen := len(slack.team.calls) + len(hms.calls.calls)):
        await asyncio.sleep(seconds)


def opening(slack, words, place=ONCALL):
    return next(
        m for m in slack.team.from_app(place) if part_of(m) == "opening" and words in str(m.blocks)
    )


async def answers(slack, hms):
    """What is over and done."""
    rooms = {room.name: room.id for room in hms.world.workspaces[0].rooms}
    two_rooms = f"{rooms['storm']} {rooms['all-types']}"
    await slack.type_command(WARROOM, BOB, "/call-errors", "settings private since 24h")
    for room in ("storm", "all-types", "large", "large private", two_rooms):
        await slack.type_command(ONCALL, ALICE, "/call-errors", room)
        await quiet(slack, hms)
    slack.team.faults.add("response_url", "timeout", part="reply-1", times=None)
    await slack.type_command(ONCALL, ALICE, "/call-errors", "storm private")
    await slack.until(lambda: "may be missing" in str(slack.team.from_app()[-1].blocks), 90)
    slack.team.faults.clear()
    await slack.click(opening(slack, "storm"), "timeline", ALICE)
    await quiet(slack, hms)


async def jobs(slack, hms):
    """What is under way when the process dies.

    A mention and a command for one person whose answers stand in half; another such pair, and a
    press, for which nothing was read yet.
    """
    slack.team.faults.add("chat.postMessage", "slow", part="reply-2", seconds=60, times=None)
    slack.team.faults.add("response_url", "slow", part="reply-1", seconds=60, times=None)
    before = len(slack.team.messages)
    await slack.mention(ONCALL, "storm")
    await slack.type_command(ONCALL, BOB, "/call-errors", "storm private")
    parts = lambda: sorted(filter(None, map(part_of, slack.team.messages[before:])))
    await slack.until(lambda: parts() == ["opening", "opening", "reply-1", "spread"], 30)
    await asyncio.sleep(2)
    hms.faults.add(Fault(kind="hang", path="/v2/analytics/events", times=None))
    await slack.mention(ONCALL, "all-types")
    await slack.type_command(ONCALL, BOB, "/call-errors", "all-types private")
    await slack.click(opening(slack, "all-types"), "packet", BOB)
    await asyncio.sleep(3)


def dump(home, folder):
    for name in DATABASES:
        with sqlite3.connect(home / f"{name}.db") as connection:
            text = "\n".join(connection.iterdump())
        (folder / f"{name}.sql").write_text(text + "\n")


def facts(team, moment, before):
    """Messages with buttons, and all that were said while the last jobs ran."""
    kept = [m for i, m in enumerate(team.messages) if i >= before or any(actions_of(m))]
    for message in kept:
        message.edits = []
    return {
        "recorded_at": int(moment.timestamp()),
        "large_events": LARGE_EVENTS,
        "messages": [asdict(message) for message in kept],
        "urls": [
            {name: getattr(url, name) for name in ("id", "secret", "family", "channel", "user")}
            | {"born": url.born, "uses": url.uses}
            for url in team.urls.values()
        ],
    }


async def record(folder):
    moment = datetime.now(UTC).replace(microsecond=0)
    app = build(demo_world(moment, large_events=LARGE_EVENTS))
    team = example_team()
    with tempfile.TemporaryDirectory() as home:
        home = Path(home)
        async with AsyncExitStack() as stack:
            hms_url = await stack.enter_async_context(running(app))
            slack = await stack.enter_async_context(stand(team))
            bot = replica_of(team, hms_url, f"sqlite:///{home}/bot.db", home, "bot", {})
            await bot.start()
            team.request_url = bot.address
            team.app.scopes -= {s for s in team.app.scopes if s.endswith(":history")}
            await bot.stop()
            await bot.start()
            await answers(slack, stage(app))
            await bot.stop()
            await bot.start()
            before = len(team.messages)
            await jobs(slack, stage(app))
            bot.kill()
            await bot.gone()
            document = facts(team, moment, before)
            base = team.base_url
        dump(home, folder)
    for file in folder.glob("*.sql"):
        file.write_text(file.read_text().replace(base, "http://127.0.0.1:9"))
    text = json.dumps(document, indent=1, ensure_ascii=False).replace(base, "http://127.0.0.1:9")
    (folder / "slack.json").write_text(text + "\n")


asyncio.run(record(Path(sys.argv[1])))
