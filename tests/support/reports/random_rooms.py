"""Generated rooms with many failures."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.domain.diagnosis import DiagnosisInput
from bot.domain.events import ERROR_TYPES, Agent, ErrorEvent
from bot.domain.rooms import Peer, PeerStats, Room, Session, TrackEvent
from tests.support.events import make_event

START = datetime(2026, 11, 2, 10, 0, tzinfo=UTC)
ROOM = Room("room-1", "main", "weekly", enabled=True)
CODES = (None, 0, 401, 403, 421, 429, 500, 1000, 1003, 2003, 3001, 3003, 4003, 4005, 4006, 5001,
         6008, 6010, 6013, 40101, 9999)  # fmt: skip
RELAYED = (
    "local candidate - candidate:1 1 tcp 41886207 [ip] [port] typ relay raddr [ip] rport [port]"
    " network-cost 901; remote candidate - candidate:2 1 udp 1 [ip] [port] typ prflx"
)
GAVE_UP = (
    "gone. [PublishIceConnectionFailed] Could not recover after 60012 milliseconds Could not"
    " recover all of it's required dependencies - [SignalDisconnect]"
)
TEXTS = (
    None, "", "User denied permission - video", "cancelled - screen", "role limit reached",
    "leave called before join could complete", "Failed to fetch",
    "local candidate - undefined; remote candidate - undefined",
    RELAYED,
    GAVE_UP,
    "Could not recover all of it's required dependencies - [ConnectFailed,JoinWSMessageFailed]",
)  # fmt: skip
AGENTS = (
    Agent(),
    Agent("web", "0.12.15", "web_macOS", "10.15.7", "Chrome_125.0.0.0"),
    Agent("web", "0.13.0", "web_Windows", "10", "Firefox_126.0"),
    Agent("android", "2.9.78", "android", "33", "SM-A536E"),
)
PEERS = (None, "p-1", "P-1", "p-2", "p-3", "p-4", "p-5")
moments = st.integers(0, 1500).map(lambda seconds: START + timedelta(seconds=seconds))


@st.composite
def error_events(draw: st.DrawFn, room: str = "room-1") -> ErrorEvent:
    at = draw(moments)
    return make_event(
        id=f"{room}-{draw(st.integers(0, 10_000))}",
        type=draw(st.sampled_from(ERROR_TYPES)),
        at=at,
        stamp=at.isoformat(),
        peer_id=draw(st.sampled_from(PEERS)),
        user_id=draw(st.sampled_from((None, None, "ann", "bob", "cid"))),
        user_name=draw(st.sampled_from((None, "", "Ann", " ann "))),
        role=draw(st.sampled_from((None, "guest", "__internal_recorder"))),
        session_id=draw(st.sampled_from((None, "s1", "s2"))),
        room_id=draw(st.sampled_from((None, room))) if room == "room-1" else room,
        error_code=draw(st.sampled_from(CODES)),
        error_name=draw(st.sampled_from((None, "NotAllowedError", "ServerErrors"))),
        error_message=draw(st.sampled_from(TEXTS)),
        error_description=draw(st.sampled_from(TEXTS)),
        is_terminal=draw(st.booleans()),
        action=draw(st.sampled_from((None, "JOIN", "join", "PUBLISH"))),
        agent=draw(st.sampled_from(AGENTS)),
        public_address=draw(st.sampled_from((None, "mark-a", "mark-b"))),
    )


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    begins = draw(moments)
    running = draw(st.booleans())
    peers = {}
    for peer in draw(
        st.lists(st.sampled_from(PEERS[1:]), unique_by=lambda one: one and one.lower())
    ):
        joined = begins + timedelta(seconds=draw(st.integers(0, 600)))
        left = joined + timedelta(seconds=draw(st.integers(0, 1200)))
        peers[str(peer).lower()] = Peer(
            str(peer), "Ann", draw(st.sampled_from((None, "ann", "bob"))), "guest",
            draw(st.sampled_from((None, joined))), draw(st.sampled_from((None, left))),
        )  # fmt: skip
    ends = None if running else begins + timedelta(minutes=30)
    name = draw(st.sampled_from(("s1", "s2")))
    return Session(name, ROOM.id, "main", running, begins, ends, peers)


@st.composite
def track_events(draw: st.DrawFn) -> TrackEvent:
    at = draw(moments)
    return TrackEvent(
        id=f"t-{draw(st.integers(0, 10_000))}",
        type=f"track.{draw(st.sampled_from(('add', 'update', 'remove')))}.success",
        at=at,
        stamp=at.isoformat(),
        peer_id=draw(st.sampled_from(PEERS)),
        user_id=draw(st.sampled_from((None, "ann", "bob"))),
        session_id=draw(st.sampled_from((None, "s1"))),
        media=draw(st.sampled_from((None, "audio", "video"))),
        source=draw(st.sampled_from((None, "regular", "screen"))),
        mute=draw(st.sampled_from((None, True, False))),
    )


@st.composite
def cases(draw: st.DrawFn) -> DiagnosisInput:
    return DiagnosisInput(
        room=ROOM,
        now=START + timedelta(hours=2),
        events=tuple(draw(st.lists(error_events(), max_size=14, unique_by=lambda e: e.id))),
        sessions=tuple(draw(st.lists(sessions(), max_size=2, unique_by=lambda s: s.id))),
        tracks=tuple(draw(st.lists(track_events(), max_size=6, unique_by=lambda t: t.id))),
        stats=tuple(
            PeerStats(str(peer), "s1", (draw(moments),), (draw(moments),))
            for peer in draw(st.lists(st.sampled_from(PEERS[1:]), max_size=2, unique=True))
        ),
    )


@st.composite
def outages(draw: st.DrawFn) -> DiagnosisInput:
    """Generate network and server failures of several people close together."""
    people = draw(st.integers(1, 6))
    events = []
    for index in range(draw(st.integers(1, 8))):
        number = draw(st.integers(1, people))
        at = START + timedelta(seconds=draw(st.integers(0, 900)) / draw(st.sampled_from((1, 15))))
        event = make_event(
            id=f"e-{index}",
            type=draw(st.sampled_from(("client.connect.failed", "client.disconnected"))),
            at=at,
            stamp=at.isoformat(),
            peer_id=f"p-{number}",
            user_id=f"u-{number}",
            session_id=draw(st.sampled_from((None, "s1"))),
            error_code=draw(st.sampled_from((500, 1000, 1003, 2003))),
            is_terminal=draw(st.booleans()),
            public_address=draw(st.sampled_from((None, "mark-a"))),
        )
        events.append(event)
    joined = START + timedelta(seconds=draw(st.integers(0, 900)))
    peers = {f"p-{n}": Peer(f"p-{n}", None, f"u-{n}", None, joined) for n in range(3, 8)}
    held = Session("s1", ROOM.id, "main", True, START, None, peers)
    inside = draw(st.booleans())
    now = START + timedelta(hours=1)
    return DiagnosisInput(ROOM, now, events=tuple(events), sessions=(held,) if inside else ())
