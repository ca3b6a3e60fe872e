"""Later changes of an opening that stands: who is on it, in its last line and its buttons."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.render.message import Block, Message

TAKE, RELEASE = "take", "release"
TAKEN_LABELS = {
    TAKE: ("I'm on it", "tell the others that you take care of it"),
    RELEASE: ("Release", "let somebody else take care of it"),
}
"""The label of each button, and its purpose for screen readers."""
_TAKEN_BLOCK = "taken"
"""The id of the block that says who is on it."""


def with_taken(message: Message, name: str) -> Message:
    """Return an opening whose last line says that this person is on it; with "", that nobody is.

    The button changes to the one that undoes it.
    """
    blocks = [_with_button(block, RELEASE if name else TAKE) for block in message.blocks]
    blocks = [block for block in blocks if block.get("block_id") != _TAKEN_BLOCK]
    if name:
        text = {"type": "plain_text", "emoji": False, "text": f"{name} is on it."}
        blocks.append({"type": "context", "block_id": _TAKEN_BLOCK, "elements": [text]})
    return replace(message, blocks=tuple(blocks))


INVITATION = "/invite @Call Doctor to go on in the thread"
"""Mentions arrive only from channels that the bot is in."""


def with_invitation(message: Message) -> Message:
    """Return an opening whose grey line says how to invite the bot."""
    footer = next((b for b in message.blocks if b.get("type") == "context"), None)
    if footer is None:
        return message
    text = f"{footer['elements'][0]['text']} · {INVITATION}"
    invited = {**footer, "elements": [{**footer["elements"][0], "text": text}]}
    blocks = tuple(invited if block is footer else block for block in message.blocks)
    return replace(message, blocks=blocks)


def shows_taken(blocks: Iterable[Any]) -> bool:
    """Return whether blocks, from outside, hold the line that says who is on it."""
    return any(isinstance(b, Mapping) and b.get("block_id") == _TAKEN_BLOCK for b in blocks)


def _with_button(block: Block, action_id: str) -> Block:
    """Return the block with `action_id` in place of "take" or "release"."""
    elements = block.get("elements")
    if block.get("type") != "actions" or not isinstance(elements, list | tuple):
        return block
    label, purpose = TAKEN_LABELS[action_id]
    text = {"type": "plain_text", "emoji": False, "text": label}
    changes = {"action_id": action_id, "text": text, "accessibility_label": f"{label}: {purpose}"}
    changed = [
        {**element, **changes} if element.get("action_id") in TAKEN_LABELS else element
        for element in elements
    ]
    return {**block, "elements": changed}
