"""Sends messages: paced, marked, in the form that Slack takes, and never blindly again.

What can be said in Slack, whoever sees to it that it is said once.

What goes into Slack's calls that say something, and what comes out of them.
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
    """What marks a message as ours. Anybody in the channel may read it: ids of ours only.

    https://docs.slack.dev/messaging/message-metadata
    """
    return {"event_type": EVENT_TYPE, "event_payload": {"lookup_id": lookup_id, "part": part}}


def upload_arguments(file: File | Picture) -> dict[str, Any]:
    """A file as slack_sdk wants it; a picture says what it shows to whoever does not see it."""
    arguments: dict[str, Any] = {"filename": file.name, "title": file.title}
    if isinstance(file, Picture):
        return {**arguments, "content": file.png, "alt_txt": file.alt}
    return {**arguments, "content": file.content}


def message_content(message: Message) -> dict[str, Any]:
    """`text` alone would let Slack remove a message's blocks on update, so both always go."""
    return {"text": message.text, "blocks": [dict(block) for block in message.blocks]}


def parse_response(response: AsyncSlackResponse) -> SendResult:
    """Where Slack says that the message stands; a view's id stands for its time stamp."""
    data = response.data if isinstance(response.data, dict) else {}
    view = data.get("view")
    ts = data.get("ts") or data.get("message_ts") or (view or {}).get("id")
    thread = (data.get("message") or {}).get("thread_ts")
    return SendResult(
        channel=str(data.get("channel") or ""), ts=str(ts or ""), thread=str(thread or "")
    )


class SlackSender:
    """Every way of saying something in Slack. Failures are told by `Sent`, never raised."""

    def __init__(self, clients: Clients, rate_limiter: ChannelRateLimiter) -> None:
        self._clients = clients
        self._rate_limiter = rate_limiter
        self._fallback = FormatFallback()
        self._log = structlog.get_logger("call_doctor.post")
        self.setup_error = ""
        """Slack's last refusal that only the operator can mend; "" after a success."""

    @property
    def plain(self) -> "SlackSender":
        """This one: see `bot.slack.posts.Posts`."""
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
        """Post in a channel, or under `thread`; `first` for what an asker waits for."""

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

        # A file has no time stamp that a thread could hang on.
        return await self._fallback.send(send, message, attach if thread else None)

    async def update(self, channel: str, ts: str, message: Message, lookup_id: str) -> SendResult:
        """Put `message` in the place of one of ours. May be repeated: it changes nothing twice."""

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
        """Delete one of ours; one that is gone already counts as deleted."""
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
        """Answer at a response_url: to the asker alone, or to all in `thread`."""

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
        """Attach files to a thread; wants files:write and membership."""
        uploads = [upload_arguments(file) for file in files]
        return await self._call(
            self._clients.post.files_upload_v2,
            "files",
            channel=channel,
            thread_ts=thread,
            file_uploads=uploads,
        )

    async def wait_and_retry(self, rounds: int) -> bool:  # noqa: ARG002  see `bot.slack.posts.Posts`
        """Not here: whoever waited would be forgotten by a restart."""
        return False

    async def open_view(self, trigger_id: str, view: dict[str, Any]) -> SendResult:
        """Open a modal within the three seconds of a trigger; `ts` is the view's id."""
        return await self._call(
            self._clients.post.views_open, "view", trigger_id=trigger_id, view=view
        )

    async def change_view(self, view_id: str, view: dict[str, Any]) -> SendResult:
        """Change an open modal."""
        return await self._call(self._clients.read.views_update, "view", view_id=view_id, view=view)

    async def publish_home(self, user: str, view: dict[str, Any]) -> SendResult:
        """Show a person's Home tab."""
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
    """Every way of saying something in Slack. Failures are told by `Sent`, never raised."""

    @property
    def plain(self) -> SlackSender:
        """The poster that only posts: for what may be lost, and for forms and Home tabs."""

    async def post(
        self,
        channel: str,
        message: Message,
        lookup_id: str,
        *,
        thread: str = "",
        first: bool = False,
    ) -> SendResult:
        """Post in a channel, or under `thread`; `first` for what an asker waits for."""

    async def update(self, channel: str, ts: str, message: Message, lookup_id: str) -> SendResult:
        """Put `message` in the place of one of ours."""

    async def remove(self, channel: str, ts: str) -> SendResult:
        """Delete one of ours; one that is gone already counts as deleted."""

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
        """Answer at a response_url: to the asker alone, or to all in `thread`."""

    async def upload(
        self, channel: str, thread: str, files: tuple[File | Picture, ...]
    ) -> SendResult:
        """Attach files to a thread; wants files:write and membership."""

    async def wait_and_retry(self, rounds: int) -> bool:
        """Wait before a word that nobody confirmed is said anew; False if that is not to be."""
