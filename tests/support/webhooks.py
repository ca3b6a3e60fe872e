"""A bot that receives webhooks, and the pretend 100ms that sends them."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tests.support.slack.edge_harness import Bench
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_hundredms.webhooks.sender import WebhookSender
from workbench.pretend_hundredms.webhooks.shapes import HookWriter

ROOM, SESSION = "6af24ce7e474edd09e858e68", "6af24ce7e474edd09e858e99"
SECRET = "a-made-up-webhook-secret"
HEADER = "x-call-doctor-secret"


@dataclass(frozen=True)
class WebhookBench:
    """The bot and the sender of its webhooks; `hooks` writes them."""

    bench: Bench
    sender: WebhookSender
    hooks: HookWriter

    async def count(self, result: str) -> float:
        """Return the number of webhooks with that result, out of /metrics."""
        _, page = await self.bench.get("/metrics")
        start = f'call_doctor_webhooks_total{{result="{result}"}} '
        return next(float(row[len(start) :]) for row in page.splitlines() if row.startswith(start))


@contextlib.asynccontextmanager
async def open_webhooks_bench(
    folder: Path,
    mode: str = "http",
    *,
    path: str = "/100ms/webhooks/default",
    headers: dict[str, str] | None = None,
    signature_secret: str = "",
    **hms: Any,
) -> AsyncIterator[WebhookBench]:
    """Run a whole bot; `hms` are its settings, by default a webhook secret."""
    settings = hms or {"hms_webhook_secret": SECRET}
    async with (
        open_whole(folder, mode, large=100, settings=settings) as bench,
        httpx.AsyncClient() as http,
    ):
        sent = {HEADER: SECRET} if headers is None else headers
        sender = WebhookSender(http, bench.url + path, sent, signature_secret, pauses=())
        hour_ago = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
        yield WebhookBench(bench, sender, HookWriter(ROOM, SESSION, hour_ago))
