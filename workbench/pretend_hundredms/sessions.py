"""Sessions, ended and going on.

https://www.100ms.live/docs/server-side/v2/api-reference/Sessions/object
"""

from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from workbench.pretend_hundredms.answers import truth
from workbench.pretend_hundredms.ids import milli_stamp
from workbench.pretend_hundredms.listing import one_page, span
from workbench.pretend_hundredms.rooms import unknown_id
from workbench.pretend_hundredms.stage import book_of, stage_of
from workbench.pretend_hundredms.world import PretendPeer, PretendSession


async def one_session(request: Request) -> JSONResponse:
    """A session by id, with everyone who was in it."""
    stage = stage_of(request)
    exact = stage.switches.case_sensitive_ids
    session = book_of(request).session(request.path_params["session_id"], exact=exact)
    if session is None:
        raise unknown_id(stage, "session")
    return JSONResponse(session_json(book_of(request).workspace.account_id, session, stage.now()))


async def list_sessions(request: Request) -> JSONResponse:
    """Sessions, newest first; without ``active`` only those going on."""
    asked = request.query_params
    active = truth(asked.get("active") or "true", "active")
    room_id = (asked.get("room_id") or "").lower()
    after, before = span(request)
    rows = [
        session
        for session in book_of(request).sessions.values()
        if session.active == active
        and room_id in {"", session.room_id.lower()}
        and after <= session.created_at <= before
    ]
    account, now = book_of(request).workspace.account_id, stage_of(request).now()
    return one_page(
        request,
        rows,
        lambda session: session.id,
        lambda session: session_json(account, session, now),
    )


def session_json(
    account_id: str, session: PretendSession, now: datetime | None = None
) -> dict[str, Any]:
    """A session as it is answered; whoever leaves after ``now`` is still there."""
    return {
        "id": session.id,
        "room_id": session.room_id,
        "customer_id": account_id,
        "active": session.active,
        "peers": {peer.id: _peer_json(session, peer, now) for peer in session.peers},
        "created_at": milli_stamp(session.created_at),
        "updated_at": milli_stamp(session.ended_at or session.created_at),
    }


def _peer_json(session: PretendSession, peer: PretendPeer, now: datetime | None) -> dict[str, Any]:
    stay: dict[str, Any] = {
        "id": peer.id,
        "session_id": session.id,
        "name": peer.name,
        "role": peer.role,
        "user_id": peer.user_id,
        "joined_at": milli_stamp(peer.joined_at),
    }
    if peer.left_at and (now is None or peer.left_at <= now):
        stay["left_at"] = milli_stamp(peer.left_at)
    return stay
