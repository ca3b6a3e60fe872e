"""Rich text, drawn for a terminal."""

from collections.abc import Iterator

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.style import Style
from rich.table import Table
from rich.text import Text

from workbench.pretend_slack.mrkdwn import CODE, LINK, MENTION, Names, clean, code_box, date, emoji
from workbench.pretend_slack.records import Json

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


def draw_rich_text(block: Json, names: Names) -> RenderableType:
    """A rich_text block."""
    return Group(*(each for part in block["elements"] for each in _part(part, names)))


def _part(part: Json, names: Names) -> Iterator[RenderableType]:
    kind, inside = part["type"], part["elements"]
    if kind == "rich_text_list":
        yield from _list(part, names)
    elif kind == "rich_text_preformatted":
        yield code_box(draw_leaves(inside, names).plain, part.get("language", ""))
    elif kind == "rich_text_quote":
        yield Gutter(draw_leaves(inside, names), "▎ ", "grey50")
    else:
        yield draw_leaves(inside, names)


def _list(part: Json, names: Names) -> Iterator[RenderableType]:
    indent, offset = int(part.get("indent", 0)), int(part.get("offset", 0))
    for number, item in enumerate(part["elements"], start=offset + 1):
        bullet = _BULLETS[indent % 3] if part["style"] == "bullet" else f"{number}."
        row = Table.grid(padding=(0, 1))
        row.add_row(Text(bullet, "grey62"), draw_leaves(item["elements"], names))
        yield Padding(row, (0, 0, 0, 1 + 2 * indent))


def draw_leaves(leaves: list[Json], names: Names) -> Text:
    """Leaves in a row."""
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
