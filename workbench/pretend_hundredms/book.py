"""A workspace made ready for look-ups: indexes by id, lists in the order of answers."""

from dataclasses import dataclass, field

from workbench.pretend_hundredms.shelf import Shelf
from workbench.pretend_hundredms.world import PretendRoom, PretendSession, PretendWorkspace


@dataclass(frozen=True, slots=True)
class WorkspaceBook:
    """Rooms and sessions by lower-case id; both lists newest first, as 100ms lists them."""

    workspace: PretendWorkspace
    rooms: dict[str, PretendRoom] = field(default_factory=dict)
    sessions: dict[str, PretendSession] = field(default_factory=dict)
    shelves: dict[str, Shelf] = field(default_factory=dict)

    def room(self, room_id: str, *, exact: bool = False) -> PretendRoom | None:
        """The room of that id; with ``exact`` the case must fit, too."""
        found = self.rooms.get(room_id.lower())
        return None if found and exact and found.id != room_id else found

    def session(self, session_id: str, *, exact: bool = False) -> PretendSession | None:
        """The session of that id; with ``exact`` the case must fit, too."""
        found = self.sessions.get(session_id.lower())
        return None if found and exact and found.id != session_id else found

    def active_session(self, room_id: str) -> PretendSession | None:
        """The session going on in a room, if any."""
        room = self.room(room_id)
        going_on = [session for session in (room.sessions if room else ()) if session.active]
        return going_on[-1] if going_on else None


def open_book(workspace: PretendWorkspace) -> WorkspaceBook:
    """Index a workspace once, so that no call has to walk through all of it."""
    rooms = sorted(workspace.rooms, key=lambda room: (room.created_at, room.id), reverse=True)
    sessions = sorted(
        (session for room in rooms for session in room.sessions),
        key=lambda session: (session.created_at, session.id),
        reverse=True,
    )
    return WorkspaceBook(
        workspace,
        {room.id.lower(): room for room in rooms},
        {session.id.lower(): session for session in sessions},
        {room.id.lower(): Shelf(room.events) for room in rooms},
    )
