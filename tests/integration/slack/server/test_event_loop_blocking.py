"""Nothing that the bot does once it serves blocks its event loop: everybody else would wait."""

import json
from functools import partial
from pathlib import Path

from tests.support.scenarios.case import FOLDER
from workbench.pretend_hundredms.app import build
from workbench.pretend_hundredms.demo import demo_world
from workbench.pretend_hundredms.serving import running
from workbench.pretend_hundredms.stage import utc_now
from workbench.pretend_slack import PretendSlack, Team
from workbench.pretend_slack.limits import visible_text
from workbench.pretend_slack.standing import stand
from workbench.replica import Replica, replica_of

WATCHED = Path(__file__).parents[3] / "support" / "slack" / "watched"
BLIPS = "device-blips-of-others-weigh-nothing"
BRINGS = {
    "recovered": "5 failures recovered",
    "timeline": "Timeline: 6 people with 6 failures",
    "evidence": "Confidence of the verdict",
    "it_note": "assets.100ms.live",
}
"""What each button under that room's answer brings."""


def watched(slack: PretendSlack, hms_url: str, folder: Path) -> Replica:
    """The bot as a process of its own, with the watcher inside."""
    notes = folder / "notes"
    notes.touch()
    database = f"sqlite:///{folder / 'bot.db'}"
    more = {"BLOCKING_NOTES": str(notes)}
    bot = replica_of(slack.team, hms_url, database, folder, "bot", more)
    places = f"{WATCHED}:{bot.environment['PYTHONPATH']}"
    bot.environment = {**bot.environment, "PYTHONPATH": places}
    return bot


def noted(folder: Path) -> list[str]:
    """Each blocking call so far: what was called, and from where, innermost first."""
    found = []
    for line in (folder / "notes").read_text().splitlines():
        note = json.loads(line)
        places = [f"{Path(file).name}:{number} {name}" for file, name, number in note["callers"]]
        found.append(f"{note['called']} < {' < '.join(places[:14])}")
    return found


async def ask_everything(slack: PretendSlack, bot: Replica) -> None:
    """Commands, a mention, the Home tab, every button, each until its answer stands."""
    team = slack.team

    async def answered(times: int) -> None:
        await slack.until(lambda: bot.log.read_text().count('"event": "answered"') >= times, 100)

    await slack.open_home()
    await slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "help")
    await slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "large")
    await answered(1)
    await slack.type_command("C0ONCALL", "U0BOB", "/room-errors", "no-such-room")
    await slack.mention("C0ONCALL", "storm")
    await answered(2)
    await slack.type_command("C0ONCALL", "U0BOB", "/call-errors", BLIPS)
    await answered(3)
    await slack.use_global_shortcut()
    await slack.until(lambda: any(view.is_open for view in team.views.values()))
    opening = next(
        message
        for message in team.from_app()
        if BLIPS in (text := json.dumps(message.blocks)) and '"recovered"' in text
    )
    for name, words in BRINGS.items():
        await slack.click(opening, name)
        await slack.until(partial(tells, team, words), 60)


def tells(team: Team, words: str) -> bool:
    said = (message.text + visible_text(message.blocks) for message in team.from_app())
    return any(words in text for text in said)


async def test_nothing_blocks_the_loop_of_a_bot_that_serves(tmp_path: Path) -> None:
    app = build(demo_world(utc_now(), large_events=7_000, scenarios=FOLDER))
    async with running(app) as url, stand() as slack:
        bot = watched(slack, url, tmp_path)
        slack.team.request_url = bot.address
        try:
            await bot.start()
            at_the_start = noted(tmp_path)
            assert any("read_text" in note for note in at_the_start), "the watcher sees nothing"
            await ask_everything(slack, bot)
            assert noted(tmp_path)[len(at_the_start) :] == []
        finally:
            await bot.stop()
