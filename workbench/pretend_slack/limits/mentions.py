"""Every mention, broadcast and link in a message that Slack would act on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from workbench.pretend_slack.limits.findings import Json

_CONTROL = re.compile(r"<([^<>\n]+)>")
_BARE = re.compile(r"(?<![<|/\w])https?://[^\s<>|]+")
_NAMES = re.compile(r"(?<![\w<])@(here|channel|everyone|group)\b")
_MARKUP_KEYS = ("text", "fallback", "pretext", "title", "footer")
_RINGING = {"user", "broadcast", "subteam", "team"}
_LEAVES = {
    "user": ("user", "user_id"),
    "usergroup": ("subteam", "usergroup_id"),
    "team": ("team", "team_id"),
    "channel": ("channel", "channel_id"),
    "broadcast": ("broadcast", "range"),
    "link": ("link", "url"),
}


@dataclass(frozen=True, slots=True)
class Live:
    """One live sequence.

    `kind` is user, broadcast, subteam, team, channel, link, mailto, control or
    bare_link (a plain address that Slack links by itself). Unescaped brackets around anything
    else are control, too: nothing says what Slack makes of them.
    """

    kind: str
    target: str
    pointer: str


def pings(message: Json) -> list[Live]:
    """Only what notifies somebody: people, groups, whole channels."""
    return [live for live in mentions(message) if live.kind in _RINGING]


def mentions(message: Json) -> list[Live]:
    """All live sequences in text, blocks and attachments of a message or the args of a post.

    `link_names` and `parse: full` bring plain `@here` to life; `parse: none` and `verbatim`
    stop plain addresses from becoming links.
    """
    parse = message.get("parse")
    names = bool(message.get("link_names")) or parse == "full"
    found = [*_markup(message.get("text"), "/text", bare=parse != "none", names=names)]
    for key in ("blocks", "attachments"):
        found += _walk(message.get(key) or [], f"/{key}")
    return found


def _walk(node: Any, pointer: str) -> Iterator[Live]:  # noqa: ANN401
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _walk(item, f"{pointer}/{index}")
        return
    if not isinstance(node, dict):
        return
    yield from _own(node, pointer)
    for key, item in node.items():
        if isinstance(item, dict | list):
            yield from _walk(item, f"{pointer}/{key}")


def _own(node: Json, pointer: str) -> Iterator[Live]:
    """Return the object's own mentions, without those of its parts."""
    kind = node.get("type")
    if kind in _LEAVES and _LEAVES[kind][1] in node:
        name, key = _LEAVES[kind]
        yield Live(name, str(node[key]), pointer)
    elif kind in ("mrkdwn", "markdown"):
        bare = not node.get("verbatim")
        yield from _markup(node.get("text"), f"{pointer}/text", bare=bare, names=False)
    elif kind is None and pointer.count("/") == 2:  # an attachment
        for key in _MARKUP_KEYS:
            yield from _markup(node.get(key), f"{pointer}/{key}", bare=True, names=False)


def _markup(text: object, pointer: str, *, bare: bool, names: bool) -> Iterator[Live]:
    if not isinstance(text, str):
        return
    for match in _CONTROL.finditer(text):
        live = _sequence(match.group(1), pointer)
        if live is not None:
            yield live
    rest = _CONTROL.sub(" ", text)
    if bare:
        yield from (Live("bare_link", each, pointer) for each in _BARE.findall(rest))
    if names:
        yield from (Live("broadcast", each, pointer) for each in _NAMES.findall(rest))


def _sequence(inner: str, pointer: str) -> Live | None:
    target = inner.partition("|")[0]
    if re.fullmatch(r"!(channel|here|everyone|group)", target):
        return Live("broadcast", target[1:], pointer)
    if target.startswith("!subteam^"):
        return Live("subteam", target.removeprefix("!subteam^"), pointer)
    if target.startswith("!date^"):
        parts = target.split("^")
        return Live("link", parts[3], pointer) if len(parts) > 3 else None
    kinds = {"@": "user", "#": "channel", "!": "control"}
    if target[0] in kinds:
        return Live(kinds[target[0]], target[1:], pointer)
    scheme, colon, _ = target.partition(":")
    if not colon:
        return Live("control", target, pointer)
    return Live("mailto" if scheme.lower() == "mailto" else "link", target, pointer)
