"""Packs blocks into messages within Slack's limits.

Groups of blocks are packed, whole and in order, into as few messages as the limits allow.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bot.render.limits import MAX_BLOCKS, MAX_JSON, MAX_REPLY
from bot.render.message import Block

_INVISIBLE_KEYS = {
    "type", "value", "action_id", "block_id", "format", "style", "url", "accessibility_label",
    "options",
}  # fmt: skip


def visible_length(blocks: Sequence[Block]) -> int:
    """Return the characters of all text in the blocks, as sent: never fewer than a reader sees."""
    return sum(len(text) for text in _visible_texts(blocks))


def json_length(blocks: Sequence[Block]) -> int:
    """Return the number of characters of the blocks as JSON."""
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
    """The blocks of one failure: their JSON without the outer brackets, and their sizes."""

    event_id: str
    json: Markup
    blocks: int
    visible: int
    size: int

    def joined(self, other: "BlockGroup") -> "BlockGroup":
        """Return these blocks and then the other group's, in the name of the other."""
        return BlockGroup(
            other.event_id,
            self.json + "," + other.json,
            self.blocks + other.blocks,
            self.visible + other.visible,
            self.size + other.size,
        )


@dataclass(frozen=True, slots=True)
class MessageSpace:
    """The room in a message: blocks, visible characters, characters of JSON."""

    blocks: int
    visible: int
    size: int

    def minus(self, blocks: int, visible: int, size: int) -> "MessageSpace":
        """Return the space that is left after so much other content."""
        return MessageSpace(self.blocks - blocks, self.visible - visible, self.size - size)


FULL_MESSAGE = MessageSpace(MAX_BLOCKS, MAX_REPLY, MAX_JSON)


def pack(groups: Iterable[BlockGroup], space: MessageSpace) -> Iterator[Sequence[BlockGroup]]:
    """Yield the groups of each message, made when the message is asked for.

    A group too big for an empty message still gets a message of its own: no group is dropped here.
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
