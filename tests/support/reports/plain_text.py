"""A message as plain text, line by line as a person sees it, and its size in words."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

_SIGNS = {
    "red_circle": "🔴",
    "large_green_circle": "🟢",
    "large_yellow_circle": "🟡",
    "white_circle": "⚪",
    "warning": "⚠️",
}
_WORD = re.compile(r"\S*\w\S*")


def plain_text(blocks: Sequence[Mapping[str, Any]]) -> str:
    """All lines of a message: bold as *bold*, a button as [its label], a menu as [its label ▾]."""
    return "\n".join(line for block in blocks for line in _lines(block))


def words_of(text: str) -> list[str]:
    """Everything with a letter or a digit between spaces."""
    return _WORD.findall(text)


def first_sentence(blocks: Sequence[Mapping[str, Any]]) -> str:
    """The bold text of the first line that begins with a sign."""
    for block in blocks:
        for section in block.get("elements", ()) if block["type"] == "rich_text" else ():
            leaves = section["elements"]
            if leaves and leaves[0].get("type") == "emoji":
                return next(
                    str(leaf["text"]) for leaf in leaves if leaf.get("style", {}).get("bold")
                )
    raise ValueError("no line begins with a sign")


def _lines(block: Mapping[str, Any]) -> Iterator[str]:
    kind = block["type"]
    if kind == "rich_text":
        for part in block["elements"]:
            if part["type"] == "rich_text_list":
                yield from (f"  • {_leaves(item['elements'])}" for item in part["elements"])
            else:
                yield from _leaves(part["elements"]).splitlines()
    elif kind == "actions":
        yield " ".join(_control(element) for element in block["elements"])
    elif kind == "context_actions":
        (feedback,) = block["elements"]
        names = ("positive_button", "negative_button")
        yield " ".join(f"[{feedback[name]['text']['text']}]" for name in names)
    elif kind == "context":
        yield from (line for element in block["elements"] for line in element["text"].splitlines())
    else:
        raise ValueError(f"a block of type {kind}")


def _control(element: Mapping[str, Any]) -> str:
    if element["type"] == "button":
        return f"[{element['text']['text']}]"
    return f"[{element['placeholder']['text']} ▾]"


def _leaves(leaves: Sequence[Mapping[str, Any]]) -> str:
    return "".join(map(_leaf, leaves))


def _leaf(leaf: Mapping[str, Any]) -> str:
    kind, style = leaf["type"], leaf.get("style", {})
    if kind == "emoji":
        return _SIGNS.get(leaf["name"], f":{leaf['name']}:")
    if kind in {"user", "channel"}:
        return f"<{leaf[f'{kind}_id']}>"
    text = str(leaf["fallback"] if kind == "date" else leaf["text"])
    return f"*{text}*" if style.get("bold") else f"`{text}`" if style.get("code") else text
