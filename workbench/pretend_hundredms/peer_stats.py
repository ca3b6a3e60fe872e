"""GET /v2/analytics/peer-stats: a few quiet minutes of media for who was in an ended session.

https://www.100ms.live/docs/server-side/v2/api-reference/analytics/overview
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from workbench.pretend_hundredms.answers import Refusal
from workbench.pretend_hundredms.ids import uuid_of
from workbench.pretend_hundredms.stage import book_of, stage_of
from workbench.pretend_hundredms.world import PretendPeer, PretendSession

_POINTS = 6
_STEP_MS = 10_000


async def peer_stats(request: Request) -> JSONResponse:
    """The stats of a peer; while the session goes on there are none yet."""
    asked = request.query_params
    for name in ("peer_id", "session_id"):
        if not asked.get(name):
            raise Refusal(400, "Invalid query param", f"{name}: cannot be blank")
    session = book_of(request).session(asked["session_id"])
    peer = _peer(session, asked["peer_id"])
    if session is None or peer is None:
        raise Refusal(404, "peer or session not found")
    live = stage_of(request).switches.live_peer_stats
    if session.active and live != "empty":
        raise Refusal(int(live), "session has not ended")
    return JSONResponse(stats_json(session, peer, empty=session.active))


def _peer(session: PretendSession | None, peer_id: str) -> PretendPeer | None:
    for peer in session.peers if session else ():
        if peer.id.lower() == peer_id.lower():
            return peer
    return None


def stats_json(session: PretendSession, peer: PretendPeer, *, empty: bool) -> dict[str, Any]:
    """The stats of a peer as they are answered."""
    body: dict[str, Any] = {
        "peer_id": peer.id,
        "session_id": session.id,
        "room_id": session.room_id,
        "publisher": {"video": [], "audio": []},
        "subscriber": {"video": [], "audio": []},
    }
    if not empty and peer.measured is not None:
        for side, stamps in (
            ("publisher", peer.measured.published),
            ("subscriber", peer.measured.received),
        ):
            body[side]["video"] = [_measured(peer, side, stamps)] if stamps else []
    elif not empty:
        loss = {"bitrate": 900_000, "packet_loss_percent": 0.4, "rtt_ms": 42}
        video = {"type": "regular", "rid": "h", **_series(peer, {**loss, "fps": 29.7})}
        audio = _series(peer, {**loss, "bitrate": 32_000, "jitter_ms": 4})
        body["publisher"] = {"video": [video], "audio": [audio]}
        seen = _series(peer, {"bitrate": None, "fps": 29.7, "freeze_count": 0})
        heard = _series(
            peer, {"bitrate": 31_000, "concealed_samples": 12, "packet_loss_percent": 0}
        )
        body["subscriber"] = {"video": [seen], "audio": [heard]}
    return body


def _series(peer: PretendPeer, values: dict[str, float | None]) -> dict[str, Any]:
    first = int(peer.joined_at.timestamp() * 1000)
    stamps = [first + _STEP_MS * step for step in range(_POINTS)]
    return {
        "track_id": uuid_of("stats", peer.id, *values),
        "time_series": {
            "timestamps": stamps,
            **{name: [value] * _POINTS for name, value in values.items()},
        },
    }


def _measured(peer: PretendPeer, side: str, stamps: tuple[int, ...]) -> dict[str, Any]:
    series = {"timestamps": list(stamps), "bitrate": [640_000] * len(stamps)}
    return {"track_id": uuid_of("stats", peer.id, side), "type": "regular", "time_series": series}
