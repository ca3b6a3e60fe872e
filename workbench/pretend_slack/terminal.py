"""A channel with its threads, the way a person reads it, for a terminal of 100 columns."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.style import Style
from rich.text import Text

from workbench.pretend_slack.drawing import button, draw
from workbench.pretend_slack.drawing_rich import Gutter
from workbench.pretend_slack.mrkdwn import Names, clean, markup
from workbench.pretend_slack.records import Json, Message

WIDTH = 100
EVERYBODY: Names = {
    "U0ALICE": "Alice",
    "U0BOB": "Bob",
    "U0DOCTOR": "Call Doctor",
    "USLACKBOT": "Slackbot",
    "C0ONCALL": "oncall",
    "C0GENERAL": "general",
    "C0SECRET": "secret",
}


def render_channel(
    messages: Sequence[Message | Json],
    title: str = "",
    names: Names = EVERYBODY,
    *,
    threads: bool = True,
) -> RenderableType:
    """A channel's messages, each with its thread under it.

    `messages` are Message objects or their records (what the control endpoint lists);
    `names` are what ids of people and channels read as.
    """
    records = [m.record() if isinstance(m, Message) else m for m in messages]
    standing = [record for record in records if not record.get("deleted")]
    roots = [record for record in standing if _is_root(record, standing)]
    parts: list[RenderableType] = []
    if title:
        parts.append(Rule(Text(title, "bold"), align="left", style="grey37"))
    for root in roots:
        parts += [_message(root, names), Text()]
        if threads:
            parts += _thread(root, standing, names)
    return Group(*parts)


def render_view(view: Json, names: Names = EVERYBODY) -> RenderableType:
    """A modal with its fields and buttons."""
    parts: list[RenderableType] = [draw(block, names) for block in view.get("blocks", [])]
    for block_id, words in (view.get("errors") or {}).items():
        parts.append(Text(clean(f"{block_id}: {words}"), "bright_red"))
    buttons = [view[key] for key in ("close", "submit") if view.get(key)]
    if buttons:
        parts += [Text(), Text("  ").join(button({"type": "b", "text": each}) for each in buttons)]
    title = Text(clean(view.get("title", {"text": "Home"})["text"]), "bold")
    return Panel(Group(*parts), title=title, title_align="left", width=72, padding=(1, 2))


def as_text(drawing: RenderableType, width: int = WIDTH, *, color: bool = False) -> str:
    """A drawing as text, with terminal colours if wanted."""
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=color,
        color_system="truecolor" if color else None,
        legacy_windows=False,
    )
    with console.capture() as captured:
        console.print(drawing)
    return captured.get()


def _is_root(record: Json, standing: list[Json]) -> bool:
    thread = record.get("thread_ts")
    if thread in (None, record["ts"]):
        return True
    return not any(other["ts"] == thread for other in standing)


def _thread(root: Json, standing: list[Json], names: Names) -> list[RenderableType]:
    replies = [r for r in standing if r.get("thread_ts") == root["ts"] and r is not root]
    if not replies:
        return []
    count = "1 reply" if len(replies) == 1 else f"{len(replies)} replies"
    drawn: list[RenderableType] = []
    for reply in replies:
        drawn += [_message(reply, names), Text()]
    return [
        Text(f"    ╭─ {count} in thread", "bright_blue"),
        Gutter(Group(*drawn), "    │ ", "bright_blue"),
    ]


def _message(record: Json, names: Names) -> RenderableType:
    parts: list[RenderableType] = [_headline(record, names)]
    blocks = record.get("blocks") or []
    if blocks:
        parts += _spaced([draw(block, names) for block in blocks], blocks)
    elif record.get("text"):
        parts.append(markup(record["text"], names))
    for attachment in record.get("attachments") or []:
        parts.append(Gutter(_attachment(attachment, names), "┃ ", "grey50"))
    for file in record.get("files") or []:
        parts.append(Text(f"▤ {clean(file['title'])}  {file.get('size', 0):,} bytes", "grey70"))
    for reaction in record.get("reactions") or []:
        parts.append(Text(f":{reaction['name']}: {reaction['count']}", "grey62"))
    if record.get("ephemeral_to"):
        return Gutter(Group(*parts), "┊ ", "grey42")
    return Group(*parts)


def _headline(record: Json, names: Names) -> Text:
    who = names.get(record["user"], record["user"])
    line = Text(clean(who), "bold bright_white")
    if record.get("bot_id"):
        line.append(" APP ", Style(color="grey82", bgcolor="grey27"))
    at = datetime.fromtimestamp(float(record["ts"]), UTC)
    line.append(f"  {at:%H:%M:%S} UTC", "grey50")
    if record.get("edited"):
        line.append("  (edited)", "grey50")
    if record.get("ephemeral_to"):
        line.append("  Only visible to you", "italic grey62")
    return line


def _attachment(attachment: Json, names: Names) -> RenderableType:
    blocks = attachment.get("blocks") or []
    if blocks:
        return Group(*(draw(block, names) for block in blocks))
    texts = [attachment.get(key) for key in ("pretext", "title", "text", "footer")]
    return Group(*(markup(text, names) for text in texts if text))


def _spaced(drawn: list[RenderableType], blocks: list[Json]) -> list[RenderableType]:
    """A blank line before actions and headers that follow something else."""
    out: list[RenderableType] = []
    for block, each in zip(blocks, drawn, strict=True):
        if out and block["type"] in ("actions", "header"):
            out.append(Text())
        out.append(each)
    return out
