"""Sends webhooks as 100ms does: signed or with a secret header, and again if not taken."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import httpx

from workbench.pretend_hundredms.webhooks.shapes import Webhook

RETRY_PAUSES = (1.0, 3.0, 10.0)


def as_replay(webhook: Webhook) -> Webhook:
    """Return the webhook as a replay out of the dashboard sends it: with the same id."""
    return {**webhook, "is_replay": True}


@dataclass(frozen=True, slots=True)
class WebhookSender:
    """Posts webhooks to one URL; `headers` are the secret headers of the workspace's settings.

    With a `signature_secret`, as in HIPAA workspaces, each body is signed.
    """

    http: httpx.AsyncClient
    url: str
    headers: Mapping[str, str]
    signature_secret: str = ""
    pauses: Sequence[float] = RETRY_PAUSES

    async def send(self, webhook: Webhook) -> int:
        """Send a webhook until it is answered with 200 or given up; return the last status."""
        body = json.dumps(webhook).encode()
        status = await self.post(body)
        for pause in self.pauses:
            if status == httpx.codes.OK:
                break
            await asyncio.sleep(pause)
            status = await self.post(body)
        return status

    async def post(self, body: bytes, **headers: bytes) -> int:
        """Send any body once, with these headers besides; return the status of the answer."""
        signed = {"content-type": b"application/json"}
        signed |= {name: value.encode() for name, value in self.headers.items()}
        if self.signature_secret:
            digest = hmac.new(self.signature_secret.encode(), body, hashlib.sha256).hexdigest()
            signed["x-100ms-signature"] = digest.encode()
        sent = {name.encode(): value for name, value in (signed | headers).items()}
        return (await self.http.post(self.url, content=body, headers=sent)).status_code

    async def send_steadily(self, webhooks: Iterable[Webhook], per_second: float) -> list[int]:
        """Send so many webhooks a second, whether answered or not; return the statuses."""
        sending, begun = [], time.monotonic()
        for number, webhook in enumerate(webhooks):
            await asyncio.sleep(max(0.0, begun + number / per_second - time.monotonic()))
            sending.append(asyncio.create_task(self.send(webhook)))
        return await asyncio.gather(*sending)
