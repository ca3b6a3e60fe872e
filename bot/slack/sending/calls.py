"""The calls of Slack that the bot makes, as values.

A call says how it may be repeated, because Slack has no idempotency key, and under which step a job
records it. `SlackSender.send` makes a call; `CheckpointedSender.send` makes it as a step of a job.
https://docs.slack.dev/reference/methods
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, Literal

from bot.render.message import File, Message, Picture
from bot.slack.response_url import ResponseUrl

EVENT_TYPE = "call_doctor"


class Repeat(Enum):
    """The way in which a call may be repeated if Slack may have done it already."""

    FINDABLE = "findable"  # the message carries our mark: look for it first
    IDEMPOTENT = "idempotent"  # a second call changes nothing
    AT_MOST_ONCE = "at most once"  # nothing can tell whether it was done


@dataclass(frozen=True, slots=True)
class PostMessage:
    """Post in a channel, or under `thread`; `first` marks a message that an asker waits for."""

    channel: str
    message: Message
    lookup_id: str
    thread: str = ""
    first: bool = False

    repeat: ClassVar[Literal[Repeat.FINDABLE]] = Repeat.FINDABLE
    method: ClassVar = "chat_postMessage"

    @property
    def part(self) -> str:
        """Return the name of the message's part in the answer."""
        return self.message.part

    @property
    def step(self) -> str:
        """Return the name of the step in which a job sends the message."""
        return f"post:{self.part}"

    def arguments(self) -> dict[str, Any]:
        """Return slack_sdk's arguments."""
        return {
            "channel": self.channel,
            "thread_ts": self.thread or None,
            "unfurl_links": False,
            "unfurl_media": False,
            "parse": "none",
            "metadata": message_metadata(self.lookup_id, self.part),
            **message_content(self.message),
        }


@dataclass(frozen=True, slots=True)
class UpdateMessage:
    """Replace one of our messages with `message`."""

    channel: str
    ts: str
    message: Message
    lookup_id: str

    repeat: ClassVar[Literal[Repeat.IDEMPOTENT]] = Repeat.IDEMPOTENT
    method: ClassVar = "chat_update"

    @property
    def part(self) -> str:
        """Return the name of the message's part in the answer."""
        return self.message.part

    @property
    def step(self) -> str:
        """Return the name of the step in which a job updates the message."""
        return f"update:{self.part}"

    def arguments(self) -> dict[str, Any]:
        """Return slack_sdk's arguments."""
        return {
            "channel": self.channel,
            "ts": self.ts,
            "parse": "none",
            "metadata": message_metadata(self.lookup_id, self.part),
            **message_content(self.message),
        }


@dataclass(frozen=True, slots=True)
class PostEphemeral:
    """Show a message to one person; both they and the bot must be in the channel.

    Without a `lookup_id` the message carries no mark, because it is not part of an answer.
    """

    channel: str
    user: str
    message: Message
    lookup_id: str
    thread: str = ""

    repeat: ClassVar[Literal[Repeat.AT_MOST_ONCE]] = Repeat.AT_MOST_ONCE
    method: ClassVar = "chat_postEphemeral"

    @property
    def part(self) -> str:
        """Return the name of the message's part in the answer."""
        return self.message.part

    @property
    def step(self) -> str:
        """Return the name of the step in which a job shows the message."""
        return f"ephemeral:{self.part}"

    def arguments(self) -> dict[str, Any]:
        """Return slack_sdk's arguments."""
        mark = message_metadata(self.lookup_id, self.part) if self.lookup_id else None
        return {
            "channel": self.channel,
            "user": self.user,
            "thread_ts": self.thread or None,
            "parse": "none",
            "metadata": mark,
            **message_content(self.message),
        }


@dataclass(frozen=True, slots=True)
class Respond:
    """Send to a response_url: to the asker alone, or to everybody, in `thread` if it is set.

    With `replace`, the message takes the place of the "Looking…" that acknowledged a command.
    Without a `lookup_id` the message carries no mark, because it is not part of an answer.
    """

    url: ResponseUrl
    message: Message
    lookup_id: str
    thread: str = ""
    in_channel: bool = False
    replace: bool = False

    repeat: ClassVar[Literal[Repeat.AT_MOST_ONCE]] = Repeat.AT_MOST_ONCE

    @property
    def part(self) -> str:
        """Return the name of the message's part in the answer."""
        return self.message.part

    @property
    def step(self) -> str:
        """Return the name of the step in which a job sends the message."""
        return f"respond:{self.part}"

    def body(self) -> dict[str, Any]:
        """Return the JSON to post."""
        body: dict[str, Any] = {
            "response_type": "in_channel" if self.in_channel else "ephemeral",
            "replace_original": self.replace,
            "unfurl_links": False,
            "unfurl_media": False,
            "parse": "none",
            **message_content(self.message),
        }
        if self.lookup_id:
            body["metadata"] = message_metadata(self.lookup_id, self.part)
        if self.thread and self.in_channel:
            body["thread_ts"] = self.thread
        return body


@dataclass(frozen=True, slots=True)
class RemoveNotice:
    """Delete the "Looking…" that acknowledged a command, through the command's response_url."""

    url: ResponseUrl

    repeat: ClassVar[Literal[Repeat.IDEMPOTENT]] = Repeat.IDEMPOTENT
    part: ClassVar[str] = "notice"

    def body(self) -> dict[str, Any]:
        """Return the JSON to post."""
        return {"delete_original": True}


@dataclass(frozen=True, slots=True)
class RemoveMessage:
    """Delete one of our messages; a message that is already gone counts as deleted."""

    channel: str
    ts: str

    repeat: ClassVar[Literal[Repeat.IDEMPOTENT]] = Repeat.IDEMPOTENT
    method: ClassVar = "chat_delete"
    part: ClassVar = "removed"

    @property
    def step(self) -> str:
        """Return the name of the step in which a job deletes the message."""
        return f"remove:{self.ts}"

    def arguments(self) -> dict[str, Any]:
        """Return slack_sdk's arguments."""
        return {"channel": self.channel, "ts": self.ts}


@dataclass(frozen=True, slots=True)
class UploadFiles:
    """Attach files to a thread. Needs the scope files:write and membership of the channel.

    Slack first takes the contents, which nobody sees, and then shares the files; `staged` are the
    tasks that return the files' ids if Slack began to take them before. An upload carries no mark
    by which it could be found.
    https://docs.slack.dev/messaging/working-with-files
    """

    channel: str
    thread: str
    files: tuple[File | Picture, ...]
    staged: tuple["asyncio.Task[str]", ...] = ()

    repeat: ClassVar[Literal[Repeat.AT_MOST_ONCE]] = Repeat.AT_MOST_ONCE
    method: ClassVar = "files_completeUploadExternal"
    part: ClassVar = "files"
    step: ClassVar = "upload"

    def arguments(self, file_ids: Iterable[str]) -> dict[str, Any]:
        """Return slack_sdk's arguments that share the files with these ids."""
        files = [
            {"id": file_id, "title": file.title}
            for file, file_id in zip(self.files, file_ids, strict=True)
        ]
        return {"channel_id": self.channel, "thread_ts": self.thread, "files": files}


@dataclass(frozen=True, slots=True)
class OpenView:
    """Open a modal within the three seconds of a trigger; the result's `ts` is the view's id."""

    trigger_id: str
    view: dict[str, Any]

    repeat: ClassVar[Literal[Repeat.AT_MOST_ONCE]] = Repeat.AT_MOST_ONCE
    method: ClassVar = "views_open"
    part: ClassVar = "view"

    def arguments(self) -> dict[str, Any]:
        """Return slack_sdk's arguments."""
        return {"trigger_id": self.trigger_id, "view": self.view}


@dataclass(frozen=True, slots=True)
class UpdateView:
    """Update an open modal."""

    view_id: str
    view: dict[str, Any]

    repeat: ClassVar[Literal[Repeat.IDEMPOTENT]] = Repeat.IDEMPOTENT
    method: ClassVar = "views_update"
    part: ClassVar = "view"

    def arguments(self) -> dict[str, Any]:
        """Return slack_sdk's arguments."""
        return {"view_id": self.view_id, "view": self.view}


@dataclass(frozen=True, slots=True)
class PublishHome:
    """Publish a person's Home tab."""

    user: str
    view: dict[str, Any]

    repeat: ClassVar[Literal[Repeat.IDEMPOTENT]] = Repeat.IDEMPOTENT
    method: ClassVar = "views_publish"
    part: ClassVar = "home"

    def arguments(self) -> dict[str, Any]:
        """Return slack_sdk's arguments."""
        return {"user_id": self.user, "view": self.view}


@dataclass(frozen=True, slots=True)
class CompleteStep:
    """End the run of a workflow's step with its outputs.

    Slack accepts one end of a run; a second call changes nothing.
    https://docs.slack.dev/reference/methods/functions.completeSuccess
    """

    execution_id: str
    outputs: Mapping[str, str | bool | int]

    repeat: ClassVar[Literal[Repeat.IDEMPOTENT]] = Repeat.IDEMPOTENT
    method: ClassVar = "functions_completeSuccess"
    part: ClassVar = "outputs"
    step: ClassVar = "complete"

    def arguments(self) -> dict[str, Any]:
        """Return slack_sdk's arguments."""
        return {"function_execution_id": self.execution_id, "outputs": dict(self.outputs)}


@dataclass(frozen=True, slots=True)
class FailStep:
    """End the run of a workflow's step with an error that people read; else as CompleteStep.

    https://docs.slack.dev/reference/methods/functions.completeError
    """

    execution_id: str
    error: str

    repeat: ClassVar[Literal[Repeat.IDEMPOTENT]] = Repeat.IDEMPOTENT
    method: ClassVar = "functions_completeError"
    part: ClassVar = "step-error"
    step: ClassVar = "fail"

    def arguments(self) -> dict[str, Any]:
        """Return slack_sdk's arguments."""
        return {"function_execution_id": self.execution_id, "error": self.error}


MessageCall = PostMessage | UpdateMessage | PostEphemeral | Respond
"""Calls that show a message; they can be made again with a simpler form of it."""

StepCall = MessageCall | RemoveMessage | UploadFiles | CompleteStep | FailStep
"""Calls that a job records as steps."""

ApiCall = (
    PostMessage
    | UpdateMessage
    | PostEphemeral
    | RemoveMessage
    | UploadFiles
    | CompleteStep
    | FailStep
    | OpenView
    | UpdateView
    | PublishHome
)
"""Calls of the Web API; the others go to a response_url."""

SlackCall = ApiCall | Respond | RemoveNotice


def message_metadata(lookup_id: str, part: str) -> dict[str, Any]:
    """Return the metadata that marks a message as ours.

    Everybody in the channel may read it, so it holds only our own ids.
    https://docs.slack.dev/messaging/message-metadata
    """
    return {"event_type": EVENT_TYPE, "event_payload": {"lookup_id": lookup_id, "part": part}}


def content_of(file: File | Picture) -> tuple[bytes, str | None]:
    """Return a file's content; a picture has a text, too, that says what it shows."""
    if isinstance(file, Picture):
        return file.png, file.alt
    return file.content.encode(), None


def message_content(message: Message) -> dict[str, Any]:
    """Return the message's text and blocks.

    Both are always sent: with `text` alone, Slack would remove a message's blocks on update.
    """
    return {"text": message.text, "blocks": [dict(block) for block in message.blocks]}
