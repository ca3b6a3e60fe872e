"""A live line on stderr while a look-up takes long; plain lines where nothing can move."""

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.status import Status

from bot.cli.screen import words
from bot.domain.progress import Progress as Reading


class Progress:
    """Shows what a look-up is doing. Use as a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._status = Status("Asking 100ms …", console=console)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._status.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._console.is_terminal:
            self._status.stop()

    async def tell(self, note: str) -> None:
        """Say what is being waited for."""
        if self._console.is_terminal:
            self._status.update(words(note))
        else:
            self._console.print(words(note), highlight=False)

    def watch(self, progress: Reading) -> None:
        """Say how many events were read."""
        of = "" if progress.total is None else f" of {progress.total:,}"
        self._status.update(f"Reading events: {progress.fetched:,}{of} …")
