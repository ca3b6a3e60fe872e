"""One post to a response_url, and what its answer means."""

from collections.abc import Mapping
from typing import Any

import structlog
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.slack.clients import Clients
from bot.slack.errors import CAUSES, TROUBLES, Cause, cause_of
from bot.slack.forms import Sent
from bot.slack.response_url import ResponseUrl

_OK = 200
_SERVER_ERROR = 500
_TOO_MANY = 429
_YES = ("ok", '{"ok":true}', '{"ok": true}')


async def post_at(clients: Clients, url: ResponseUrl, body: Mapping[str, Any], part: str) -> Sent:
    """Post once, without slack_sdk's retries: after a dropped connection it would post twice.

    EXPIRED without asking Slack if the address is too old.
    """
    if url.aged:
        url.dead = True
        return Sent(Cause.EXPIRED, "expired_url")
    client = AsyncWebhookClient(
        url.address, session=clients.session, retry_handlers=[], logger=clients.logger
    )
    url.used += 1
    try:
        response = await client.send_dict(dict(body))
    except TROUBLES as error:
        sent = Sent(*cause_of(error))
    else:
        sent = outcome(response.status_code, response.body)
    if sent.offline:
        url.used -= 1
    if not sent.ok:
        url.dead = sent.cause is Cause.EXPIRED
        structlog.get_logger("call_doctor.post").warning(
            "response_url_refused", part=part, cause=sent.cause, error=sent.error
        )
    return sent


def outcome(status: int, body: str) -> Sent:
    """Slack documents only success: 200 and `ok`. Errors were seen as 404 or JSON."""
    if status == _OK and body.strip().lower() in _YES:
        return Sent()
    if status == _TOO_MANY:
        return Sent(Cause.BUSY, "ratelimited")
    if status >= _SERVER_ERROR:
        return Sent(Cause.UNKNOWN, f"http_{status}")
    word = next((name for name in CAUSES if f'"{name}"' in body or name == body.strip()), "")
    return Sent(CAUSES[word], word) if word else Sent(Cause.EXPIRED, f"http_{status}")
