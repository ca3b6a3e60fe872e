"""The same look-up by what one would use instead: a script with requests, a Bolt app in Node."""

import asyncio
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import Bench, Served
from benchmarks.checks import names_all, names_events, whole
from benchmarks.knocks import Command, knock, prepared
from benchmarks.processes import ROOT, Failed, Ran, memory, run
from benchmarks.rows.first import WRITES, settle
from benchmarks.sizes import REAL
from benchmarks.table import megabytes, seconds

INSTEAD = ROOT / "benchmarks" / "instead"
PACKAGES = ROOT / "build" / "instead"
_WAITED_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Beside:
    """One program at one delay. Times in seconds, memory in bytes; `missing` says why not."""

    program: str
    delay: float
    first: float = 0.0
    whole: float = 0.0
    peak: int = 0
    missing: str = ""

    def line(self) -> str:
        """The row in Markdown."""
        start = f"| {seconds(self.delay)} | {self.program} |"
        if self.missing:
            return f"{start} left out: {self.missing} | | |"
        return f"{start} {seconds(self.first)} | {seconds(self.whole)} | {megabytes(self.peak)} |"


def measure(bench: Bench) -> Iterator[Beside]:
    """Every program at every delay, on rooms of the same size that nobody has asked for yet."""
    node, packages = _node(), _requests()
    for number, delay in enumerate(bench.sizes.delays):
        bench.delay(delay)
        ours = "Call Doctor in Slack"
        with bench.serving(f"beside-{number}") as served:
            yield _in_slack(bench, served, ours, delay, f"beside-{2 * number}")
        ran = bench.lookup(bench.room(REAL.even), database=f"beside-lookup-{number}")
        whole(ran, bench.sizes.events)
        yield Beside("Call Doctor, `lookup --json`", delay, ran.wall, ran.wall, ran.peak)
        yield _script(bench, packages, delay)
        yield _bolt(bench, node, delay, number)


def _in_slack(bench: Bench, served: Served, program: str, delay: float, room: str) -> Beside:
    """First sentence and last words of the answer in the channel, from the command on."""
    bench.forget_calls()
    command = Command(bench.room(room))
    (request,) = prepared(bench, served, [command])
    ack = asyncio.run(knock(served, request))
    _wait_for_all(bench)
    settle(bench)
    openings = [post for post in bench.posts() if _is_opening(post)]
    first = min(p["at"] for p in openings if names_events(str(p["args"]), bench.sizes.events))
    last = max(post["at"] for post in openings)
    peak = memory(served.pid, "VmHWM")
    return Beside(program, delay, first - ack.sent, last - ack.sent, peak)


def _is_opening(post: dict[str, object]) -> bool:
    args = post["args"]
    return post["method"] in WRITES and isinstance(args, dict) and not args.get("thread_ts")


def _wait_for_all(bench: Bench) -> None:
    give_up = time.monotonic() + _WAITED_SECONDS
    while time.monotonic() < give_up:
        if any(names_all(str(post["args"]), bench.sizes.events) for post in bench.posts()):
            return
        time.sleep(0.1)
    raise Failed("the room was not answered in Slack")


def _script(bench: Bench, missing: str, delay: float) -> Beside:
    """The script prints when it is done: its first sentence is its last."""
    program = "a script with `requests`"
    if missing:
        return Beside(program, delay, missing=missing)
    environment = {**bench.environment(), "PYTHONPATH": str(PACKAGES)}
    script = str(INSTEAD / "with_requests.py")
    ran = run([sys.executable, script, bench.room(REAL.even)], environment, bench.home)
    _check(ran, bench.sizes.events)
    return Beside(program, delay, ran.wall, ran.wall, ran.peak)


def _check(ran: Ran, events: int) -> None:
    if not names_all(ran.out, events):
        raise Failed(f"the script with requests does not tell {events} events: {ran.out[:200]}")


def _bolt(bench: Bench, missing: str, delay: float, number: int) -> Beside:
    program = "an app with Bolt for JavaScript"
    if missing:
        return Beside(program, delay, missing=missing)
    command = ["node", str(INSTEAD / "bolt-js" / "app.js")]
    with bench.standing_app(f"bolt-{number}", command, "/readyz", "/slack/events") as served:
        return _in_slack(bench, served, program, delay, f"beside-{2 * number + 1}")


def _node() -> str:
    """Installs what the Bolt app needs; why it cannot be measured, or nothing."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "Node is not installed"
    home = INSTEAD / "bolt-js"
    npm = ["npm", "ci", "--no-audit", "--no-fund", "--silent", "--fetch-retries=0"]
    return _installed(npm, home, home / "package-lock.json", home / "node_modules")


def _requests() -> str:
    """Installs `requests` into a folder of its own; why it cannot be measured, or nothing."""
    listed = INSTEAD / "requirements.txt"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", "--retries=0"]
    target = ["--require-hashes", "--target", str(PACKAGES), "-r", str(listed)]
    return _installed([*pip, *target], ROOT, listed, PACKAGES)


def _installed(command: list[str], home: Path, listed: Path, folder: Path) -> str:
    """Installs unless that was done since the list changed; why not, or nothing."""
    stamp = folder / "installed"
    if stamp.exists() and stamp.stat().st_mtime > listed.stat().st_mtime:
        return ""
    try:
        subprocess.run(command, cwd=home, check=True, capture_output=True, timeout=_WAITED_SECONDS)
    except subprocess.SubprocessError as error:
        return f"its packages could not be installed ({type(error).__name__})"
    stamp.touch()
    return ""
