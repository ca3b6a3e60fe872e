"""Blocks, drawn for a terminal."""

from collections.abc import Callable, Iterator
from typing import Any

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from workbench.pretend_slack.limits.visible import visible_text
from workbench.pretend_slack.mrkdwn import (
    CODE,
    LINK,
    MENTION,
    Names,
    clean,
    code_box,
    date,
    emoji,
    markup,
)
from workbench.pretend_slack.records import Json

BUTTONS = {
    None: Style(color="white", bgcolor="grey27"),
    "primary": Style(color="white", bgcolor="green4", bold=True),
    "danger": Style(color="white", bgcolor="red3", bold=True),
}
_BULLETS = "•◦▪"


class Gutter:
    """Something drawn behind a mark that stands at the start of each line."""

    def __init__(self, content: RenderableType, mark: str, style: str) -> None:
        self._content, self._mark, self._style = content, mark, Style.parse(style)

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Draw the content narrower, each line behind the mark."""
        inner = options.update_width(max(20, options.max_width - len(self._mark)))
        for line in console.render_lines(self._content, inner, pad=False):
            yield Segment(self._mark, self._style)
            yield from line
            yield Segment.line()


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
        lines = [_leaves(part["elements"], names) for part in cell["elements"]]
        return Text("\n").join(lines)
    return Text(clean(str(cell.get("text") or cell.get("value"))))


def _rich_text(block: Json, names: Names) -> RenderableType:
    return Group(*(each for part in block["elements"] for each in _part(part, names)))


def _part(part: Json, names: Names) -> Iterator[RenderableType]:
    kind, inside = part["type"], part["elements"]
    if kind == "rich_text_list":
        yield from _list(part, names)
    elif kind == "rich_text_preformatted":
        yield code_box(_leaves(inside, names).plain, part.get("language", ""))
    elif kind == "rich_text_quote":
        yield Gutter(_leaves(inside, names), "▎ ", "grey50")
    else:
        yield _leaves(inside, names)


def _list(part: Json, names: Names) -> Iterator[RenderableType]:
    indent, offset = int(part.get("indent", 0)), int(part.get("offset", 0))
    for number, item in enumerate(part["elements"], start=offset + 1):
        bullet = _BULLETS[indent % 3] if part["style"] == "bullet" else f"{number}."
        row = Table.grid(padding=(0, 1))
        row.add_row(Text(bullet, "grey62"), _leaves(item["elements"], names))
        yield Padding(row, (0, 0, 0, 1 + 2 * indent))


def _leaves(leaves: list[Json], names: Names) -> Text:
    text = Text()
    for leaf in leaves:
        shown, style = _leaf(leaf, names)
        flags = {key: bool(on) for key, on in leaf.get("style", {}).items()}
        if flags.pop("code", False):
            style += CODE
        known = {key: on for key, on in flags.items() if key in ("bold", "italic", "strike")}
        text.append(clean(shown), style + Style(**known))  # type: ignore[arg-type]
    return text


def _leaf(leaf: Json, names: Names) -> tuple[str, Style]:
    kind = leaf["type"]
    if kind == "text":
        return str(leaf["text"]), Style()
    if kind == "link":
        return str(leaf.get("text") or leaf["url"]), LINK + Style(link=leaf["url"])
    if kind == "emoji":
        return emoji(f":{leaf['name']}:"), Style()
    if kind == "date":
        return date(leaf["timestamp"], leaf["format"]), Style()
    target = str(next((leaf[key] for key in leaf if key.endswith("_id") or key == "range"), kind))
    sign = "#" if kind == "channel" else "@"
    return sign + names.get(target, target), MENTION


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
    "rich_text": _rich_text,
    "container": _container,
    "input": _input,
    "markdown": _markdown,
    "alert": _alert,
}
