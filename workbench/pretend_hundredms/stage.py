"""The one mutable thing: the world as it is served, its clock, switches, faults and call log."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import cast

from starlette.requests import Request

from workbench.pretend_hundredms.book import WorkspaceBook, open_book
from workbench.pretend_hundredms.calls import CallLog
from workbench.pretend_hundredms.cursors import Cursors
from workbench.pretend_hundredms.faults import FaultBook
from workbench.pretend_hundredms.incidents import StatusPage
from workbench.pretend_hundredms.scenes.live import LIVE_ROOM, LiveRoom
from workbench.pretend_hundredms.switches import Switches
from workbench.pretend_hundredms.world import Event, World

Clock = Callable[[], datetime]
WORKSPACE = "pretend.workspace"
OPEN_PATHS = ("/_control/", "/status-page/")
"""Paths that are no part of the API: they need no token and are not in the call log."""


def utc_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


class Stage:
    """The parts of a pretend 100ms that tests and the control endpoints use."""

    def __init__(self, world: World, clock: Clock = utc_now) -> None:
        self.world = world
        self.switches = Switches()
        self.faults = FaultBook()
        self.calls = CallLog()
        self.cursors = Cursors()
        self.status_page = StatusPage()
        self.books = tuple(open_book(workspace) for workspace in world.workspaces)
        self.live_rooms: dict[str, LiveRoom] = {}
        self._clock = clock

    def now(self) -> datetime:
        """The pretend present."""
        return self._clock() + timedelta(seconds=self.switches.clock_ahead_s)

    def token_now(self) -> datetime:
        """The present that tokens are held against; apart, so that cursors can age alone."""
        return self._clock() + timedelta(seconds=self.switches.token_clock_ahead_s)

    def live(self, name: str = LIVE_ROOM) -> LiveRoom:
        """The live room of that name in the first workspace; it is empty before it is started."""
        return self.live_rooms.setdefault(name, LiveRoom(self.books[0], name))

    def add_events(self, room_id: str, events: Iterable[Event]) -> None:
        """Let events arrive in a room while the app runs. KeyError if the room is unknown."""
        for book in self.books:
            if room_id.lower() in book.shelves:
                book.shelves[room_id.lower()].add(events)
                return
        raise KeyError(room_id)


def stage_of(request: Request) -> Stage:
    """The stage behind a request."""
    return cast("Stage", request.app.state.stage)


def book_of(request: Request) -> WorkspaceBook:
    """The workspace that the request's token opens."""
    return cast("WorkspaceBook", request.scope[WORKSPACE])
