"""The console: no control character and no address from data reaches the terminal.

An escape sequence in an id could clear the screen or set the clipboard or the window's title.
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
    """Return a console that removes characters that move the cursor or change reading direction."""
    console = Console(stderr=stderr, soft_wrap=soft_wrap, file=file, width=width)
    console.push_render_hook(_Hook())
    return console


def rich_text(text: str, style: str = "") -> Text:
    """Return a text to print.

    Addresses are removed before a line can break in the middle of one.
    """
    return Text(printable_text(text), style=style)


def printable_text(text: str) -> str:
    """Return the text as a terminal may show it; spaces and line ends stay."""
    return remove_unprintable(redact_for_output(text))


def write_error(text: str) -> None:
    """Write a line to stderr; it works before a console exists."""
    sys.stderr.write(f"{printable_text(text)}\n")


class _Hook(RenderHook):
    """Wraps everything that a console prints."""

    def process_renderables(self, renderables: list[ConsoleRenderable]) -> list[ConsoleRenderable]:
        return [_Printable(renderable) for renderable in renderables]


@dataclass(frozen=True, slots=True)
class _Printable:
    """A printed object. Its texts are cleaned after layout; rich's own control codes stay."""

    inner: ConsoleRenderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Segment]:
        return _clean_segments(console.render(self.inner, options))


def _clean_segments(segments: Iterable[Segment]) -> Iterator[Segment]:
    for text, style, control in segments:
        yield Segment(text if control else remove_unprintable(text), style, control)
