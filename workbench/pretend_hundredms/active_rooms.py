"""Rooms with a session going on, and who is in them now.

https://www.100ms.live/docs/server-side/v2/api-reference/active-rooms/overview
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from workbench.pretend_hundredms.answers import Refusal
from workbench.pretend_hundredms.ids import milli_stamp, uuid_of
from workbench.pretend_hundredms.stage import book_of
from workbench.pretend_hundredms.world import PretendPeer, PretendSession


async def active_room(request: Request) -> JSONResponse:
    """The room and the ids of the peers in it."""
    session = _going_on(request)
    room = book_of(request).rooms[session.room_id.lower()]
    body = {
        "id": room.id,
        "name": room.name,
        "customer_id": book_of(request).workspace.account_id,
        "session": {
            "id": session.id,
            "created_at": milli_stamp(session.created_at),
            "peers": [peer.id for peer in _present(session)],
        },
    }
    return JSONResponse(body)


async def active_peers(request: Request) -> JSONResponse:
    """The peers in the room now, perhaps only those of one user or role."""
    asked = request.query_params
    peers = {
        peer.id: _peer_json(peer)
        for peer in _present(_going_on(request))
        if asked.get("user_id") in {None, "", peer.user_id}
        and asked.get("role") in {None, "", peer.role}
    }
    return JSONResponse({"peers": peers})


async def active_peer(request: Request) -> JSONResponse:
    """One peer who is in the room now, with the tracks."""
    wanted = request.path_params["peer_id"].lower()
    for peer in _present(_going_on(request)):
        if peer.id.lower() == wanted:
            return JSONResponse({**_peer_json(peer), "tracks": _tracks(peer)})
    raise Refusal(404, "peer not found")


def _going_on(request: Request) -> PretendSession:
    session = book_of(request).active_session(request.path_params["room_id"])
    if session is None:
        raise Refusal(404, "session not found")
    return session


def _present(session: PretendSession) -> list[PretendPeer]:
    return [peer for peer in session.peers if peer.left_at is None]


def _peer_json(peer: PretendPeer) -> dict[str, Any]:
    return {
        "id": peer.id,
        "name": peer.name,
        "user_id": peer.user_id,
        "metadata": peer.metadata,
        "role": peer.role,
        "joined_at": milli_stamp(peer.joined_at),
    }


def _tracks(peer: PretendPeer) -> dict[str, Any]:
    return {
        uuid_of("track", peer.id, kind): {
            "id": uuid_of("track", peer.id, kind),
            "stream_id": uuid_of("stream", peer.id),
            "mute": False,
            "type": kind,
            "source": "regular",
            "started_at": milli_stamp(peer.joined_at),
            "description": "",
        }
        for kind in ("audio", "video")
    }
