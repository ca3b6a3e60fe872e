"""Text of a person as the rich text that Slack's editor makes of it."""

import re

from workbench.pretend_slack.records import Json

_CONTROL = re.compile(r"<([^<>]+)>")
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def rich_text(text: str) -> list[Json]:
    """The `blocks` of a message that was typed; `text` as Slack stores it, escaped."""
    if not text:
        return []
    leaves: list[Json] = []
    end = 0
    for found in _CONTROL.finditer(text):
        leaves += _plain(text[end : found.start()])
        leaves.append(_control(found[1]))
        end = found.end()
    leaves += _plain(text[end:])
    section = {"type": "rich_text_section", "elements": leaves}
    return [{"type": "rich_text", "block_id": "typed", "elements": [section]}]


def _plain(text: str) -> list[Json]:
    return [{"type": "text", "text": _unescaped(text)}] if text else []


def _control(inside: str) -> Json:
    target, _, label = inside.partition("|")
    if target.startswith("@"):
        return {"type": "user", "user_id": target[1:]}
    if target.startswith("#"):
        return {"type": "channel", "channel_id": target[1:]}
    if target.startswith("!"):
        return {"type": "broadcast", "range": target[1:]}
    link = {"type": "link", "url": _unescaped(target)}
    return link | ({"text": _unescaped(label)} if label else {})


def _unescaped(text: str) -> str:
    for entity, sign in _ENTITIES:
        text = text.replace(entity, sign)
    return text
