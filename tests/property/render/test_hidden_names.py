"""Where names are not shown, no name, e-mail or phone is in any output; in the packet never."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cli.scenario_export import scenario_text
from bot.domain.diagnosis import DiagnosisInput, diagnose
from bot.domain.events import ERROR_TYPES, Agent, ErrorEvent
from bot.domain.privacy.personal_names import Names, is_personal, short_name
from bot.domain.privacy.report_names import apply_names, name_hider
from bot.domain.report import Completeness, Report, Window, distinct_events
from bot.domain.rooms import Peer, Room, Session
from bot.domain.target import Target
from bot.domain.votes import Vote
from bot.pictures.layout import layout_of
from bot.pictures.timeline import alt_text
from bot.render.answer.headline import nameless_sentence
from bot.render.message import File, Message
from tests.property.render.test_messages import RENDERER, modest
from tests.support.events import make_event
from tests.support.reports.hostile_reports import CATALOGUE, NOON

ROOM = Room("65af97002889d74ef8d1e18f", "main", "standup")
SESSION = "66ac5e989b41849dde50f549"

latin = st.text("qxzjvkwy", min_size=3, max_size=7).map(str.capitalize)
scripts = st.sampled_from(["山田", "太郎", "Ольга", "Żółć", "مريم", "Ἀθηνᾶ", "김민준", "Zoë"])
word = latin | scripts
names = st.lists(word, min_size=1, max_size=3).map(" ".join)
emails = st.builds("{}.{}@{}.example".format, latin, latin, latin).map(str.lower)
phones = st.integers(46_000_000_000, 46_999_999_999).map(lambda number: f"+{number}")
wraps = st.sampled_from(
    [
        "{}",
        "user {} left",
        "({})",
        "{}'s camera",
        "name={};",
        '{{"user":"{}"}}',
        "[{}]: denied",
    ]
)


@dataclass(frozen=True)
class Known:
    """A person: what may not be shown of them."""

    name: str
    user_id: str

    @property
    def secrets(self) -> list[str]:
        return [self.name, self.user_id] if is_personal(self.user_id, [self.name]) else [self.name]


people = st.builds(
    Known,
    name=names | emails | phones,
    user_id=emails | phones | names | st.uuids().map(str),
)


@st.composite
def texts(draw: st.DrawFn, everybody: list[Known]) -> str:
    """A text that repeats somebody, as it is or percent-encoded."""
    secret = draw(st.sampled_from([one for known in everybody for one in known.secrets]))
    spelled = quote(secret) if draw(st.booleans()) else secret
    return draw(wraps).format(spelled)


@st.composite
def events(draw: st.DrawFn, number: int, everybody: list[Known]) -> ErrorEvent:
    known = draw(st.sampled_from(everybody))
    at = NOON + timedelta(seconds=number)
    text = texts(everybody)
    return make_event(
        id=f"{number:08x}-8ae0-4b1d-9d59-000000000000",
        type=draw(st.sampled_from(ERROR_TYPES)),
        at=at,
        stamp=at.isoformat(),
        peer_id=f"58ddb219-e3de-41f6-9511-{everybody.index(known):012d}",
        user_id=known.user_id,
        user_name=draw(st.none() | st.just(known.name)),
        session_id=SESSION,
        room_name=draw(text),
        role=draw(text),
        error_code=draw(st.sampled_from([None, 4005, 500])),
        error_name=draw(text),
        error_message=draw(text),
        error_description=draw(text),
        is_terminal=draw(st.booleans()),
        action=draw(text),
        domain=draw(text),
        transport_state=draw(text),
        endpoint=draw(text),
        media=((draw(text), draw(text)),),
        extras=((draw(text), draw(text)),),
        agent=Agent(sdk="web", sdk_version=draw(text), os=draw(text), device_model=draw(text)),
    )


@st.composite
def reports(draw: st.DrawFn) -> tuple[Report, list[Known]]:
    everybody = draw(st.lists(people, min_size=1, max_size=4))
    found = distinct_events(draw(events(n, everybody)) for n in range(draw(st.integers(1, 8))))
    peers = {
        f"58ddb219-e3de-41f6-9511-{n:012d}": Peer(
            f"58ddb219-e3de-41f6-9511-{n:012d}", one.name, one.user_id, "host", NOON, None
        )
        for n, one in enumerate(everybody)
    }
    sessions = (Session(SESSION, ROOM.id, "main", created_at=NOON, peers=peers),)
    room = replace(ROOM, name=draw(texts(everybody)))
    diagnosis = diagnose(DiagnosisInput(room, NOON, found, sessions=sessions), CATALOGUE)
    target = Target("user", room, user_id=everybody[0].user_id)
    return (
        Report(
            "CD-ABCD2345",
            target,
            NOON,
            Window(),
            Completeness(len(found), len(found), True),
            found,
            sessions=sessions,
            diagnosis=diagnosis,
        ),
        everybody,
    )


def outputs(report: Report) -> str:
    """Everything that may be posted of a report, its picture in words."""
    answer = RENDERER.answer(report)
    found: list[Message | None] = [answer.opening, *answer.replies, answer.more]
    found += RENDERER.private(report, messages=4)
    continued = RENDERER.answer(replace(report, follow_up=True))
    found += [continued.opening, *continued.replies]
    found.append(RENDERER.with_subject(continued.opening, report))
    found += [*RENDERER.recovered(report), *RENDERER.timeline(report), RENDERER.reply(report)]
    found.append(RENDERER.error_chart(report))
    scene = layout_of(report)
    drawn = [row.label for row in scene.rows] + [alt_text(scene), scene.heading] if scene else []
    return everything([*filter(None, found)], answer.files) + "\n".join(drawn)


def everything(messages: Iterable[Message], files: Iterable[File]) -> str:
    told = [f"{one.text} {json.dumps(one.blocks, ensure_ascii=False)}" for one in messages]
    return "\n".join([*told, *(f"{one.title} {one.content}" for one in files)])


def hold_secret(said: str, everybody: list[Known]) -> None:
    for known in everybody:
        for secret in known.secrets:
            assert secret.casefold() not in said.casefold()
            assert quote(secret).casefold() not in said.casefold()


@modest
@given(reports())
def test_where_names_are_not_shown_nobody_is_named(made: tuple[Report, list[Known]]) -> None:
    report, everybody = made
    hold_secret(outputs(apply_names(report, Names.NONE)), everybody)


@modest
@given(reports())
def test_the_sentence_that_home_keeps_names_nobody(made: tuple[Report, list[Known]]) -> None:
    report, everybody = made
    hold_secret(nameless_sentence(report), everybody)


@modest
@given(reports())
def test_an_exported_scenario_names_nobody(made: tuple[Report, list[Known]]) -> None:
    report, everybody = made
    assert report.diagnosis is not None
    case = DiagnosisInput(
        *(report.target.room, NOON, report.events),
        sessions=report.sessions,
        kind="user",
        user_id=report.target.user_id,
    )
    vote = Vote(report.lookup_id, "U0BOB", report.diagnosis.verdict.cls, 0.5, right=True)
    hold_secret(scenario_text(case, report.diagnosis, name_hider(report), vote), everybody)


@modest
@given(reports())
def test_the_packet_names_nobody_ever(made: tuple[Report, list[Known]]) -> None:
    report, everybody = made
    message, file = RENDERER.packet(report)
    words = everything([message, RENDERER.packet_json(report)], [file])
    hold_secret(words, everybody)
    assert "hashed" in message.text + str(message.blocks)


@modest
@given(reports())
def test_short_names_hide_contacts(made: tuple[Report, list[Known]]) -> None:
    report, everybody = made
    said = outputs(apply_names(report, Names.SHORT))
    for known in everybody:
        for secret in known.secrets:
            if "@" in secret or secret.startswith("+"):
                assert secret not in said


@modest
@given(reports())
def test_ids_of_100ms_and_the_verdict_stay(made: tuple[Report, list[Known]]) -> None:
    report, _ = made
    hidden = apply_names(report, Names.NONE)
    assert [one.id for one in hidden.events] == [one.id for one in report.events]
    assert [one.peer_id for one in hidden.events] == [one.peer_id for one in report.events]
    assert report.diagnosis
    assert hidden.diagnosis
    assert hidden.diagnosis.verdict.cls == report.diagnosis.verdict.cls
    assert hidden.diagnosis.people.affected == report.diagnosis.people.affected
    assert len({one.person.key for one in hidden.diagnosis.stories}) == len(
        {one.person.key for one in report.diagnosis.stories}
    )
    assert apply_names(report, Names.FULL) is report


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Marta Lindqvist", "Marta L."),
        ("Lindqvist, Marta", "Marta L."),
        ("Ana Maria de Souza", "Ana S."),
        ("marta.lindqvist", "marta L."),
        ("山田 太郎", "山田 太."),
        ("Marta", "Marta"),
        ("Clerk 1", "Clerk 1"),
        ("marta@example.com", None),
        ("Marta <marta@example.com>", None),
        ("+46 70 123 45 67", None),
        ("070-123 45 67", None),
        ("  ", None),
        ("a" * 64, "a" * 64),
    ],
)
def test_short_names(name: str, short: str | None) -> None:
    assert short_name(name) == short


@pytest.mark.parametrize(
    ("user_id", "name", "personal"),
    [
        ("marta.lindqvist@example.com", "", True),
        ("marta%40example.com", "", True),
        ("+46701234567", "", True),
        ("46701234567", "", True),
        ("Marta L", "", True),
        ("marta-lindqvist", "Marta Lindqvist", True),
        ("MartaL", "Marta Lindqvist", True),
        ("Marta", "Marta", True),
        ("u-42", "u-42", True),
        ("u-42", "Marta Lindqvist", False),
        ("4a8bb0f2-1111-4ddd-9999-000000000000", "Ann", False),
        ("65af97002889d74ef8d1e18f", "Ann", False),
        ("123456", "Ann", False),
    ],
)
def test_which_user_ids_tell_who_somebody_is(user_id: str, name: str, personal: bool) -> None:  # noqa: FBT001
    assert is_personal(user_id, [name] if name else []) is personal
