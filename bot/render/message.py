"""The values that Slack receives: a message, a whole answer, a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Block = Mapping[str, Any]
"""One Block Kit block. https://docs.slack.dev/reference/block-kit/blocks"""


@dataclass(frozen=True, slots=True)
class Message:
    """One Slack message. `part` is unique within its look-up and goes into its metadata."""

    part: str
    text: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class File:
    """A file to attach; already redacted."""

    name: str
    title: str
    content: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG file to attach. `alt` describes it in at most 1,000 characters.

    https://docs.slack.dev/reference/methods/files.getUploadURLExternal
    """

    name: str
    title: str
    alt: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An opening for the channel, replies for its thread, and a way to the remaining failures.

    `files` and `more` are two ways to the failures that no reply holds (empty and None if there
    are none): attach the files where the bot may upload, else post `more`, which carries the `Show
    more` button.
    """

    opening: Message
    replies: tuple[Message, ...] = ()
    files: tuple[File, ...] = ()
    more: Message | None = None
