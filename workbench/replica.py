"""One of several bots on one database: killed and started again at will."""

import contextlib
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workbench.bot_process import BotDied, BotProcess, Running
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET
from workbench.pretend_hundredms.serving import spare_port
from workbench.pretend_slack.state import Team


@dataclass(slots=True)
class Replica(BotProcess):
    """A bot with a name; make it with `replica_of`."""

    name: str = "bot"

    @property
    def address(self) -> str:
        """The address to which Slack delivers for this replica."""
        return f"http://127.0.0.1:{self.port}/slack/events"

    @property
    def log(self) -> Path:
        """The log file, across restarts."""
        return self.home / f"{self.name}.log"

    @property
    def rss_mb(self) -> float:
        """Its memory in MB, as Linux counts it."""
        status = Path(f"/proc/{self._alive().pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024

    def kill(self) -> None:
        """SIGKILL: it learns nothing of it."""
        with contextlib.suppress(ProcessLookupError):
            self._alive().send_signal(signal.SIGKILL)

    async def gone(self) -> int:
        """Wait until its process is no more; gives its exit status."""
        return await self._alive().wait()

    async def ready(self) -> None:
        """Wait until it serves. Raises BotDied."""
        await self._ready(self._alive())

    def _alive(self) -> Running:
        if self.process is None:
            raise BotDied("it was never started")
        return self.process


def replica_of(
    team: Team, hms_url: str, database_url: str, home: Path, name: str, more: Mapping[str, str]
) -> Replica:
    """A replica that is not started yet; `more` are further variables of its environment.

    The bot has no workbench mode: it just gets other URLs.
    """
    port = spare_port()
    app = team.app
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": str(Path(__file__).parents[1]),
        "SLACK_BOT_TOKEN": app.bot_token,
        "SLACK_SIGNING_SECRET": app.signing_secret,
        "SLACK_API_URL": f"{team.base_url}/api/",
        "HMS_ACCESS_KEY": ACCESS_KEY,
        "HMS_SECRET": SECRET,
        "HMS_API_URL": hms_url,
        "STATUS_URL": "",
        "DATABASE_URL": database_url,
        "HOST": "127.0.0.1",
        "PORT": str(port),
        **more,
    }
    return Replica(environment, port, home, name=name)
