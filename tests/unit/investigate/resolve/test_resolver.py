"""From what was pasted to one target, or to several that are offered."""

from dataclasses import replace

import pytest

from bot.domain.errors import (
    HundredMsUnreachable,
    NothingFound,
    UnknownCode,
    UnreadableQuestion,
)
from bot.domain.parsing import find_identifiers, parse_query
from bot.domain.parsing.follow_up import FollowUp, parse_follow_up
from bot.domain.query import Identifier, IdentifierKind, LookupQuery
from bot.domain.report import Report
from bot.domain.rooms import creation_time_of
from bot.domain.saved_lookup import SavedLookup
from bot.render.help import EXAMPLES
from tests.support.investigate.harness import NOW, Bench
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.scenes.oddities import NAMESAKE, UUID_ROOM

PEER = IdentifierKind.PEER
UNKNOWN_ID = "6912f0aa0000000000000000"
UNKNOWN_PEER = "00000000-0000-4000-8000-000000000000"


def a_peer_of(bench: Bench, room: str) -> str:
    session = bench.hundredms.world.room(room).sessions[0]
    return session.peers[0].id


async def test_a_room_is_found_by_id_and_by_name(bench: Bench) -> None:
    for text in (bench.room_id("storm"), "storm", "room storm", "STORM"):
        report = await bench.report(text)
        assert (report.target.kind, report.target.room.name) == ("room", "storm")
        assert len(report.events) == 334


async def test_room_and_session_are_asked_together_and_nothing_else(bench: Bench) -> None:
    room = bench.room_id("healthy")
    await bench.report(room)
    asked = [path for path in bench.paths() if "analytics" not in path and "codes" not in path]
    assert sorted(asked) == [f"/v2/rooms/{room}", f"/v2/sessions/{room}"]


async def test_a_session_id_means_its_room_cut_to_that_session(bench: Bench) -> None:
    room = bench.hundredms.world.room("support-desk")
    session = room.sessions[0]
    report = await bench.report(session.id)
    assert report.target.kind == "session"
    assert report.target.room.id == room.id
    for event in report.events:
        assert event.session_id in (session.id, None)


async def test_an_unknown_id_is_not_a_healthy_room(bench: Bench) -> None:
    with pytest.raises(NothingFound) as caught:
        await bench.ask(UNKNOWN_ID)
    assert UNKNOWN_ID in caught.value.cause
    created = creation_time_of(UNKNOWN_ID)
    assert created
    assert f"(created {created.day} {created:%b %Y})" in caught.value.cause


@pytest.mark.parametrize("status", ["404", "400", "401"])
async def test_any_answer_to_a_wrong_kind_of_id_is_taken(bench: Bench, status: str) -> None:
    bench.hundredms.switches.change({"wrong_kind": status})
    room = bench.hundredms.world.room("support-desk")
    assert (await bench.report(room.id)).target.kind == "room"
    assert (await bench.report(room.sessions[0].id)).target.kind == "session"


async def test_a_room_that_answers_beside_a_failing_session_list_is_found(bench: Bench) -> None:
    bench.hundredms.faults.add(Fault(kind="error", path="/v2/sessions/", status=500))
    assert (await bench.report(bench.room_id("storm"))).target.kind == "room"
    with pytest.raises(HundredMsUnreachable):
        await bench.ask(UNKNOWN_ID)


async def test_a_peer_with_its_room_is_not_searched_for(bench: Bench) -> None:
    peer = a_peer_of(bench, "one-bad-user")
    report = await bench.report(f"{peer} in one-bad-user")
    assert (report.target.kind, report.target.peer_id) == ("peer", peer)
    assert "/v2/sessions" not in bench.paths()


async def test_a_peer_alone_is_searched_for_once_and_then_remembered(bench: Bench) -> None:
    peer = a_peer_of(bench, "daily-standup")
    first = await bench.report(f"peer {peer}")
    assert first.target.room.name == "daily-standup"
    assert "/v2/sessions" in bench.paths()
    await bench.learned()
    await bench.forget_calls()
    again = await bench.report(f"peer {peer}")
    assert again.target == first.target
    assert "/v2/sessions" not in bench.paths()
    assert "/v2/rooms" not in bench.paths()


async def test_a_peer_that_is_nowhere_says_what_was_searched(bench: Bench) -> None:
    with pytest.raises(NothingFound) as caught:
        await bench.ask(UNKNOWN_PEER)
    cause = caught.value.cause
    sessions = [s for r in bench.hundredms.world.workspaces[0].rooms for s in r.sessions]
    active = sum(session.ended_at is None for session in sessions)
    assert f"{active} active" in cause
    assert "ended sessions back to 2026-10-21 12:00 UTC (30 days)" in cause
    assert "rooms of that name (enabled and disabled)" in cause
    assert "appears in no session" in cause
    assert "in <room" in caught.value.next_step


async def test_a_uuid_may_be_a_rooms_name(bench: Bench) -> None:
    report = await bench.report(UUID_ROOM)
    assert (report.target.kind, report.target.room.name) == ("room", UUID_ROOM)


async def test_a_room_of_that_name_comes_before_sessions(bench: Bench) -> None:
    report = await bench.report(NAMESAKE)
    assert report.target.kind == "room"
    peer = await bench.report(f"peer {NAMESAKE}")
    assert (peer.target.kind, peer.target.room.name) == ("peer", "daily-standup")


async def test_a_user_without_a_room_is_offered_every_room_seen(bench: Bench) -> None:
    peers = [
        (peer.user_id, room.name)
        for room in bench.hundredms.world.workspaces[0].rooms
        for session in room.sessions
        for peer in session.peers
    ]
    rooms = {user: {name for who, name in peers if who == user} for user, _ in peers}
    many = next((user for user, names in rooms.items() if len(names) > 1 and user), None)
    one = next(user for user, names in rooms.items() if len(names) == 1 and user)
    report = await bench.report(f'user "{one}"')
    assert {report.target.room.name} == rooms[one]
    if many:
        choices = await bench.choices(f'user "{many}"')
        assert len(choices.candidates) == len(rooms[many])


async def test_a_code_is_asked_back_until_its_room_was_looked_up(bench: Bench) -> None:
    code = bench.hundredms.world.room("storm").codes[0].code
    with pytest.raises(UnknownCode):
        await bench.ask(f"code:{code}")
    await bench.report("storm")
    await bench.learned()
    report = await bench.report(f"https://acme.app.100ms.live/meeting/{code}")
    assert report.target.room.name == "storm"
    assert bench.hundredms.calls.not_reads() == []


async def test_a_link_with_a_token_needs_no_code(bench: Bench) -> None:
    room = bench.hundredms.world.room("storm")
    question = LookupQuery(
        (
            Identifier(IdentifierKind.CODE, room.codes[0].code),
            Identifier(IdentifierKind.ROOM, room.id),
        )
    )
    report = await bench.put(question)
    assert isinstance(report, Report)
    assert report.target.room.id == room.id


async def test_two_rooms_in_one_text_are_offered(bench: Bench) -> None:
    choices = await bench.choices(f"{bench.room_id('storm')} {bench.room_id('healthy')}")
    assert {candidate.kind for candidate in choices.candidates} == {"room"}
    assert len(choices.candidates) == 2
    for candidate in choices.candidates:
        assert (await bench.report(candidate.value)).target.room.id in candidate.value


async def test_a_room_beside_its_own_session_means_the_session(bench: Bench) -> None:
    room = bench.hundredms.world.room("support-desk")
    report = await bench.report(f"{room.id} {room.sessions[0].id}")
    assert report.target.kind == "session"


async def test_nothing_recognised_is_said(bench: Bench) -> None:
    with pytest.raises(UnreadableQuestion):
        await bench.ask("why did it break yesterday")


async def test_an_option_that_cannot_be_read_is_said_and_the_rest_is_answered(
    bench: Bench,
) -> None:
    report = await bench.report("storm since whenever")
    assert "whenever" in report.remarks[0]
    assert report.window.since is None


async def test_one_name_in_two_workspaces_is_offered(two_workspaces: Bench) -> None:
    choices = await two_workspaces.choices("in-both-workspaces")
    assert {candidate.workspace for candidate in choices.candidates} == {"default", "other"}


@pytest.mark.parametrize("meant", ["default", "other"])
async def test_of_two_workspaces_the_channels_own_is_meant_and_the_other_named(
    two_workspaces: Bench, meant: str
) -> None:
    question = replace(parse_query("in-both-workspaces", NOW), workspace=meant)
    report = await two_workspaces.put(question)
    assert isinstance(report, Report)
    assert report.target.room.workspace == meant
    (note,) = report.notes
    assert f"means the workspace {meant}" in note
    assert ({"default", "other"} - {meant}).pop() in note


async def test_what_only_another_workspace_knows_is_found_there(two_workspaces: Bench) -> None:
    question = replace(parse_query("elsewhere", NOW), workspace="default")
    report = await two_workspaces.put(question)
    assert isinstance(report, Report)
    assert (report.target.room.workspace, report.notes) == ("other", ())


async def test_an_id_is_looked_for_in_each_workspace(two_workspaces: Bench) -> None:
    report = await two_workspaces.report("elsewhere")
    assert report.target.room.workspace == "other"
    again = await two_workspaces.report(report.target.room.id)
    assert again.target.room.workspace == "other"


async def test_a_workspace_in_trouble_does_not_turn_into_not_found(bench: Bench) -> None:
    bench.hundredms.faults.add(Fault(kind="error", path="/v2/rooms", status=500))
    with pytest.raises(HundredMsUnreachable):
        await bench.ask("storm")


async def test_describing_tells_rooms_sessions_and_leaves_out_the_rest(bench: Bench) -> None:
    room = bench.hundredms.world.room("support-desk")
    text = f"room {room.id} session {room.sessions[0].id} and {UNKNOWN_ID}"
    choices = await bench.engine.describe(find_identifiers(text))
    assert [candidate.kind for candidate in choices.candidates] == ["room", "session"]
    assert all(candidate.created_at for candidate in choices.candidates)
    assert UNKNOWN_ID in choices.note


async def test_identifying_many_ids_has_a_limit_of_calls(two_workspaces: Bench) -> None:
    clues = tuple(Identifier(IdentifierKind.OBJECT, f"{number:024x}") for number in range(60))
    choices = await two_workspaces.engine.describe(clues)
    assert len(two_workspaces.hundredms.calls.calls) <= 100
    assert "44 more were not looked up" in choices.note
    two_workspaces.hundredms.calls.clear()
    room = two_workspaces.room_id("storm")
    report = await two_workspaces.put(
        LookupQuery(clues=(Identifier(IdentifierKind.OBJECT, room), *clues))
    )
    assert isinstance(report, Report)
    assert "45 more ids of the text were not looked up." in report.notes


STRANGE_ID = "507f1f77bcf86cd799439011"


@pytest.mark.parametrize(
    "text",
    [
        f"orderId={STRANGE_ID} room=storm",
        f"room storm {STRANGE_ID}",
        f'{{"_id": "{STRANGE_ID}", "room": "storm"}}',
        "storm snow",
    ],
)
async def test_one_unknown_thing_does_not_refuse_the_others(bench: Bench, text: str) -> None:
    report = await bench.report(text)
    assert report.target.room.name == "storm"
    named = "snow" if "snow" in text else STRANGE_ID
    assert any(named in note and "leaves it out" in note for note in report.notes)


async def test_if_nothing_is_known_all_of_it_is_named(bench: Bench) -> None:
    with pytest.raises(NothingFound) as caught:
        await bench.ask(f"room snow {STRANGE_ID}")
    assert "snow" in caught.value.cause
    assert STRANGE_ID in caught.value.cause


async def test_an_unknown_person_beside_a_room_teaches_nothing(bench: Bench) -> None:
    stranger = "00000000-1111-4222-8333-444455556666"
    await bench.report(f"{stranger} in storm")
    with pytest.raises(NothingFound):
        await bench.ask(f"peer {stranger}")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("strom", "storm"),
        ("room one-bad-usr", "one-bad-user"),
        ("standup", "daily-standup"),
        ("one bad user", "one-bad-user"),
    ],
)
async def test_b13_a_misspelt_room_is_offered(bench: Bench, text: str, name: str) -> None:
    choices = await bench.choices(text)
    assert choices.near
    assert "(I checked disabled ones too)" in choices.note
    assert f"room {bench.room_id(name)}" in [each.value for each in choices.candidates]


async def test_b13_a_misspelt_word_of_the_command_is_named(bench: Bench) -> None:
    with pytest.raises(NothingFound) as caught:
        await bench.ask("setings")
    assert "Did you mean `settings`?" in caught.value.cause


async def test_a_failing_list_of_rooms_only_costs_the_suggestion(bench: Bench) -> None:
    bench.hundredms.faults.add(Fault(kind="error", path="/v2/rooms", status=500, after=2))
    with pytest.raises(NothingFound):
        await bench.ask("strom")


async def test_b13_one_person_with_that_name_in_a_named_room_is_looked_up(bench: Bench) -> None:
    report = await bench.report("marta in one-bad-user")
    assert report.target.kind == "user"
    assert report.target.room.name == "one-bad-user"
    assert "marta" in (report.target.user_id or "")


async def test_b13_a_near_name_in_a_named_room_is_offered(bench: Bench) -> None:
    choices = await bench.choices("Marta Lindquist in one-bad-user")
    (candidate,) = choices.candidates
    assert (candidate.kind, candidate.name) == ("user", "Marta Lindqvist")
    assert "nobody called “Marta Lindquist”" in choices.note


async def test_a_name_counts_beside_the_id_of_a_room_or_alone(bench: Bench) -> None:
    room = (await bench.report("one-bad-user")).target.room
    named = await bench.report(f"Marta L. in {room.id}")
    assert "marta" in (named.target.user_id or "")
    follow_up = parse_follow_up("marta", NOW)
    assert isinstance(follow_up, FollowUp)
    saved_lookup = SavedLookup("CD-ABCD2345", room.workspace, "room", room.id, NOW)
    found = await bench.put(follow_up.about(saved_lookup))
    assert isinstance(found, Report)
    assert (found.target, found.follow_up) == (named.target, True)


async def test_people_near_an_unknown_user_id_are_offered_with_details(bench: Bench) -> None:
    choices = await bench.choices("user:marta.lindquist@example.com in one-bad-user")
    (candidate,) = choices.candidates
    assert candidate.name == "Marta Lindqvist"
    assert candidate.label == "in room one-bad-user · Chrome 141 on Windows"
    assert candidate.created_at
    assert "no user “marta.lindquist@example.com”" in choices.note
    several = await bench.choices("rao in storm")
    assert len({each.value for each in several.candidates}) > 1


async def test_b13_nobody_of_that_name_leaves_the_room(bench: Bench) -> None:
    choices = await bench.choices("zebulon in one-bad-user")
    assert [each.kind for each in choices.candidates] == ["room"]
    assert "nobody called “zebulon”" in choices.note


async def test_b13_a_person_is_looked_for_in_rooms_of_earlier_look_ups(bench: Bench) -> None:
    with pytest.raises(NothingFound) as caught:
        await bench.ask("marta")
    assert "`marta in <room>`" in caught.value.next_step
    await bench.report("one-bad-user")
    await bench.learned()
    choices = await bench.choices("marta")
    assert [each.name for each in choices.candidates] == ["Marta Lindqvist"]


@pytest.mark.parametrize(
    "example", [text for text, _ in EXAMPLES if text.startswith(("/", "@")) and "…" not in text]
)
async def test_each_example_of_the_help_works_in_the_demo(bench: Bench, example: str) -> None:
    words = example.removeprefix("@Call Doctor ")
    expect = IdentifierKind.PEER if words.startswith("/peer") else None
    if not {"settings", "accuracy", "watch", "watches", "others"} & set(words.split()):
        assert (await bench.put(parse_query(words, NOW, expect=expect))) is not None


async def test_b13_a_name_that_nobody_has_says_where_it_was_looked_for(bench: Bench) -> None:
    await bench.report("one-bad-user")
    await bench.learned()
    for question in (parse_query("zebulon", NOW), parse_query("ze bulon", NOW, expect=PEER)):
        with pytest.raises(NothingFound) as caught:
            await bench.put(question)
        assert "Nobody in the latest sessions of the room looked up lately" in caught.value.cause
        assert "in <room>`" in caught.value.next_step


async def test_a_name_of_a_person_is_not_unknown_while_100ms_fails(bench: Bench) -> None:
    bench.hundredms.faults.add(Fault(kind="error", path="/v2/rooms", status=500))
    with pytest.raises(HundredMsUnreachable):
        await bench.put(parse_query("ze bulon", NOW, expect=PEER))


async def test_b13_rooms_far_behind_the_best_are_not_offered(bench: Bench) -> None:
    (candidate,) = (await bench.choices("one bad user")).candidates
    assert candidate.value == f"room {bench.room_id('one-bad-user')}"
