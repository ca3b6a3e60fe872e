"""Posts to a response_url, and reads its answer."""

from collections.abc import Mapping
from typing import Any

import structlog

from bot.slack.payloads import ResponseUrl, is_slack_address
from bot.slack.sending.errors import ERROR_KINDS, SLACK_EXCEPTIONS, SlackErrorKind, classify_error
from bot.slack.sending.format_fallback import SendResult
from bot.slack.sending.web_clients import Clients

_OK = 200
_SERVER_ERROR = 500
_TOO_MANY_REQUESTS = 429
_MAX_ANSWER_BYTES = 2_000
"""The bytes of an answer that are read; more cannot add to its meaning."""
_log = structlog.get_logger("call_doctor.post")
_OK_BODIES = ("ok", '{"ok":true}', '{"ok": true}')


async def post_to_response_url(
    clients: Clients, url: ResponseUrl, body: Mapping[str, Any], part: str
) -> SendResult:
    """Post once: after a dropped connection, a retry could post twice.

    Returns EXPIRED without a request if the address is too old or is not one of Slack's.
    """
    if url.is_expired:
        url.dead = True
        return SendResult(SlackErrorKind.EXPIRED, "expired_url")
    if not is_slack_address(url.address, clients.post.base_url):
        url.dead = True
        _log.error("response_url_is_not_slacks", part=part)
        return SendResult(SlackErrorKind.EXPIRED, "foreign_url")
    url.used += 1
    try:
        sent = await _post(clients, url.address, body)
    except SLACK_EXCEPTIONS as error:
        sent = SendResult(*classify_error(error))
    if sent.offline:
        url.used -= 1
    if not sent.ok:
        url.dead = sent.cause is SlackErrorKind.EXPIRED
        _log.warning("response_url_refused", part=part, cause=sent.cause, error=sent.error)
    return sent


async def _post(clients: Clients, address: str, body: Mapping[str, Any]) -> SendResult:
    async with clients.session.post(
        address,
        json={name: value for name, value in body.items() if value is not None},
        proxy=clients.post.proxy,
        allow_redirects=False,  # an answer holds people's names: it goes to Slack and nowhere else
    ) as response:
        answer = await response.content.read(_MAX_ANSWER_BYTES)
        return parse_answer(response.status, answer.decode("utf-8", "replace"))


def parse_answer(status: int, body: str) -> SendResult:
    """Return the result that an answer stands for.

    Slack documents only success: 200 and `ok`. Errors were observed as 404 or as JSON.
    """
    if status == _OK and body.strip().lower() in _OK_BODIES:
        return SendResult()
    if status == _TOO_MANY_REQUESTS:
        return SendResult(SlackErrorKind.BUSY, "ratelimited")
    if status >= _SERVER_ERROR:
        return SendResult(SlackErrorKind.UNKNOWN, f"http_{status}")
    word = next((name for name in ERROR_KINDS if f'"{name}"' in body or name == body.strip()), "")
    return (
        SendResult(ERROR_KINDS[word], word)
        if word
        else SendResult(SlackErrorKind.EXPIRED, f"http_{status}")
    )
