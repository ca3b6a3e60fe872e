"""Slack's limits, the shortening of texts to them, and the packing of blocks into messages.

Lengths are counted as sent, after escaping: Slack counts `&amp;` as five characters.

https://docs.slack.dev/reference/block-kit
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from bot.render.message import Block

MAX_BLOCKS = 50
"""The most blocks in one message."""
MAX_OPENING = 2_450
"""The most characters that an opening shows; we promise 2,500."""
MAX_REPLY = 8_000
"""The most characters that a reply shows; our own promise."""
MAX_REPLIES = 10
"""The most replies of one answer; our own promise."""
MAX_JSON = 13_000
"""The most characters of a message's blocks as JSON. Slack documents no number for
`msg_blocks_too_long`; people met it from about 13,200 on
(https://github.com/slackapi/bolt-js/issues/2509)."""
MAX_GIST = 600
"""The most characters of a message's `text`, which notifications and screen readers use."""
MAX_OPTION_VALUE = 150
"""https://docs.slack.dev/reference/block-kit/composition-objects/option-object"""
MAX_BUTTON_VALUE = 2_000
"""https://docs.slack.dev/reference/block-kit/block-elements/button-element"""
_ESCAPED_LENGTHS = {"&": len("&amp;"), "<": len("&lt;"), ">": len("&gt;")}
_MAX_ENTITY = len("&amp;")


_SENTENCE = 60
"""Characters of a text that is a sentence rather than a name or an id."""


def shorten(text: str, most: int) -> str:
    """Return at most `most` characters of `text`, cut between words where one ends near.

    A cut text ends in an ellipsis; one of a sentence's length also says that it was shortened.
    """
    if len(text) <= most:
        return text
    mark = "… (shortened)" if most >= _SENTENCE else "…"
    length = max(most - len(mark), 1)
    words = text[: length + 1].rpartition(" ")[0].rstrip()
    cut = words if len(words) > length * 3 // 4 else text[:length].rstrip()
    return f"{cut}{mark}"


def brief(text: str, most: int) -> str:
    """Return the first sentences of our own prose that fit, else its first words."""
    if len(text) <= most:
        return text
    end = text.rfind(". ", 0, most)
    return text[: end + 1] if end > 0 else f"{text[:most].rpartition(' ')[0] or text[: most - 1]}…"


def shorten_escaped(text: str, most: int) -> str:
    """Shorten an escaped text with an ellipsis, without cutting an entity (`&amp;`) in half."""
    if len(text) <= most:
        return text
    shortened = text[: most - 1]
    start = shortened.rfind("&", -_MAX_ENTITY)
    if start >= 0 and ";" not in shortened[start:]:
        shortened = shortened[:start]
    return f"{shortened.rstrip()}…"


def escaped_length(text: str) -> int:
    """Return the characters of a text once escaped."""
    return sum(_ESCAPED_LENGTHS.get(letter, 1) for letter in text)


def fit(text: str, most: int) -> str:
    """Return `text`, cut to hold at most `most` characters once escaped."""
    space = most - 1
    for index, letter in enumerate(text):
        space -= _ESCAPED_LENGTHS.get(letter, 1)
        if space < 0:
            fits = len(text) - index == 1 and _ESCAPED_LENGTHS.get(letter, 1) == 1
            return text if fits else f"{text[:index].rstrip()}…"
    return text


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
