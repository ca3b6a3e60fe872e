"""An edited template shows at once: the bot starts anew, and the last deed is done again."""

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path

from workbench.bench import Bench
from workbench.bot_process import BotDied
from workbench.page.deeds import Deeds
from workbench.pretend_slack.records import NotPossible

FOLDER = Path(__file__).parents[2] / "templates"
LOOK_SECONDS = 0.25

Stamps = dict[str, int]


def stamps(folder: Path) -> Stamps:
    """Return the time of each template's last change, in nanoseconds."""
    found = {}
    for path in sorted(folder.rglob("*.j2")):
        # An editor may put the file in place anew between the listing and this look.
        with contextlib.suppress(FileNotFoundError):
            found[str(path.relative_to(folder))] = path.stat().st_mtime_ns
    return found


async def watch(bench: Bench, deeds: Deeds, folder: Path, told: Callable[[str], None]) -> None:
    """Look at the templates until cancelled; `told` hears which one was edited."""
    before = stamps(folder)
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        now = stamps(folder)
        if now == before:
            continue
        changed = {name for name, _ in before.items() ^ now.items()}
        before = now
        told(", ".join(sorted(changed)))
        # A template that the bot does not start with is shown by its last words.
        with contextlib.suppress(BotDied, NotPossible):
            await bench.bot.restart()
            await deeds.again()
