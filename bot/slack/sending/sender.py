"""Makes calls of Slack at a limited rate, in a form that Slack accepts.

`SlackSender` repeats no post that Slack may have accepted. `post_to_response_url` posts to the
address that came with a command or a click.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackRequestError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.investigate.background import ignore_result
from bot.render.answer.ticket import add_permalink, awaits_permalink
from bot.render.message import File, Message, Picture
from bot.slack.payloads import text_at
from bot.slack.response_url import ResponseUrl, is_slack_address
from bot.slack.sending.calls import (
    ApiCall,
    CompleteStep,
    FailStep,
    MessageCall,
    PostMessage,
    RemoveMessage,
    RemoveNotice,
    Repeat,
    Respond,
    SlackCall,
    UpdateMessage,
    UploadFiles,
    content_of,
)
from bot.slack.sending.errors import (
    ERROR_KINDS,
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
from bot.slack.sending.web_clients import Clients

RETRY_PAUSES = (2.0, 10.0, 30.0)
"""Seconds before words to a person outside of a job are tried again, if Slack confirmed no way."""

_DONE = {
    RemoveMessage: "message_not_found",
    CompleteStep: "execution_not_in_running_state",
    FailStep: "execution_not_in_running_state",
}
"""Slack's word for what a call finds done already."""


class SlackSender:
    """Makes every call of Slack that shows something. Failures are returned and never raised."""

    def __init__(
        self,
        clients: Clients,
        rate_limiter: ChannelRateLimiter,
        retry_pauses: Sequence[float] = RETRY_PAUSES,
    ) -> None:
        self._clients = clients
        self._rate_limiter = rate_limiter
        self._retry_pauses = retry_pauses
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
        if awaits_permalink(call.message):
            return await self._send_with_permalink(call)
        return await self._send_message(call)

    async def permalink(self, channel: str, ts: str) -> str:
        """Return the link to a message; "" if Slack does not give it.

        https://docs.slack.dev/reference/methods/chat.getPermalink
        """
        client = self._clients.read
        try:
            response = await client.chat_getPermalink(channel=channel, message_ts=ts)
        except SLACK_EXCEPTIONS as error:
            cause, word = classify_error(error)
            self._log.warning("slack_refused", part="permalink", cause=cause.value, error=word)
            return ""
        return text_at(response.data, "permalink")

    async def _send_with_permalink(self, call: MessageCall) -> SendResult:
        """Send a message with buttons that hold its own permalink.

        A new message has none before it is posted, so it is edited at once. Messages for one person
        have none at all.
        """
        link = ""
        if isinstance(call, UpdateMessage):
            link = await self.permalink(call.channel, call.ts)
        message = add_permalink(call.message, link)
        sent = await self._send_message(replace(call, message=message))
        if not (isinstance(call, PostMessage) and sent.ok and sent.ts):
            return sent
        link = await self.permalink(sent.channel, sent.ts)
        if link:
            message = add_permalink(call.message, link)
            await self._send_message(UpdateMessage(sent.channel, sent.ts, message, call.lookup_id))
        return sent

    async def _send_message(self, call: MessageCall) -> SendResult:
        form: Message | None = self._fallback.richest(call.message)
        while form is not None:
            sent = await self._attempt(replace(call, message=form))
            form = self._fallback.simpler(call.message, form, sent)
        if isinstance(call, PostMessage) and call.thread and sent.cause in FORM_REFUSED:
            return await self._send_as_file(call, sent)
        return sent

    async def wait_and_retry(self, rounds: int) -> bool:
        """Wait before an unconfirmed message is sent again; the end of the process loses it.

        Return False, without a wait, after a limited number of rounds.
        """
        if rounds >= len(self._retry_pauses):
            return False
        await asyncio.sleep(self._retry_pauses[rounds])
        return True

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
                response = await self._call(client, call)
            except SLACK_EXCEPTIONS as error:
                sent = self._read_error(call, error)
            else:
                sent = self._read_response(call, response)
            if not (
                isinstance(call, PostMessage) and self._rate_limiter.note(call.channel, sent.wait)
            ):
                break
        return sent

    def stage(self, file: File | Picture) -> "asyncio.Task[str]":
        """Begin to give Slack a file's content, which nobody sees before `UploadFiles` shares it.

        The task returns the file's id; it raises as slack_sdk does.
        """
        task = asyncio.create_task(self._stage_twice(file))
        task.add_done_callback(ignore_result)
        return task

    async def _stage_twice(self, file: File | Picture) -> str:
        """Try once more after a broken connection; nobody sees a content before it is shared."""
        try:
            return await self._stage(file)
        except (aiohttp.ClientConnectionError, TimeoutError):
            return await self._stage(file)

    async def _stage(self, file: File | Picture) -> str:
        client, session = self._clients.post, self._clients.session
        content, alt = content_of(file)
        place = await client.files_getUploadURLExternal(
            filename=file.name, length=len(content), alt_txt=alt
        )
        address = text_at(place.data, "upload_url")
        async with session.post(
            address, data=content, proxy=client.proxy, allow_redirects=False
        ) as response:
            if response.status != _OK:
                raise SlackRequestError(f"Slack refused a file's content: {response.status}")
        return text_at(place.data, "file_id")

    async def _call(self, client: AsyncWebClient, call: ApiCall) -> AsyncSlackResponse:
        if isinstance(call, UploadFiles):
            staged = call.staged or [self.stage(file) for file in call.files]
            arguments = call.arguments(await asyncio.gather(*staged))
        else:
            arguments = call.arguments()
        response: AsyncSlackResponse = await getattr(client, call.method)(**arguments)
        return response

    def _read_error(self, call: SlackCall, error: BaseException) -> SendResult:
        cause, word = classify_error(error)
        if cause is SlackErrorKind.SETUP and word != "missing_scope":  # some scopes are optional
            self.setup_error = word
        if word == _DONE.get(type(call)):
            return SendResult()
        detail = detail_of(error)
        self._log.warning(
            "slack_refused", part=call.part, cause=cause.value, error=word, detail=detail
        )
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
