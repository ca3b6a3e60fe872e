"""A room whose call goes on while one looks: people's networks break and mend, people leave.

An event may be stamped ahead: it shows once its time has come. So a break is written at once with
both its rows, the loss and the giving up.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from workbench.pretend_hundredms.book import WorkspaceBook
from workbench.pretend_hundredms.failures import gave_up, signal_lost
from workbench.pretend_hundredms.generate import Person, Scene
from workbench.pretend_hundredms.ids import milli_stamp, nanoseconds_of, object_id, uuid_of
from workbench.pretend_hundredms.shelf import Shelf
from workbench.pretend_hundredms.world import PretendPeer, PretendSession

LIVE_ROOM = "live-room"
_GONE_AFTER = timedelta(seconds=2)
"""100ms lists somebody so long after the SDK gave up."""


class LiveRoom:
    """One room of a workspace; every method changes what the next call of the API shows.

    A break ends in giving up after ``retry_seconds``, as in the web SDK after 60 s.
    """

    def __init__(self, book: WorkspaceBook, name: str = LIVE_ROOM) -> None:
        self.book = book
        self.name = name
        self.retry_seconds = 60.0
        self.scene: Scene | None = None
        self.session: PretendSession | None = None
        self.people: list[Person] = []
        self._broken: dict[int, datetime] = {}
        self._joins = 0

    def start(self, now: datetime, people: int = 8, name: str = "") -> None:
        """Begin a call with so many people; a call that goes on is ended before.

        `name` is everybody's.
        """
        if self.session is not None and self.session.active:
            self.end(now)
        scene = self.scene
        if scene is None:
            account = self.book.workspace.account_id
            scene = self.scene = Scene(self.name, now, age_days=3, account_id=account)
            room = scene.room()
            self.book.rooms[room.id.lower()] = room
            self.book.shelves[room.id.lower()] = Shelf(())
        other = {"name": name} if name else {}
        self.people = [scene.person(number, **other) for number in range(people)]
        self._broken.clear()
        session_id = object_id(now, "live", self.name, self._joins)
        self.session = PretendSession(session_id, scene.room_id, now, None, ())
        for number in range(people):
            self._join(number, now)

    def break_network(self, number: int, now: datetime) -> None:
        """Cut the line of one person: the SDK tries again for a while, then gives up."""
        session, person = self._running(), self.people[number]
        over = now + timedelta(seconds=self.retry_seconds)
        milliseconds = int(self.retry_seconds * 1000) + 12
        self._error("client.disconnected", now, person, signal_lost(), session)
        final = gave_up(signal_lost(), "SignalDisconnect", milliseconds)
        self._error("client.disconnected", over, person, final, session)
        self._broken[number] = over
        self._change_peer(person.peer_id, left_at=over + _GONE_AFTER)

    def mend(self, number: int, now: datetime) -> None:
        """Restore the line of one person: in time they go on, later they join again."""
        over = self._broken.pop(number, None)
        if over is None:
            return
        if now >= over:
            self._join(number, now)
            return
        person = self.people[number]
        self._drop_later(person.peer_id, now)
        self._change_peer(person.peer_id, left_at=None)
        self._tracks(person, now)

    def leave(self, number: int, now: datetime) -> None:
        """Let one person leave."""
        self._change_peer(self.people[number].peer_id, left_at=now)

    def end(self, now: datetime) -> None:
        """End the call for everybody."""
        session = self._running()
        peers = tuple(
            replace(peer, left_at=min(peer.left_at or now, now)) for peer in session.peers
        )
        for number in self._broken:
            self._drop_later(self.people[number].peer_id, now)
        self._store(replace(session, ended_at=now, peers=peers))

    def add_error(self, number: int, kind: str, data: dict[str, Any], at: datetime) -> None:
        """Let any error of one person arrive."""
        self._error(kind, at, self.people[number], data, self.session)

    def as_json(self, now: datetime) -> dict[str, Any]:
        """Return the room, its session and its people, for the control endpoint and the page."""
        session = self.session
        present = {
            peer.id: peer.left_at is None or peer.left_at > now
            for peer in (session.peers if session else ())
        }
        return {
            "name": self.name,
            "room_id": self.scene.room_id if self.scene else "",
            "session_id": session.id if session else "",
            "running": bool(session and session.active),
            "people": [
                {
                    "number": number,
                    "name": person.name,
                    "peer_id": person.peer_id,
                    "broken": number in self._broken,
                    "present": present.get(person.peer_id, False),
                }
                for number, person in enumerate(self.people)
            ],
        }

    def _running(self) -> PretendSession:
        if self.session is None or not self.session.active:
            raise ValueError("no call goes on in the live room")
        return self.session

    def _join(self, number: int, now: datetime) -> None:
        self._joins += 1
        session = self._running()
        peer_id = uuid_of("live peer", self.name, self._joins)
        person = self.people[number] = replace(self.people[number], peer_id=peer_id)
        peer = PretendPeer(peer_id, person.name, person.user_id, person.role, now)
        self._store(replace(session, peers=(*session.peers, peer)))
        self._tracks(person, now)

    def _tracks(self, person: Person, now: datetime) -> None:
        scene, session = self._scene(), self._running()
        joined = next(peer.joined_at for peer in session.peers if peer.id == person.peer_id)
        for medium in ("audio", "video"):
            data = {
                "room_id": scene.room_id,
                "session_id": session.id,
                "room_name": scene.name,
                "peer_id": person.peer_id,
                "user_id": person.user_id,
                "user_name": person.name,
                "joined_at": milli_stamp(joined),
                "role": person.role,
                "track_id": uuid_of("live track", person.peer_id, medium, len(scene.events)),
                "stream_id": uuid_of("live stream", person.peer_id),
                "type": medium,
                "source": "regular",
                "mute": False,
                "started_at": milli_stamp(now),
            }
            self._shelf().add([scene.add("track.add.success", now, data, nanos=_nanos(now))])

    def _error(
        self,
        kind: str,
        at: datetime,
        person: Person,
        data: dict[str, Any],
        session: PretendSession | None,
    ) -> None:
        event = self._scene().error(kind, at, person, data, session, nanos=_nanos(at))
        self._shelf().add([event])

    def _drop_later(self, peer_id: str, now: datetime) -> None:
        """Take back what this peer would have reported after now."""
        self._shelf().drop(
            lambda event, at: event["data"].get("peer_id") == peer_id and at > nanoseconds_of(now)
        )

    def _change_peer(self, peer_id: str, left_at: datetime | None) -> None:
        session = self._running()
        peers = tuple(
            replace(peer, left_at=left_at) if peer.id == peer_id else peer for peer in session.peers
        )
        self._store(replace(session, peers=peers))

    def _store(self, session: PretendSession) -> None:
        self.session = session
        self.book.sessions[session.id.lower()] = session
        room = self.book.rooms[session.room_id.lower()]
        others = tuple(row for row in room.sessions if row.id != session.id)
        self.book.rooms[room.id.lower()] = replace(room, sessions=(*others, session))

    def _scene(self) -> Scene:
        if self.scene is None:
            raise ValueError("the live room has not been started")
        return self.scene

    def _shelf(self) -> Shelf:
        return self.book.shelves[self._scene().room_id.lower()]


def _nanos(moment: datetime) -> int:
    return moment.microsecond * 1000 or 1
