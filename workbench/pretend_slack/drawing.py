"""Blocks, drawn for a terminal."""

from collections.abc import Callable
from typing import Any

from rich import box
from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.rule import Rule
from rich.style import Style
from rich.table import Table
from rich.text import Text

from workbench.pretend_slack.drawing_rich import draw_leaves, draw_rich_text
from workbench.pretend_slack.limits.visible import visible_text
from workbench.pretend_slack.mrkdwn import (
    Names,
    clean,
    markup,
)
from workbench.pretend_slack.records import Json

BUTTONS = {
    None: Style(color="white", bgcolor="grey27"),
    "primary": Style(color="white", bgcolor="green4", bold=True),
    "danger": Style(color="white", bgcolor="red3", bold=True),
}


def draw(block: Json, names: Names) -> RenderableType:
    """One block; a kind without its own drawing shows its texts."""
    pen = _PENS.get(block["type"])
    return pen(block, names) if pen else Text(clean(visible_text([block])))


def text_object(text: Json, names: Names, style: Style | None = None) -> RenderableType:
    """A plain_text or mrkdwn object."""
    if text["type"] == "mrkdwn":
        return markup(text["text"], names, style)
    return Text(clean(text["text"]), style or Style())


def button(element: Json) -> Text:
    """A button as [ Label ]; other elements show what stands on them."""
    shown = element.get("text") or element.get("placeholder") or {"text": element["type"]}
    label = f"[ {clean(shown['text'])}{' ↗' if element.get('url') else ''} ]"
    style = BUTTONS.get(element.get("style"), BUTTONS[None])
    return Text(label, style + Style(link=element["url"]) if element.get("url") else style)


def _section(block: Json, names: Names) -> RenderableType:
    parts: list[RenderableType] = []
    if block.get("text"):
        parts.append(text_object(block["text"], names))
    fields = block.get("fields", [])
    if fields:
        grid = Table.grid(expand=True, padding=(0, 2))
        grid.add_column(ratio=1)
        grid.add_column(ratio=1)
        for index in range(0, len(fields), 2):
            grid.add_row(*(text_object(each, names) for each in fields[index : index + 2]))
        parts.append(grid)
    if block.get("accessory"):
        parts.append(button(block["accessory"]))
    return Group(*parts)


def _header(block: Json, names: Names) -> RenderableType:
    del names
    return Text(clean(block["text"]["text"]), "bold bright_white")


def _context(block: Json, names: Names) -> RenderableType:
    dim = Style(color="grey62")
    return Group(
        *(
            text_object(each, names, dim)
            if each["type"] != "image"
            else Text(f"▣ {clean(each['alt_text'])}", dim)
            for each in block["elements"]
        )
    )


def _actions(block: Json, names: Names) -> RenderableType:
    del names
    return Text("  ").join(button(element) for element in block["elements"])


def _divider(block: Json, names: Names) -> RenderableType:
    del block, names
    return Rule(style="grey30")


def _image(block: Json, names: Names) -> RenderableType:
    del names
    return Text(f"▣ {clean(block['alt_text'])}", "grey62")


def _table(block: Json, names: Names) -> RenderableType:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False, title_justify="left")
    if block.get("caption"):
        table.title = clean(block["caption"])
    head, *rows = block["rows"]
    settings = block.get("column_settings") or []
    for index, cell in enumerate(head):
        setting = (settings[index] if index < len(settings) else None) or {}
        table.add_column(_cell(cell, names), justify=setting.get("align", "left"))
    for row in rows:
        table.add_row(*(_cell(cell, names) for cell in row))
    return table


def _cell(cell: Json, names: Names) -> Text:
    if cell["type"] == "rich_text":
        lines = [draw_leaves(part["elements"], names) for part in cell["elements"]]
        return Text("\n").join(lines)
    return Text(clean(str(cell.get("text") or cell.get("value"))))


def _container(block: Json, names: Names) -> RenderableType:
    title = clean(visible_text([block.get("title") or block.get("rich_text_title") or {}]))
    inside = Group(*(draw(child, names) for child in block["child_blocks"]))
    return Panel(inside, title=Text(title), title_align="left", border_style="grey37")


def _input(block: Json, names: Names) -> RenderableType:
    optional = " (optional)" if block.get("optional") else ""
    element = block["element"]
    inside = element.get("placeholder") or {"text": ""}
    lines = [Text(clean(block["label"]["text"]) + optional, "bold")]
    options = element.get("options")
    if options and element["type"] in ("radio_buttons", "checkboxes"):
        lines += [Text(f"  ( ) {clean(option['text']['text'])}") for option in options]
    else:
        lines.append(Text(f"  {clean(inside['text']):<60}", "grey62 on grey15"))
    if block.get("hint"):
        return Group(*lines, text_object(block["hint"], names, Style(color="grey62")))
    return Group(*lines)


def _markdown(block: Json, names: Names) -> RenderableType:
    del names
    return Markdown(clean(block["text"]))


def _alert(block: Json, names: Names) -> RenderableType:
    return Panel(text_object(block["text"], names), border_style="yellow")


_PENS: dict[str, Callable[[Any, Names], RenderableType]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "divider": _divider,
    "image": _image,
    "table": _table,
    "data_table": _table,
    "rich_text": draw_rich_text,
    "container": _container,
    "input": _input,
    "markdown": _markdown,
    "alert": _alert,
}
