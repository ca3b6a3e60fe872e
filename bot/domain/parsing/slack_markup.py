"""Removes the markup that Slack, JSON and word processors put around a pasted text.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re

from bot.domain.parsing.identifiers import ID

_ANGLED = re.compile(r"<([^<>|\s]+)(?:\|([^<>]*))?>")
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\ufe00-\ufe0f\ufeff\ud800-\udfff\U000e0000-\U000e0fff]+"
)
_EMOJI = re.compile(
    r"(?<![\w:\"'])(?::(?:[+-]1|100|[a-z0-9_+-]{0,40}[a-z][a-z0-9_+-]{0,40}):)+(?![\w:])"
    r"|(?<!\S)[\u2600-\u27bf\U0001f000-\U0001faff]+(?!\S)",
    re.IGNORECASE,
)
"""Emoji as Slack writes them in a text, such as `:pray:` and `:+1::skin-tone-2:`, or alone."""
_ENTITIES = (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&"))
# Percent codes of visible characters, outside of a link that decodes them itself.
_CODED = re.compile(r"\S*%[2-7][0-9A-Fa-f]\S*")
_PERCENT = re.compile(r"%(2[0-9A-Fa-f]|[3-6][0-9A-Fa-f]|7[0-9A-Ea-e])")
_DASHED = re.compile(r"(?<=[0-9mM])\s?\u2014\s?(?=[0-9])")  # 14:00—15:00
_JSON = (
    ("\\/", "/"), ("\\u0026", "&"), ("\\u003c", "<"), ("\\u003e", ">"), ("\\u003d", "="),
    ("\\n", " "), ("\\r", " "), ("\\t", " "), ('\\"', '"'),
)  # fmt: skip
_CHARS = str.maketrans(
    {
        **dict.fromkeys("“”„‟«»\uff02", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d", "-"),
        "\u2014": " ",
        "`": " ",
        "\uff1a": ":",
    }
)


def strip_markup(text: str) -> str:
    """Return the text without markup: links bare, entities and quotes plain, no mentions or emoji.

    The result has no control characters except white space, so that marks can be put into it.
    """
    text = _DROPPED.sub("", text)
    text = _ANGLED.sub(_unwrap_angled, text)
    for written, meant in (*_ENTITIES, *_JSON):
        text = text.replace(written, meant)
    text = _ANGLED.sub(_unwrap_angled, text)
    text = strip_emoji(text)
    if "%" in text:
        text = _CODED.sub(_decode_percent, text)
    return _DASHED.sub("-", text).translate(_CHARS)


def strip_emoji(text: str) -> str:
    """Return the text without emoji that stand alone; a name within quotes keeps its own."""
    return _EMOJI.sub(" ", text)


def _decode_percent(match: re.Match[str]) -> str:
    """Decode `room%3D65…` and `https%3A%2F%2F…`; percent codes within a link stay."""
    text = match[0]
    start = text.find("://")
    if start >= 0 and "%" not in text[:start]:
        return text
    for _ in range(2):  # some are encoded twice
        text = _PERCENT.sub(lambda code: chr(int(code[1], 16)), text)
    return text


def _unwrap_angled(match: re.Match[str]) -> str:
    target, label = match[1], match[2] or ""
    if target[0] in "@#!":
        return " "
    if target.startswith(("mailto:", "tel:")):
        return f" {target.partition(':')[2].partition('?')[0]} "
    if target.startswith(("http://", "https://")):
        if target == f"http://{label}":  # Slack itself links bare words with a dot in them
            return f" {label} "
        return f" {target} {label} " if ID.search(label) else f" {target} "
    return f" {target} {label} "
