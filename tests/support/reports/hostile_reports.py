"""Reports with hostile names, texts and ids."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from bot.domain.catalogue import Catalogue, Entry
from bot.domain.diagnosis import DiagnosisInput, diagnose
from bot.domain.events import ERROR_TYPES, Agent, ErrorEvent
from bot.domain.report import Completeness, Report, Window, distinct_events
from bot.domain.rooms import Peer, Room, Session
from bot.domain.target import Target, TargetKind
from tests.support.events import make_event

NOON = datetime(2026, 11, 22, 12, 0, 0, 123_456, tzinfo=UTC)
ADDRESSES = ("203.0.113.77", "198.51.100.9", "2001:db8::77")

NASTY = (
    "<!channel>",
    "<!here|here> <!everyone> <!subteam^S012|x>",
    "<@U0123> <#C0123>",
    "<https://evil.example|https://dashboard.100ms.live>",
    "https://evil.example/?q=1 mailto:eve@evil.example",
    '", "blocks": [{"type": "divider"}], "x": "',
    "{{ 7 * 7 }} {% for x in y %} {# no #}",
    '\\u0000 \\ " \\n \\\\',
    "\x00\x1b[31mred\x07\x9b",
    "\u202eevil\u2066x\u2069\u200b\ufeff",
    "مرحبا بالعالم שלום",
    "👩‍👩‍👧‍👦🇩🇪" * 20,
    "&" * 5000,
    "<" * 5000,
    '"' * 5000,
    "\\" * 5000,
    "😀" * 5000,
    "x" * 20_000,
    "`*_~ >quote\n• list",
    "  \n\t ",
    "\ud800 half a pair",
    "=cmd|' /C calc'!A0",
    "%s %(x)s {0} {x}",
)
ROUTE = f"from {ADDRESSES[0]}:5004 to [{ADDRESSES[2]}]:443, relay {ADDRESSES[1]} 3478"
idents = st.one_of(st.sampled_from(NASTY), st.text(max_size=60))
texts = st.one_of(st.sampled_from(NASTY), st.text(max_size=60), st.just(ROUTE))
"""Free texts, which may contain addresses; in an identifier they would be part of it."""
maybe = st.none() | texts
maybe_id = st.none() | idents
peers = st.sampled_from([None, *(f"58DDb219-e3de-41f6-9511-{n:012d}" for n in range(4))])

CATALOGUE = Catalogue(
    [
        Entry(
            key="unknown",
            title="An error nobody has described",
            reason="nobody has described the error",
            meaning="Its code is new. " * 8,
            cause="Not known.",
            say="We are looking into it.",
            do=("Support: give the event id to 100ms support. " * 8,),
            owner="service",
        ),
        Entry(
            key="ice",
            title="The media connection broke",
            reason="the media connection broke",
            meaning="Audio and video found no way through.",
            cause="A firewall.",
            say="Please try another network.",
            do=("User: try a hotspot.",),
            owner="user_network",
            codes=(4005,),
        ),
    ]
)


@st.composite
def events(draw: st.DrawFn, number: int) -> ErrorEvent:
    at = NOON + timedelta(seconds=draw(st.integers(-9_000_000_000, 100_000)))
    return make_event(
        id=f"{number:08x}-8ae0-4b1d-9d59-000000000000",
        type=draw(st.sampled_from(ERROR_TYPES) | idents.filter(bool)),
        at=at,
        stamp=at.isoformat(),
        peer_id=draw(peers | maybe_id),
        user_id=draw(maybe_id),
        user_name=draw(maybe),
        session_id=draw(st.sampled_from([None, "66ac5e989b41849dde50f549"]) | maybe_id),
        room_id=draw(maybe_id),
        room_name=draw(maybe),
        template_id=draw(maybe_id),
        account_id=draw(maybe_id),
        role=draw(maybe),
        error_code=draw(st.none() | st.sampled_from([0, 4005, 500]) | st.integers()),
        error_name=draw(maybe),
        error_message=draw(maybe),
        error_description=draw(maybe),
        is_terminal=draw(st.booleans()),
        action=draw(maybe),
        domain=draw(maybe),
        transport_state=draw(maybe),
        endpoint=draw(maybe),
        retries_join=draw(st.none() | st.integers()),
        media=draw(st.lists(st.tuples(texts, texts), max_size=3).map(tuple)),
        extras=draw(st.lists(st.tuples(texts, texts), max_size=3).map(tuple)),
        agent=Agent(sdk=draw(st.sampled_from([None, "web", "android"])), os=draw(maybe_id)),
    )


@st.composite
def reports(draw: st.DrawFn, most: int = 12) -> Report:
    kind: TargetKind = draw(st.sampled_from(["room", "session", "peer", "user"]))
    found = [draw(events(number)) for number in range(draw(st.integers(0, most)))]
    total = draw(st.none() | st.integers(0, 10**9))
    session = Session("66ac5e989b41849dde50f549", "65af97002889d74ef8d1e18f", "main")
    return Report(
        lookup_id="CD-ABCD2345",
        target=Target(
            kind,
            Room("65af97002889d74ef8d1e18f", "main", draw(maybe), draw(st.none() | st.booleans())),
            session=session if kind == "session" else None,
            peer_id=draw(idents) if kind == "peer" else None,
            user_id=draw(idents) if kind == "user" else None,
        ),
        as_of=NOON,
        window=Window(draw(st.none() | st.just(NOON)), draw(st.none() | st.just(NOON))),
        completeness=Completeness(
            draw(st.integers(0, 10**9)),
            total,
            draw(st.booleans()),
            tuple(draw(st.lists(texts, max_size=5))),
        ),
        events=distinct_events(found),
        notes=tuple(draw(st.lists(texts, max_size=5))),
    )


moments = st.none() | st.integers(-4000, 4000).map(lambda n: NOON + timedelta(seconds=n))


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Generate a session in which hostile peers join and leave."""
    found = [draw(peers | maybe_id) or "nobody" for _ in range(draw(st.integers(0, 5)))]
    return Session(
        draw(st.just("66ac5e989b41849dde50f549") | idents),
        "65af97002889d74ef8d1e18f",
        "main",
        created_at=draw(moments),
        ended_at=draw(moments),
        peers={
            one: Peer(one, draw(maybe), draw(maybe_id), draw(maybe), draw(moments), draw(moments))
            for one in found
        },
    )


@st.composite
def diagnosed(draw: st.DrawFn, most: int = 12) -> Report:
    """Generate hostile reports whose failures are close in time, with their diagnosis."""
    report = draw(reports(most))
    close = draw(st.booleans())
    found = [
        replace(event, at=NOON + timedelta(seconds=draw(st.integers(0, 300)))) if close else event
        for event in report.events
    ]
    known = tuple(draw(st.lists(sessions(), max_size=2)))
    target = report.target
    case = DiagnosisInput(
        target.room,
        report.as_of,
        distinct_events(found),
        sessions=known,
        kind=target.kind,
        session_id=target.session.id if target.session else None,
        peer_id=target.peer_id,
        user_id=target.user_id,
        complete=report.completeness.complete,
    )
    diagnosis = diagnose(case, CATALOGUE)
    return replace(report, events=distinct_events(found), sessions=known, diagnosis=diagnosis)
