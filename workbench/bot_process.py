"""The real bot as a process of its own, started, ended and started anew."""

import asyncio
import contextlib
import ssl
import sys
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx

START_SECONDS = 30.0
STOP_SECONDS = 25.0
_LOG_SHOWN = 2000
_NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Our own address is plain HTTP; to read the machine's certificates would take a tenth of a second
for each start."""


class BotDied(Exception):
    """The bot ended while it was needed."""


class Running(Protocol):
    """A process, as `asyncio.subprocess.Process` tells of one."""

    @property
    def pid(self) -> int:
        """Its id."""

    @property
    def returncode(self) -> int | None:
        """Its exit status, None while it lives."""

    def send_signal(self, signal: int) -> None:
        """Raises ProcessLookupError if it has ended."""

    def terminate(self) -> None:
        """SIGTERM."""

    def kill(self) -> None:
        """SIGKILL."""

    async def wait(self) -> int:
        """Wait for its end; gives its exit status."""


@dataclass(slots=True)
class BotProcess:
    """`call-doctor serve` on `port`, in a folder without anybody's `.env`."""

    environment: Mapping[str, str]
    port: int
    home: Path
    process: Running | None = None
    restarts: int = 0
    busy: bool = False
    patience: float = START_SECONDS
    """Seconds that a start may take: nothing is proved by a machine that is busy."""

    @property
    def log(self) -> Path:
        """The file that holds its output."""
        return self.home / "bot.log"

    @property
    def ended(self) -> bool:
        """Whether it is gone, and nobody is about to start it."""
        return not self.busy and (self.process is None or self.process.returncode is not None)

    @property
    def last_words(self) -> str:
        """The end of its log."""
        return self.log.read_text("utf-8", "replace")[-_LOG_SHOWN:]

    async def start(self) -> None:
        """Start it and wait until it is ready. Raises BotDied."""
        self.process = await self._born()
        await self._ready(self.process)

    async def _born(self) -> Running:
        with self.log.open("ab") as out:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "serve"),
                env=self.environment,
                cwd=self.home,
                stderr=out,
                stdout=out,
            )

    async def stop(self) -> None:
        """Ask it to end; end it when it does not."""
        bot = self.process
        if bot is None:
            return
        if bot.returncode is None:
            bot.terminate()
        try:
            await asyncio.wait_for(bot.wait(), STOP_SECONDS)
        except TimeoutError:
            bot.kill()
            await bot.wait()

    async def restart(self) -> None:
        """As an operator would, so that it reads its templates anew. Raises BotDied."""
        self.busy = True
        try:
            await self.stop()
            self.restarts += 1
            await self.start()
        finally:
            self.busy = False

    async def page(self, path: str) -> str:
        """Return what the bot serves at a path; "" if it does not answer."""
        address = f"http://127.0.0.1:{self.port}"
        async with httpx.AsyncClient(base_url=address, trust_env=False, verify=_NO_TLS) as client:
            try:
                return (await client.get(path)).text
            except httpx.TransportError:
                return ""

    async def _ready(self, bot: Running) -> None:
        end = time.monotonic() + self.patience
        address = f"http://127.0.0.1:{self.port}"
        async with httpx.AsyncClient(base_url=address, trust_env=False, verify=_NO_TLS) as client:
            while time.monotonic() < end:
                if bot.returncode is not None:
                    raise BotDied(self.last_words)
                with contextlib.suppress(httpx.TransportError):
                    if (await client.get("/readyz")).status_code == httpx.codes.OK:
                        return
                await asyncio.sleep(0.05)
        raise BotDied("it did not become ready: " + self.last_words)


@contextlib.asynccontextmanager
async def standing_bot(
    environment: Mapping[str, str], port: int, home: Path
) -> AsyncIterator[BotProcess]:
    """The bot, ready, until the block ends."""
    bot = BotProcess(environment, port, home)
    try:
        await bot.start()
        yield bot
    finally:
        await bot.stop()
