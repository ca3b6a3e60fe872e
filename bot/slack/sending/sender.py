"""Sends messages to Slack at a limited rate, marked, in a form that Slack accepts.

`SlackSender` makes the calls and repeats no post that Slack may have accepted. `MessageSender` is
the interface that the rest of the package uses; `CheckpointedSender` implements it for jobs. The
helper functions build the arguments of Slack's calls and read the responses.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.render.message import File, Message, Picture
from bot.slack.payloads import ResponseUrl
from bot.slack.sending.errors import (
    SLACK_EXCEPTIONS,
    SlackErrorKind,
    classify_error,
    detail_of,
    retry_after_of,
)
from bot.slack.sending.format_fallback import FormatFallback, SendResult
from bot.slack.sending.rate_limit import ChannelRateLimiter
from bot.slack.sending.response_url import post_to_response_url
from bot.slack.sending.web_clients import Clients

EVENT_TYPE = "call_doctor"


def message_metadata(lookup_id: str, part: str) -> dict[str, Any]:
    """Return the metadata that marks a message as ours.

    Everybody in the channel may read it, so it holds only our own ids.
    https://docs.slack.dev/messaging/message-metadata
    """
    return {"event_type": EVENT_TYPE, "event_payload": {"lookup_id": lookup_id, "part": part}}


def upload_arguments(file: File | Picture) -> dict[str, Any]:
    """Return slack_sdk's arguments for a file; a picture gets a text that says what it shows."""
    arguments: dict[str, Any] = {"filename": file.name, "title": file.title}
    if isinstance(file, Picture):
        return {**arguments, "content": file.png, "alt_txt": file.alt}
    return {**arguments, "content": file.content}


def message_content(message: Message) -> dict[str, Any]:
    """Return the message's text and blocks.

    Both are always sent: with `text` alone, Slack would remove a message's blocks on update.
    """
    return {"text": message.text, "blocks": [dict(block) for block in message.blocks]}


def parse_response(response: AsyncSlackResponse) -> SendResult:
    """Return the channel and time stamp of the message; for a view, its id as the time stamp."""
    data = response.data if isinstance(response.data, dict) else {}
    view = data.get("view")
    ts = data.get("ts") or data.get("message_ts") or (view or {}).get("id")
    thread = (data.get("message") or {}).get("thread_ts")
    return SendResult(
        channel=str(data.get("channel") or ""), ts=str(ts or ""), thread=str(thread or "")
    )


class SlackSender:
    """Sends everything that the bot says in Slack. Methods return failures and never raise them."""

    def __init__(self, clients: Clients, rate_limiter: ChannelRateLimiter) -> None:
        self._clients = clients
        self._rate_limiter = rate_limiter
        self._fallback = FormatFallback()
        self._log = structlog.get_logger("call_doctor.post")
        self.setup_error = ""
        """Slack's last refusal that only the operator can fix; "" after a success."""

    @property
    def plain(self) -> "SlackSender":
        """Return this sender, as `MessageSender.plain` requires."""
        return self

    async def post(
        self,
        channel: str,
        message: Message,
        lookup_id: str,
        *,
        thread: str = "",
        first: bool = False,
    ) -> SendResult:
        """Post in a channel, or under `thread`; `first` marks a message that an asker waits for."""

        async def post_once(form: Message) -> SendResult:
            sent = await self._call(
                self._clients.post.chat_postMessage,
                form.part,
                channel=channel,
                thread_ts=thread or None,
                unfurl_links=False,
                unfurl_media=False,
                parse="none",
                metadata=message_metadata(lookup_id, form.part),
                **message_content(form),
            )
            if thread and sent.ok and sent.thread != thread:
                # Slack posts into the channel when the thread's root is gone, without an error.
                self._log.warning("thread_lost", part=form.part, lookup_id=lookup_id)
            return sent

        async def send(form: Message) -> SendResult:
            return await self._rate_limiter.post(channel, lambda: post_once(form), opening=first)

        async def attach(file: File) -> SendResult:
            return await self.upload(channel, thread, (file,))

        # A file has no time stamp on which a thread could begin.
        return await self._fallback.send(send, message, attach if thread else None)

    async def update(self, channel: str, ts: str, message: Message, lookup_id: str) -> SendResult:
        """Replace one of our messages with `message`. A repeated update changes nothing."""

        async def send(form: Message) -> SendResult:
            return await self._call(
                self._clients.read.chat_update,
                form.part,
                channel=channel,
                ts=ts,
                parse="none",
                metadata=message_metadata(lookup_id, form.part),
                **message_content(form),
            )

        return await self._fallback.send(send, message)

    async def remove(self, channel: str, ts: str) -> SendResult:
        """Delete one of our messages; a message that is already gone counts as deleted."""
        sent = await self._call(self._clients.read.chat_delete, "removed", channel=channel, ts=ts)
        return SendResult(channel=channel, ts=ts) if sent.error == "message_not_found" else sent

    async def ephemeral(
        self, channel: str, user: str, message: Message, lookup_id: str, *, thread: str = ""
    ) -> SendResult:
        """Show a message to one person; both they and the bot must be in the channel."""

        async def send(form: Message) -> SendResult:
            return await self._call(
                self._clients.post.chat_postEphemeral,
                form.part,
                channel=channel,
                user=user,
                thread_ts=thread or None,
                parse="none",
                metadata=message_metadata(lookup_id, form.part) if lookup_id else None,
                **message_content(form),
            )

        return await self._fallback.send(send, message)

    async def respond(
        self,
        url: ResponseUrl,
        message: Message,
        lookup_id: str,
        *,
        thread: str = "",
        in_channel: bool = False,
    ) -> SendResult:
        """Send to a response_url: to the asker alone, or to everybody in `thread`."""

        async def send(form: Message) -> SendResult:
            body: dict[str, Any] = {
                "response_type": "in_channel" if in_channel else "ephemeral",
                "replace_original": False,
                "unfurl_links": False,
                "unfurl_media": False,
                "parse": "none",
                **message_content(form),
            }
            if lookup_id:
                body["metadata"] = message_metadata(lookup_id, form.part)
            if thread and in_channel:
                body["thread_ts"] = thread
            return await post_to_response_url(self._clients, url, body, form.part)

        return await self._fallback.send(send, message)

    async def upload(
        self, channel: str, thread: str, files: tuple[File | Picture, ...]
    ) -> SendResult:
        """Attach files to a thread. Needs the scope files:write and membership of the channel."""
        uploads = [upload_arguments(file) for file in files]
        return await self._call(
            self._clients.post.files_upload_v2,
            "files",
            channel=channel,
            thread_ts=thread,
            file_uploads=uploads,
        )

    async def wait_and_retry(self, rounds: int) -> bool:  # noqa: ARG002  `MessageSender` has it
        """Return False: a restart would lose a wait that is not recorded."""
        return False

    async def open_view(self, trigger_id: str, view: dict[str, Any]) -> SendResult:
        """Open a modal within the three seconds of a trigger; `ts` is the view's id."""
        return await self._call(
            self._clients.post.views_open, "view", trigger_id=trigger_id, view=view
        )

    async def change_view(self, view_id: str, view: dict[str, Any]) -> SendResult:
        """Update an open modal."""
        return await self._call(self._clients.read.views_update, "view", view_id=view_id, view=view)

    async def publish_home(self, user: str, view: dict[str, Any]) -> SendResult:
        """Publish a person's Home tab."""
        return await self._call(self._clients.read.views_publish, "home", user_id=user, view=view)

    async def _call(
        self, method: Callable[..., Awaitable[AsyncSlackResponse]], part: str, **arguments: object
    ) -> SendResult:
        try:
            response = await method(**arguments)
        except SLACK_EXCEPTIONS as error:
            cause, word = classify_error(error)
            if (
                cause is SlackErrorKind.SETUP and word != "missing_scope"
            ):  # some scopes are optional
                self.setup_error = word
            detail = detail_of(error)
            self._log.warning(
                "slack_refused", part=part, cause=cause.value, error=word, detail=detail
            )
            return SendResult(cause, word, wait=retry_after_of(error), detail=detail)
        self.setup_error = ""
        return parse_response(response)


class MessageSender(Protocol):
    """Interface for everything that the bot says in Slack. Failures are returned, never raised."""

    @property
    def plain(self) -> SlackSender:
        """The sender without checkpoints: for messages that may be lost, modals and Home tabs."""

    async def post(
        self,
        channel: str,
        message: Message,
        lookup_id: str,
        *,
        thread: str = "",
        first: bool = False,
    ) -> SendResult:
        """Post in a channel, or under `thread`; `first` marks a message that an asker waits for."""

    async def update(self, channel: str, ts: str, message: Message, lookup_id: str) -> SendResult:
        """Replace one of our messages with `message`."""

    async def remove(self, channel: str, ts: str) -> SendResult:
        """Delete one of our messages; a message that is already gone counts as deleted."""

    async def ephemeral(
        self, channel: str, user: str, message: Message, lookup_id: str, *, thread: str = ""
    ) -> SendResult:
        """Show a message to one person; both they and the bot must be in the channel."""

    async def respond(
        self,
        url: ResponseUrl,
        message: Message,
        lookup_id: str,
        *,
        thread: str = "",
        in_channel: bool = False,
    ) -> SendResult:
        """Send to a response_url: to the asker alone, or to everybody in `thread`."""

    async def upload(
        self, channel: str, thread: str, files: tuple[File | Picture, ...]
    ) -> SendResult:
        """Attach files to a thread. Needs the scope files:write and membership of the channel."""

    async def wait_and_retry(self, rounds: int) -> bool:
        """Wait before an unconfirmed message is sent again; return False if it must not be."""
