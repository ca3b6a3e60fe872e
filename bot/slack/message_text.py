"""Every text of a message: other bots keep all they say in attachments and blocks."""

from collections.abc import Mapping
from typing import Any

from bot.slack.forms import unescape
from bot.slack.payloads import Body, at

MOST = 100_000  # characters; a message cannot hold more that a person wrote
_FILE_TEXTS = ("title", "name")
_SKIPPED = {
    "type", "ts", "thread_ts", "user", "bot_id", "app_id", "team", "block_id", "action_id", "id",
    "client_msg_id", "bot_profile", "metadata", "color", "author_icon", "footer_icon", "thumb_url",
    "image_url", "service_icon", "edited", "reactions",
}  # fmt: skip


def texts_of(message: Any) -> str:  # noqa: ANN401  any JSON
    """Text, blocks, attachments (all fields, nested) and file titles, one a line, unescaped."""
    if not isinstance(message, Mapping):
        return ""
    found: list[str] = []
    stack: list[Any] = [_files(message), at(message, "attachments"), at(message, "blocks")]
    stack.append(at(message, "text"))
    length = 0
    while stack and length < MOST:
        part = stack.pop()
        if isinstance(part, str):
            found.append(unescape(part))
            length += len(part)
        elif isinstance(part, list):
            stack.extend(reversed(part))
        elif isinstance(part, Mapping):
            stack.extend(_parts(part))
    return "\n".join(found)[:MOST]


def _parts(part: Body) -> list[Any]:
    """What a block, element or field says, last first; never ids of Slack's own."""
    if _is_line(part):
        return ["".join(_leaf(leaf) for leaf in part["elements"])]
    return [value for key, value in reversed(list(part.items())) if key not in _SKIPPED]


def _is_line(part: Body) -> bool:
    """One line of rich text: an id may be spread over leaves, and would be torn apart."""
    leaves = part.get("elements")
    return (
        str(part.get("type")).startswith("rich_text_")
        and isinstance(leaves, list)
        and all(isinstance(leaf, Mapping) and "elements" not in leaf for leaf in leaves)
    )


def _leaf(leaf: Body) -> str:
    texts = [leaf.get("text"), leaf.get("url")]
    words = [text for text in texts if isinstance(text, str)]
    return words[0] if len(set(words)) == 1 else " ".join(words)


def _files(message: Body) -> list[str]:
    files = at(message, "files")
    if not isinstance(files, list):
        return []
    each = (at(file, key) for file in files for key in _FILE_TEXTS)
    return [text for text in each if isinstance(text, str)]
