"""All the text that blocks show to a reader."""

import re
from collections.abc import Iterator
from typing import Any

from workbench.pretend_slack.limits.findings import Json

_CONTROL = re.compile(r"<([^<>\n]+)>")
_LEAF_KEYS = {
    "user": "user_id",
    "usergroup": "usergroup_id",
    "team": "team_id",
    "channel": "channel_id",
    "emoji": "name",
    "broadcast": "range",
    "color": "value",
}
_CAPTIONS = ("title", "caption", "label", "name")
# Shown only after a press, or never: dialogs, alternative texts, ids.
_HIDDEN = {"confirm", "alt_text", "value", "metadata"}
_MENUS, _MENU_KEYS = {"static_select", "overflow"}, {"options", "option_groups"}


def visible_text(blocks: list[Json]) -> str:
    """All text the blocks show, a line for each piece, links and entities as people read them."""
    return "\n".join(_as_read(text, kind) for text, kind in _pieces(blocks))


def visible_length(blocks: list[Json]) -> int:
    """Characters of all text the blocks show, as it was sent (control sequences in full)."""
    return sum(len(text) for text, _ in _pieces(blocks))


def cell_text(cell: object) -> str:
    """The text in one table cell."""
    return "".join(text for text, _ in _pieces(cell))


def _as_read(text: str, kind: str) -> str:
    if kind != "mrkdwn":
        return text
    return unescape(_CONTROL.sub(lambda match: label(match.group(1)), text))


def label(sequence: str) -> str:
    """Return the text that a control sequence, given without its brackets, shows."""
    target, bar, shown = sequence.partition("|")
    if bar:
        return shown
    if target.startswith("!subteam^"):
        return "@" + target.removeprefix("!subteam^")
    return "@" + target[1:] if target.startswith("!") else target


def unescape(text: str) -> str:
    """Undo Slack's three escapes."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _pieces(node: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401
    """Each text with its kind, in the order of the JSON."""
    if isinstance(node, list):
        for item in node:
            yield from _pieces(item)
        return
    if not isinstance(node, dict):
        return
    own = _own_text(node)
    if own is not None:
        yield own
    captions = _CAPTIONS if _titled(node) else ()
    hidden = _HIDDEN | (_MENU_KEYS if node.get("type") in _MENUS else set())
    for key, item in node.items():
        if key in captions and isinstance(item, str):
            yield item, "raw"
        elif key not in hidden and isinstance(item, dict | list):
            yield from _pieces(item)


def _titled(node: Json) -> bool:
    """Objects whose captions are bare strings."""
    return (
        node.get("type") in ("plan", "task_card", "data_table", "data_visualization")
        or {"label", "value"} <= node.keys()
        or {"name", "data"} <= node.keys()
    )


def _own_text(node: Json) -> tuple[str, str] | None:
    kind = node.get("type")
    text = node.get("text")
    if isinstance(text, str) and text:
        return text, str(kind)
    if kind == "link":
        return str(node.get("url", "")), "raw"
    if kind == "date":
        return str(node.get("fallback", "")), "raw"
    if kind == "raw_number":
        return str(node.get("value", "")), "raw"
    if kind in _LEAF_KEYS and _LEAF_KEYS[str(kind)] in node:
        return f"@{node[_LEAF_KEYS[str(kind)]]}", "raw"
    return None
