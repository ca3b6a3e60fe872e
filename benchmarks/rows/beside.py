"""What one would use instead: a script with requests, and an app with Bolt for JavaScript."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from benchmarks.processes import ROOT
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


def install_bolt() -> str:
    """Installs what the Bolt app needs; why it cannot be measured, or nothing."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "Node is not installed"
    home = INSTEAD / "bolt-js"
    npm = ["npm", "ci", "--no-audit", "--no-fund", "--silent", "--fetch-retries=0"]
    return _installed(npm, home, home / "package-lock.json", home / "node_modules")


def install_requests() -> str:
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
