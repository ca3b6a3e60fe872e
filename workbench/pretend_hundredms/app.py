"""The pretend 100ms REST API as an ASGI app."""

from typing import cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from workbench.pretend_hundredms import control, status_page
from workbench.pretend_hundredms.active_rooms import active_peer, active_peers, active_room
from workbench.pretend_hundredms.answers import Refusal, not_found, refuse
from workbench.pretend_hundredms.auth import Door
from workbench.pretend_hundredms.events import list_events
from workbench.pretend_hundredms.gate import Gate
from workbench.pretend_hundredms.peer_stats import peer_stats
from workbench.pretend_hundredms.rooms import list_recordings, list_rooms, one_room, room_codes
from workbench.pretend_hundredms.sessions import list_sessions, one_session
from workbench.pretend_hundredms.stage import Clock, Stage, utc_now
from workbench.pretend_hundredms.webhooks.history import list_webhooks
from workbench.pretend_hundredms.world import World


def build(world: World, *, clock: Clock = utc_now) -> Starlette:
    """The app over a world; ``clock`` gives the pretend present, in UTC."""
    stage = Stage(world, clock)
    app = Starlette(
        routes=[
            Route("/v2/analytics/events", list_events),
            Route("/v2/analytics/peer-stats", peer_stats),
            Route("/v2/analytics/webhooks", list_webhooks),
            Route("/v2/rooms", list_rooms),
            Route("/v2/rooms/{room_id}", one_room),
            Route("/v2/sessions", list_sessions),
            Route("/v2/sessions/{session_id}", one_session),
            Route("/v2/active-rooms/{room_id}", active_room),
            Route("/v2/active-rooms/{room_id}/peers", active_peers),
            Route("/v2/active-rooms/{room_id}/peers/{peer_id}", active_peer),
            Route("/v2/room-codes/room/{room_id}", room_codes),
            Route("/v2/recordings", list_recordings),
            *control.ROUTES,
            *status_page.ROUTES,
        ],
        middleware=[Middleware(Gate, stage), Middleware(Door, stage)],
        exception_handlers={Refusal: refuse, 404: not_found},
    )
    app.state.stage = stage
    return app


def stage(app: Starlette) -> Stage:
    """The controls of a built app: switches, faults, the call log, the clock."""
    return cast("Stage", app.state.stage)
