"""Makes calls of Slack at a limited rate, in a form that Slack accepts.

`SlackSender` repeats no post that Slack may have accepted.
"""

from dataclasses import replace

import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.render.message import File, Message
from bot.slack.sending.calls import (
    MessageCall,
    PostMessage,
    RemoveMessage,
    RemoveNotice,
    Repeat,
    Respond,
    SlackCall,
    UploadFiles,
)
from bot.slack.sending.errors import (
    SLACK_EXCEPTIONS,
    SlackErrorKind,
    classify_error,
    detail_of,
    retry_after_of,
)
from bot.slack.sending.format_fallback import (
    FILE_UNCONFIRMED,
    FORM_REFUSED,
    FormatFallback,
    SendResult,
    plain_text_of,
)
from bot.slack.sending.rate_limit import MAX_TRIES, ChannelRateLimiter
from bot.slack.sending.response_url import post_to_response_url
from bot.slack.sending.web_clients import Clients

_GONE = "message_not_found"


class SlackSender:
    """Makes every call of Slack that shows something. Failures are returned and never raised."""

    def __init__(self, clients: Clients, rate_limiter: ChannelRateLimiter) -> None:
        self._clients = clients
        self._rate_limiter = rate_limiter
        self._fallback = FormatFallback()
        self._log = structlog.get_logger("call_doctor.post")
        self.setup_error = ""
        """Slack's last refusal that only the operator can fix; "" after a success."""

    async def send(self, call: SlackCall) -> SendResult:
        """Make a call; a message is sent in the richest form that Slack accepts.

        A reply of which Slack refuses every form becomes a file in its thread. Other messages do
        not: a file has no time stamp on which a thread could begin.
        """
        if not isinstance(call, MessageCall):
            return await self._attempt(call)
        form: Message | None = self._fallback.richest(call.message)
        while form is not None:
            sent = await self._attempt(replace(call, message=form))
            form = self._fallback.simpler(call.message, form, sent)
        if isinstance(call, PostMessage) and call.thread and sent.cause in FORM_REFUSED:
            return await self._send_as_file(call, sent)
        return sent

    async def wait_and_retry(self, rounds: int) -> bool:  # noqa: ARG002  as CheckpointedSender has it
        """Return False: a restart would lose a wait that is not recorded."""
        return False

    async def _attempt(self, call: SlackCall) -> SendResult:
        """Make a call in one form. A post waits for its turn in the channel, and out short 429s."""
        if isinstance(call, Respond | RemoveNotice):
            return await post_to_response_url(self._clients, call.url, call.body(), call.part)
        is_repeatable = call.repeat is Repeat.IDEMPOTENT
        client = self._clients.read if is_repeatable else self._clients.post
        for _ in range(MAX_TRIES):
            if isinstance(call, PostMessage):
                blocked = await self._rate_limiter.acquire(call.channel, opening=call.first)
                if blocked:
                    return SendResult(SlackErrorKind.BUSY, "ratelimited", wait=blocked)
            try:
                response = await getattr(client, call.method)(**call.arguments())
            except SLACK_EXCEPTIONS as error:
                sent = self._read_error(call, error)
            else:
                sent = self._read_response(call, response)
            if not (
                isinstance(call, PostMessage) and self._rate_limiter.note(call.channel, sent.wait)
            ):
                break
        return sent

    def _read_error(self, call: SlackCall, error: BaseException) -> SendResult:
        cause, word = classify_error(error)
        if cause is SlackErrorKind.SETUP and word != "missing_scope":  # some scopes are optional
            self.setup_error = word
        detail = detail_of(error)
        self._log.warning(
            "slack_refused", part=call.part, cause=cause.value, error=word, detail=detail
        )
        if isinstance(call, RemoveMessage) and word == _GONE:
            return SendResult(channel=call.channel, ts=call.ts)
        return SendResult(cause, word, wait=retry_after_of(error), detail=detail)

    def _read_response(self, call: SlackCall, response: AsyncSlackResponse) -> SendResult:
        self.setup_error = ""
        sent = parse_response(response)
        if isinstance(call, PostMessage) and call.thread and sent.thread != call.thread:
            # Slack posts into the channel when the thread's root is gone, without an error.
            self._log.warning("thread_lost", part=call.part, lookup_id=call.lookup_id)
        return sent

    async def _send_as_file(self, call: PostMessage, refusal: SendResult) -> SendResult:
        text = plain_text_of(call.message)
        file = File(f"{call.part}.txt", call.part, text)
        sent = await self._attempt(UploadFiles(call.channel, call.thread, (file,)))
        if sent.cause is SlackErrorKind.UNKNOWN:
            return SendResult(SlackErrorKind.UNKNOWN, FILE_UNCONFIRMED)
        return sent if sent.ok else refusal


def parse_response(response: AsyncSlackResponse) -> SendResult:
    """Return the channel and time stamp of the message; for a view, its id as the time stamp."""
    data = response.data if isinstance(response.data, dict) else {}
    view = data.get("view")
    ts = data.get("ts") or data.get("message_ts") or (view or {}).get("id")
    thread = (data.get("message") or {}).get("thread_ts")
    return SendResult(
        channel=str(data.get("channel") or ""), ts=str(ts or ""), thread=str(thread or "")
    )
