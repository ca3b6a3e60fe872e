"""POST /_control/webhooks: lets the pretend 100ms send every documented webhook of a room."""

import random
from collections import Counter
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse

from workbench.pretend_hundredms.answers import Refusal
from workbench.pretend_hundredms.ids import object_id
from workbench.pretend_hundredms.stage import stage_of
from workbench.pretend_hundredms.webhooks.sender import WebhookSender, as_replay
from workbench.pretend_hundredms.webhooks.shapes import HookWriter, Webhook

_HOSTS = {"127.0.0.1", "localhost", "::1"}
_WAYS = {"twice", "shuffled", "replayed", "forged"}
_MOST_PER_SECOND = 1000.0


async def send_webhooks(request: Request) -> JSONResponse:
    """Send them to `url`, and count the answers by status.

    `headers` are the workspace's secret headers, `signature_secret` signs. `ways` are any of twice,
    shuffled, replayed and forged; `per_second` is the pace, 50 by default.
    """
    asked = await request.json()
    url, ways = str(asked.get("url", "")), set(asked.get("ways", ()))
    if urlsplit(url).hostname not in _HOSTS or not ways <= _WAYS:
        raise Refusal(400, f"needs a url on this machine, and ways out of {sorted(_WAYS)}")
    pace = min(float(asked.get("per_second", 50)), _MOST_PER_SECOND)
    forged = "forged" in ways
    headers = {name: "forged" if forged else text for name, text in asked["headers"].items()}
    key = str(asked.get("signature_secret", ""))
    async with httpx.AsyncClient(trust_env=False) as http:
        sender = WebhookSender(http, url, headers, f"{key}{'forged' * forged}" if key else "", ())
        statuses = await sender.send_steadily(_webhooks(request, asked, ways), pace)
    return JSONResponse({"statuses": Counter(map(str, statuses))})


def _webhooks(request: Request, asked: dict[str, Any], ways: set[str]) -> list[Webhook]:
    began = stage_of(request).now().replace(microsecond=0) - timedelta(minutes=30)
    room_id = str(asked.get("room_id") or object_id(began, "room of webhooks"))
    hooks = HookWriter(room_id, object_id(began, "session of webhooks"), began)
    webhooks = list(hooks.documented(began + timedelta(minutes=1)))
    if "replayed" in ways:
        webhooks = [as_replay(webhook) for webhook in webhooks]
    webhooks *= 1 + ("twice" in ways)
    if "shuffled" in ways:
        random.Random(1).shuffle(webhooks)
    return webhooks
