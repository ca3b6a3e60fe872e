"""What is said in Slack, as values: a message, a whole answer, a file."""

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
    """A PNG file to attach. `alt` says in at most 1,000 characters what it shows.

    https://docs.slack.dev/reference/methods/files.getUploadURLExternal
    """

    name: str
    title: str
    alt: str
    png: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """An opening for the channel, replies for its thread, and a way to what is beyond them.

    `files` and `more` are two ways to the failures that no reply holds (both empty or None when
    there are none): attach the files where the bot may upload, else post `more`, which carries
    the `Show more` button.
    """

    opening: Message
    replies: tuple[Message, ...] = ()
    files: tuple[File, ...] = ()
    more: Message | None = None
