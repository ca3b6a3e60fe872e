"""Slack's limits, and how text and messages are held to them.

Lengths are counted as sent, after escaping: Slack counts `&amp;` as five characters.
https://docs.slack.dev/reference/block-kit

Groups of blocks packed, whole and in order, into as few messages as the limits allow.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bot.render.message import Block

MAX_BLOCKS = 50
"""Blocks in one message."""
MAX_OPENING = 2_450
"""Characters that an opening shows; our promise is 2,500."""
MAX_REPLY = 8_000
"""Characters that a reply may show; our own promise."""
MAX_REPLIES = 10
"""Replies of one answer; our own promise."""
MAX_JSON = 13_000
"""Characters of a message's blocks as JSON. Slack names no number for `msg_blocks_too_long`;
people met it from about 13,200 on (https://github.com/slackapi/bolt-js/issues/2509)."""
MAX_GIST = 600
"""Characters of a message's `text`, which notifications and screen readers use."""
MAX_OPTION_VALUE = 150
"""https://docs.slack.dev/reference/block-kit/composition-objects/option-object"""
MAX_BUTTON_VALUE = 2_000
"""https://docs.slack.dev/reference/block-kit/block-elements/button-element"""

_INVISIBLE_KEYS = {
    "type", "value", "action_id", "block_id", "format", "style", "url", "accessibility_label",
}  # fmt: skip
_ESCAPED_LENGTHS = {"&": len("&amp;"), "<": len("&lt;"), ">": len("&gt;")}
_MAX_ENTITY = len("&amp;")


def shorten(text: str, most: int) -> str:
    """At most `most` characters of `text`, ending with how many more there were."""
    if len(text) <= most:
        return text
    tail = f"… (+{len(text):,} characters)"
    length = max(most - len(tail), 1)
    return f"{text[:length].rstrip()}… (+{len(text) - length:,} characters)"


def brief(text: str, most: int) -> str:
    """The first sentences of our own prose that fit, else its first words."""
    if len(text) <= most:
        return text
    end = text.rfind(". ", 0, most)
    return text[: end + 1] if end > 0 else f"{text[:most].rpartition(' ')[0] or text[: most - 1]}…"


def shorten_escaped(text: str, most: int) -> str:
    """As `shorten`, for text whose `&`, `<` and `>` are entities: none is cut in half."""
    if len(text) <= most:
        return text
    shortened = text[: most - 1]
    start = shortened.rfind("&", -_MAX_ENTITY)
    if start >= 0 and ";" not in shortened[start:]:
        shortened = shortened[:start]
    return f"{shortened.rstrip()}…"


def fit(text: str, most: int) -> str:
    """`text` cut so that it holds at most `most` characters once escaped."""
    space = most - 1
    for index, letter in enumerate(text):
        space -= _ESCAPED_LENGTHS.get(letter, 1)
        if space < 0:
            fits = len(text) - index == 1 and _ESCAPED_LENGTHS.get(letter, 1) == 1
            return text if fits else f"{text[:index].rstrip()}…"
    return text


def visible_length(blocks: Sequence[Block]) -> int:
    """Characters of all text that the blocks show, as sent: never fewer than a reader sees."""
    return sum(len(text) for text in _visible_texts(blocks))


def json_length(blocks: Sequence[Block]) -> int:
    """Characters of the blocks as JSON."""
    return len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":")))


def _visible_texts(node: Any) -> Iterator[str]:  # noqa: ANN401  JSON has no narrower type
    if isinstance(node, Mapping):
        for key, item in node.items():
            if key not in _INVISIBLE_KEYS:
                yield from _visible_texts(item)
    elif isinstance(node, str):
        yield node
    elif isinstance(node, Iterable):
        for item in node:
            yield from _visible_texts(item)


@dataclass(frozen=True, slots=True)
class BlockGroup:
    """The blocks of one failure: their JSON without the outer brackets, and how big they are."""

    event_id: str
    json: Markup
    blocks: int
    visible: int
    size: int
    cut: bool = False


@dataclass(frozen=True, slots=True)
class MessageSpace:
    """What a message has room for: blocks, visible characters, characters of JSON."""

    blocks: int
    visible: int
    size: int

    def minus(self, blocks: int, visible: int, size: int) -> "MessageSpace":
        """What is left beside so much else."""
        return MessageSpace(self.blocks - blocks, self.visible - visible, self.size - size)


FULL_MESSAGE = MessageSpace(MAX_BLOCKS, MAX_REPLY, MAX_JSON)


def pack(groups: Iterable[BlockGroup], space: MessageSpace) -> Iterator[Sequence[BlockGroup]]:
    """Messages' worth of groups, made as they are asked for.

    A group too big for an empty message still gets one of its own: nothing is dropped here.
    """
    page: list[BlockGroup] = []
    remaining = space
    for group in groups:
        remaining_after = remaining.minus(group.blocks, group.visible, group.size)
        if page and min(remaining_after.blocks, remaining_after.visible, remaining_after.size) < 0:
            yield page
            page, remaining_after = [], space.minus(group.blocks, group.visible, group.size)
        page.append(group)
        remaining = remaining_after
    if page:
        yield page
