"""`python -m workbench`: try Call Doctor on this machine, without any account.

python -m workbench                         a page, at the address that is printed
python -m workbench "/call-errors storm"    prints the answer and exits; with --thread, all of it
python -m workbench --terminal              a conversation in the terminal
"""

import argparse
import asyncio
import signal
import sys
import webbrowser
from pathlib import Path

from rich.console import Console

from workbench.bot_process import BotDied
from workbench.page.serving import open_page
from workbench.talk import FIRST, answer, converse


def main() -> int:
    """Run until done; Ctrl-C and SIGTERM end everything."""
    asked = _arguments()
    try:
        return asyncio.run(_run(asked, Console()))
    except KeyboardInterrupt:
        return 130
    except asyncio.CancelledError:
        return 0  # told to end by SIGTERM, and it did


async def _run(asked: argparse.Namespace, console: Console) -> int:
    own = asyncio.current_task()
    if own is None:
        raise RuntimeError("asyncio.run makes a task")
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, own.cancel)
    try:
        if asked.words:
            await answer(" ".join(asked.words), console, thread=asked.thread)
        elif asked.terminal:
            await converse(FIRST, console)
        else:
            await _page(asked)
    except BotDied as error:
        print(f"The bot ended: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"The page cannot be served: {error}", file=sys.stderr)
        return 1
    return 0


async def _page(asked: argparse.Namespace) -> None:
    print("Starting a pretend 100ms, a pretend Slack and the bot …", file=sys.stderr)
    async with open_page(asked.port, asked.templates) as address:
        print(address, flush=True)
        print("Open it in a browser. Ctrl-C ends everything.", file=sys.stderr)
        if asked.open:
            await asyncio.to_thread(webbrowser.open, address)
        await asyncio.Event().wait()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__, add_help=True)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("words", nargs="*", help="one line to answer in the terminal")
    parser.add_argument("--thread", action="store_true", help="print the answer's thread, too")
    parser.add_argument("--terminal", action="store_true", help="a conversation in the terminal")
    parser.add_argument("--port", type=int, default=0, help="the page's port; a free one else")
    parser.add_argument("--open", action="store_true", help="open the page in a browser")
    parser.add_argument("--templates", type=Path, help="message templates of your own")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
