"""What a terminal shows: no control character out of data reaches it, and no address.

An escape sequence in an id would clear the screen, set the clipboard or the title of the window.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO

from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook
from rich.segment import Segment
from rich.text import Text

from bot.domain.privacy.addresses import redact_for_output
from bot.domain.text import remove_unprintable


def open_console(
    *,
    stderr: bool = False,
    soft_wrap: bool = False,
    file: IO[str] | None = None,
    width: int | None = None,
) -> Console:
    """A console whose every text is cleaned of what moves a cursor or turns reading around."""
    console = Console(stderr=stderr, soft_wrap=soft_wrap, file=file, width=width)
    console.push_render_hook(_Hook())
    return console


def rich_text(text: str, style: str = "") -> Text:
    """A text to print; addresses are taken out before a line breaks in the middle of one."""
    return Text(printable_text(text), style=style)


def printable_text(text: str) -> str:
    """The text as a terminal may show it; spaces and line ends stay."""
    return remove_unprintable(redact_for_output(text))


def write_error(text: str) -> None:
    """A line on stderr, also before there is a console."""
    sys.stderr.write(f"{printable_text(text)}\n")


class _Hook(RenderHook):
    """Sees everything that a console prints."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Printable(renderable) for renderable in renderables]


@dataclass(frozen=True, slots=True)
class _Printable:
    """Something printed, its texts cleaned after layout; what rich itself sends stays."""

    inner: ConsoleRenderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        return _clean_segments(console.render(self.inner, options))


def _clean_segments(segments: Iterable[Segment]) -> Iterator[Segment]:
    for text, style, control in segments:
        yield Segment(text if control else remove_unprintable(text), style, control)
