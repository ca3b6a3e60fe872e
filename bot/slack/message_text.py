"""Extracts every text of a message; other bots put all their text in attachments and blocks.

E-mails that were sent to a channel, and snippets, are files; Slack sends their text with them.
https://docs.slack.dev/reference/objects/file-object
"""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.render.filters import unescape_mrkdwn
from bot.slack.payloads import Body, text_at, value_at

MAX_CHARACTERS = 100_000  # characters; a message that a person wrote cannot be longer
MAX_TYPED_CHARACTERS = 20_000
"""Characters of a question that are read; Slack's own input accepts fewer."""
_FILE_TEXTS = ("title", "name", "subject", "plain_text", "preview_plain_text", "preview")
_MAIL_MARKUP = re.compile(r"<[^<>@|]{0,2000}>")
_SKIPPED = {
    "type", "ts", "thread_ts", "user", "bot_id", "app_id", "team", "block_id", "action_id", "id",
    "client_msg_id", "bot_profile", "metadata", "color", "author_icon", "footer_icon", "thumb_url",
    "image_url", "service_icon", "edited", "reactions", "files",
}  # fmt: skip


def text_of_message(message: Any) -> str:  # noqa: ANN401  any JSON
    """Return text, blocks, attachments (all fields, nested) and files, one per line, unescaped."""
    if not isinstance(message, Mapping):
        return ""
    texts: list[str] = []
    stack: list[Any] = [
        _file_texts(message),
        value_at(message, "attachments"),
        value_at(message, "blocks"),
    ]
    stack.append(value_at(message, "text"))
    length = 0
    while stack and length < MAX_CHARACTERS:
        part = stack.pop()
        if isinstance(part, str):
            texts.append(unescape_mrkdwn(part))
            length += len(part)
        elif isinstance(part, list):
            stack.extend(reversed(part))
        elif isinstance(part, Mapping):
            stack.extend(_children(part))
    return "\n".join(texts)[:MAX_CHARACTERS]


def _children(part: Body) -> list[Any]:
    """Return the contents of a block, element or field, last first; Slack's own ids are skipped."""
    if _is_line(part):
        return ["".join(_leaf_text(leaf) for leaf in part["elements"])]
    inside = [value for key, value in reversed(list(part.items())) if key not in _SKIPPED]
    return [_file_texts(part), *inside] if "files" in part else inside


def _is_line(part: Body) -> bool:
    """Return whether this is one line of rich text.

    Its leaves are joined, because an id may be spread over several of them.
    """
    leaves = part.get("elements")
    return (
        str(part.get("type")).startswith("rich_text_")
        and isinstance(leaves, list)
        and all(isinstance(leaf, Mapping) and "elements" not in leaf for leaf in leaves)
    )


def _leaf_text(leaf: Body) -> str:
    texts = [leaf.get("text"), leaf.get("url")]
    words = [text for text in texts if isinstance(text, str)]
    return words[0] if len(set(words)) == 1 else " ".join(words)


def _file_texts(message: Body) -> list[str]:
    """Return the text of a message's files: titles, an e-mail's subject and body, a snippet."""
    files = value_at(message, "files")
    if not isinstance(files, list):
        return []
    return [text for file in files for text in _texts_of_file(file)]


def _texts_of_file(file: Any) -> Iterator[str]:  # noqa: ANN401  any JSON
    texts = {key: value_at(file, key) for key in _FILE_TEXTS}
    texts["preview"] = texts["preview"] or value_at(file, "simplified_html")
    if texts["plain_text"] or texts["preview_plain_text"]:
        texts["preview"] = None  # the same text again, as HTML
    for text in texts.values():
        if isinstance(text, str):
            yield text
    comment = value_at(file, "initial_comment", "comment")
    if isinstance(comment, str):
        yield comment
    if isinstance(texts["preview"], str) and text_at(file, "filetype") in ("email", "html"):
        yield html.unescape(_MAIL_MARKUP.sub(" ", texts["preview"]))
