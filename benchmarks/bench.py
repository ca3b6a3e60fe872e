"""Everything that rows are measured with: both pretend ends, and the programs under test."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from benchmarks.processes import ROOT, Failed, Ran, first_line, run, standing
from benchmarks.sizes import Sizes
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET
from workbench.pretend_slack.state import App

_START_SECONDS = 60.0
Environment = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Served:
    """A bot that answers in Slack: its process, and where requests go."""

    pid: int
    port: int
    path: str
    seconds: float
    """From its start to ready."""


@dataclass(frozen=True, slots=True)
class Bench:
    """The pretend ends, steered from here, and how to run what is measured."""

    sizes: Sizes
    home: Path
    hundredms: httpx.Client
    slack: httpx.Client
    rooms: Mapping[str, Any]

    def delay(self, seconds: float) -> None:
        """From now on each call, to either end, takes so long."""
        self.hundredms.put("/_control/delay", params={"seconds": seconds}).raise_for_status()
        self.slack.put("/_bench/delay", params={"seconds": seconds}).raise_for_status()

    def room(self, name: str) -> str:
        """The id of a room."""
        return str(self.rooms[name]["id"])

    def forget_calls(self) -> None:
        """Begin both logs anew."""
        self.hundredms.delete("/_control/calls").raise_for_status()
        self.slack.delete("/_bench/calls").raise_for_status()

    def calls(self) -> list[tuple[str, str, float, float]]:
        """Path, query, arrival and end of each call to 100ms, by the monotonic clock."""
        return [tuple(call) for call in self.hundredms.get("/_control/calls").json()["calls"]]

    def posts(self) -> list[dict[str, Any]]:
        """Each call to Slack: method, args, and `at`, when it was carried out, since 1970."""
        return list(self.slack.get("/_control/calls").json())

    def post_count(self) -> int:
        """The number of calls to Slack; to send thousands of them takes long."""
        return int(self.slack.get("/_bench/calls").json()["calls"])

    def environment(self, database: str = "memory", port: int = 0, url: str = "") -> dict[str, str]:
        """The whole environment of a program under test; a file is its database without `url`."""
        app = App()
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "SLACK_BOT_TOKEN": app.bot_token,
            "SLACK_SIGNING_SECRET": app.signing_secret,
            "SLACK_API_URL": f"{self.slack.base_url}/api/",
            "HMS_ACCESS_KEY": ACCESS_KEY,
            "HMS_SECRET": SECRET,
            "HMS_API_URL": f"{self.hundredms.base_url}/v2",
            "STATUS_URL": "",
            "DATABASE_URL": url or f"sqlite:///{self.home / database}.db",
            "HOST": "127.0.0.1",
            "PORT": str(port),
        }

    def lookup(self, text: str, database: str = "memory") -> Ran:
        """`call-doctor lookup --json`."""
        return self.program("bot", "lookup", "--json", text, database=database)

    def program(self, module: str, *words: str, database: str = "memory") -> Ran:
        """A Python module run to its end."""
        command = [sys.executable, "-m", module, *words]
        return run(command, self.environment(database), self.home)

    def measured(self, module: str, *words: str) -> dict[str, Any]:
        """Return the output of a measuring program."""
        found = json.loads(self.program(f"benchmarks.programs.{module}", *words).out)
        return dict(found)

    @contextlib.contextmanager
    def serving(self, name: str, url: str = "") -> Iterator[Served]:
        """`call-doctor serve` over HTTP, ready, on the database at `url`, else a file."""
        command = [sys.executable, "-m", "bot", "serve"]
        with self.standing_app(name, command, "/readyz", "/slack/events", url) as served:
            yield served

    @contextlib.contextmanager
    def standing_app(
        self, name: str, command: list[str], health: str, path: str, url: str = ""
    ) -> Iterator[Served]:
        """A Slack app that listens on PORT; `health` answers 200 when it is ready."""
        port, log = free_port(), self.home / f"{name}.log"
        started = time.monotonic()
        with standing(command, self.environment(name, port, url), self.home, log) as process:
            _wait_ready(process, f"http://127.0.0.1:{port}{health}", log)
            yield Served(process.pid, port, path, time.monotonic() - started)


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


def _wait_ready(process: subprocess.Popen[str], url: str, log: Path) -> None:
    end = time.monotonic() + _START_SECONDS
    with httpx.Client(trust_env=False) as client:
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if client.get(url).is_success:
                    return
            time.sleep(0.01)
    raise Failed("did not become ready: " + log.read_text()[-3000:])


@contextlib.contextmanager
def open_bench(sizes: Sizes, plans: list[dict[str, Any]]) -> Iterator[Bench]:
    """Start both pretend ends, each in a process of its own; end them with the block."""
    with contextlib.ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="call-doctor-")))
        plan = home / "plan.json"
        plan.write_text(json.dumps(plans))
        crowd = str(max(sizes.at_once, sizes.questions))
        hms = _end(stack, home, "workbench.swift_hundredms", "--plan", str(plan))
        slack = _end(stack, home, "benchmarks.slack_end", "--crowd", crowd)
        rooms = hms.get("/_control/rooms").json()
        yield Bench(sizes, home, hms, slack, rooms)


def _end(stack: contextlib.ExitStack, home: Path, module: str, *words: str) -> httpx.Client:
    log = home / f"{module}.log"
    command = [sys.executable, "-m", module, *words]
    environment = {"PYTHONPATH": str(ROOT)}
    process = stack.enter_context(standing(command, environment, home, log))
    url = first_line(process, log).removesuffix("/v2")
    return stack.enter_context(httpx.Client(base_url=url, timeout=60, trust_env=False))
