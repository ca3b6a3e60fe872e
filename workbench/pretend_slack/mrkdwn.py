"""Slack's markup as text for a terminal.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

from rich.console import Group, RenderableType
from rich.emoji import Emoji
from rich.padding import Padding
from rich.panel import Panel
from rich.style import Style
from rich.text import Text

from workbench.pretend_slack.limits.visible import unescape

Names = Mapping[str, str]

CODE = Style(color="bright_red", bgcolor="grey11")
LINK = Style(color="bright_blue", underline=True)
MENTION = Style(color="bright_yellow", bold=True)

_FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
_TOKEN = re.compile(
    r"<(?P<control>[^<>\n]+)>"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?<![\w*])\*(?P<bold>[^\s*](?:[^*\n]*[^\s*])?)\*(?![\w*])"
    r"|(?<![\w_])_(?P<italic>[^\s_](?:[^_\n]*[^\s_])?)_(?![\w_])"
    r"|(?<![\w~])~(?P<strike>[^\s~](?:[^~\n]*[^\s~])?)~(?![\w~])"
    r"|(?P<emoji>:[a-z0-9_+-]+:)"
)
_NESTED = {
    "bold": Style(bold=True),
    "italic": Style(italic=True),
    "strike": Style(strike=True),
}
# Slack's names of emoji that the terminal library calls otherwise.
_EMOJI = {
    ":large_green_circle:": "🟢",
    ":large_yellow_circle:": "🟡",
    ":large_orange_circle:": "🟠",
}
# An escape sequence in a name must not steer the reader's terminal.
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def clean(text: str) -> str:
    """The text without control characters, line breaks and tabs apart."""
    return _CONTROL_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", text)


def emoji(name: str) -> str:
    """The character of `:name:`, or the name when there is none."""
    return _EMOJI.get(name) or Emoji.replace(name)


def markup(source: str, names: Names, style: Style | None = None) -> RenderableType:
    """A mrkdwn text, code fences drawn as boxes."""
    parts: list[RenderableType] = []
    for index, piece in enumerate(_FENCE.split(clean(source))):
        if index % 2:
            parts.append(code_box(unescape(piece)))
        elif piece.strip("\n"):
            parts.append(_lines(piece.strip("\n"), names, style or Style()))
    return parts[0] if len(parts) == 1 else Group(*parts)


def code_box(code: str, language: str = "") -> RenderableType:
    """Preformatted text in a frame."""
    title = language or None
    text = Text(clean(code), style="grey82")
    return Padding(Panel(text, border_style="grey37", title=title, title_align="right"), (0, 0))


def inline(source: str, names: Names, style: Style) -> Text:
    """One line of mrkdwn."""
    text = Text(style=style)
    end = 0
    for match in _TOKEN.finditer(source):
        text.append(unescape(source[end : match.start()]), style)
        for piece in _piece(match, names, style):
            text.append_text(piece)
        end = match.end()
    text.append(unescape(source[end:]), style)
    return text


def date(timestamp: int, form: str) -> str:
    """A date leaf or sequence, resolved to UTC."""
    at = datetime.fromtimestamp(timestamp, UTC)
    known = {
        "{date_num}": f"{at:%Y-%m-%d}",
        "{date_slash}": f"{at:%m/%d/%Y}",
        "{time_secs}": f"{at:%H:%M:%S}",
        "{time}": f"{at:%H:%M}",
        "{ago}": f"at {at:%H:%M}",
    }
    for token, value in known.items():
        form = form.replace(token, value)
    form = re.sub(r"\{date_long(?:_pretty)?\}", f"{at:%A, %B} {at.day}, {at.year}", form)
    form = re.sub(r"\{date(?:_pretty)?\}", f"{at:%B} {at.day}, {at.year}", form)
    form = re.sub(r"\{date_short(?:_pretty)?\}", f"{at:%b} {at.day}, {at.year}", form)
    return f"{form} UTC"


def _lines(source: str, names: Names, style: Style) -> Text:
    lines = []
    for line in source.split("\n"):
        quoted = re.match(r"(?:&gt;|>) ?(.*)", line)
        text = inline(quoted.group(1) if quoted else line, names, style)
        lines.append(Text("▎ ", "grey50") + text if quoted else text)
    return Text("\n").join(lines)


def _piece(match: re.Match[str], names: Names, style: Style) -> Iterator[Text]:
    kind, inner = str(match.lastgroup), match.group(str(match.lastgroup))
    if kind == "control":
        yield control(inner, names, style)
    elif kind == "code":
        yield Text(unescape(inner), style + CODE)
    elif kind == "emoji":
        yield Text(emoji(inner), style)
    else:
        yield inline(inner, names, style + _NESTED[kind])


def control(inner: str, names: Names, style: Style) -> Text:
    """Return the text that a control sequence, given without its brackets, shows."""
    target, _, label = inner.partition("|")
    if target.startswith("!date^"):
        return Text(_date_sequence(target, label), style)
    if target.startswith(("!", "@", "#")):
        sign = "#" if target.startswith("#") else "@"
        wanted = target.lstrip("!@#").removeprefix("subteam^")
        return Text(sign + names.get(wanted, label or wanted), style + MENTION)
    return Text(unescape(label or target), style + LINK + Style(link=target))


def _date_sequence(target: str, fallback: str) -> str:
    parts = target.split("^")
    if len(parts) < 3 or not parts[1].isdecimal():
        return unescape(fallback)
    try:
        return date(int(parts[1]), parts[2])
    except (OverflowError, ValueError, OSError):
        return unescape(fallback)
