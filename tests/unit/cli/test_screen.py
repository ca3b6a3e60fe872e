"""What reaches a terminal."""

import io

from rich.panel import Panel
from rich.table import Table

from bot.cli.screen import open_console, printable_text, rich_text

HOSTILE = "bob\x1b]0;x\x07\x1b[2J\x1b]52;c;x\x07\x9b31m\u202e\u2066\u200b"


def test_nothing_printed_moves_the_cursor() -> None:
    file = io.StringIO()
    console = open_console(file=file, width=200)
    table = Table(title=HOSTILE)
    table.add_column(HOSTILE)
    table.add_row(HOSTILE)
    for renderable in (HOSTILE, rich_text(HOSTILE), Panel(HOSTILE, title=HOSTILE), table):
        console.print(renderable, markup=False)
    assert "bob" in file.getvalue()
    assert file.getvalue().replace("\n", "").isprintable()


def test_spaces_and_lines_stay_and_addresses_go() -> None:
    assert printable_text("  a\n    guest-203.0.113.77") == "  a\n    guest-[ip]"
