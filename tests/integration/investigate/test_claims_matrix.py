"""Each source that an answer rests on, each way to fail, each kind of answer: no false word.

Every combination is asked of the real engine over the pretend 100ms, and all that can be said of
its answer is rendered and held against the answer with everything read.
"""

from pathlib import Path

import pytest

from bot.domain.errors import BotError
from bot.domain.report import Report
from bot.render.json_document import document
from tests.support.claims.check import RENDERER, claims, complaints, lead
from tests.support.claims.room import (
    FAILURES,
    PEERS,
    SOURCES,
    asked,
    asked_without,
    engine,
    text_of,
)
from workbench.pretend_slack.limits import visible_text

LEADS = (
    ("network-one-firewall-among-ten", ""),
    ("network-one-firewall-among-ten", "peer p-ann"),
    ("network-one-firewall-among-ten", "user ann"),
    ("network-office-never-finds-a-path", ""),
    ("network-blip-of-one-in-six", ""),
    ("device-blips-of-others-weigh-nothing", ""),
    ("device-alone-with-a-blocked-camera", ""),
    ("environment-three-in-firefox", ""),
    ("app-ten-tokens-expired-together", ""),
    ("account-role-is-full", ""),
    ("account-room-switched-off", ""),
    ("service-outage-in-three-guises", ""),
    ("service-nine-got-503-and-got-in", ""),
    ("service-all-but-one-came-back", ""),
    ("mixed-three-causes-for-three-people", ""),
    ("mixed-everybody-came-back", ""),
    ("none-joined-twice", ""),
    ("none-screen-picker-cancelled", ""),
    ("outcome-closed-the-tab-while-retrying", ""),
    ("outcome-sending-proved-by-samples", ""),
    ("people-only-of-the-session-asked-for", ""),
    ("people-counted-once-in-a-month", ""),
    ("bot-alone-has-no-people", ""),
    ("none-quiet-call", ""),
    ("none-quiet-call", "user ann"),
    ("none-window-with-a-quiet-call", ""),
    ("nothing-room-never-used", ""),
    ("nothing-room-switched-off", ""),
    ("nothing-session-too-old", ""),
    ("nothing-window-without-a-session", ""),
)


@pytest.mark.parametrize(("room", "who"), LEADS)
async def test_no_false_word_where_a_source_is_unread(room: str, who: str, tmp_path: Path) -> None:
    text = text_of(room, who)
    wrong: dict[tuple[str, str], list[str]] = {}
    judged: list[object] = []
    async with engine(room, tmp_path) as (investigator, spoiler):
        whole = await asked(investigator, text)
        assert isinstance(whole, Report), whole
        for source in SOURCES:
            for failure in FAILURES:
                found, _ = await asked_without(investigator, spoiler, text, source, failure)
                if alike(found) not in judged:  # only the reason that a note names is another
                    wrong[source, failure] = complaints(found, whole, source, failure)
                    judged.append(alike(found))
    assert not {where: told for where, told in wrong.items() if told}


def opening(report: Report) -> str:
    return visible_text([dict(block) for block in RENDERER.answer(report).opening.blocks])


def alike(found: Report | BotError) -> object:
    """All of an answer but the words of its notes."""
    if isinstance(found, BotError):
        return found
    seen = found.completeness
    return found.diagnosis, seen.complete, seen.types_unread, bool(seen.notes)


async def test_404_of_measurements_means_that_there_are_none(tmp_path: Path) -> None:
    room = "network-one-firewall-among-ten"
    async with engine(room, tmp_path) as (investigator, spoiler):
        text = text_of(room, "")
        whole = await asked(investigator, text)
        found, played = await asked_without(investigator, spoiler, text, "peer-stats", "404")
    assert played
    assert isinstance(found, Report)
    assert isinstance(whole, Report)
    assert found.diagnosis == whole.diagnosis
    assert found.completeness.notes == ()


@pytest.mark.parametrize("failure", FAILURES)
async def test_who_was_in_the_room_is_unknown_without_sessions(
    failure: str, tmp_path: Path
) -> None:
    room = "network-one-firewall-among-ten"
    async with engine(room, tmp_path) as (investigator, spoiler):
        text = text_of(room, "")
        for source in ("sessions", PEERS):
            found, played = await asked_without(investigator, spoiler, text, source, failure)
            assert played
            assert isinstance(found, Report)
            told = document(found)
            assert told["people"]["in_room"] is None
            assert {one["total"] for one in told["people"]["by_role"]} == {None}
            assert told["completeness"]["complete"]
            assert told["completeness"]["notes"]
            assert lead(found).startswith("Partial answer: ")
            assert "Not read:\n \nwho was in the call" in opening(found)


async def test_what_is_unread_is_a_note_though_it_changes_nothing(tmp_path: Path) -> None:
    room = "none-quiet-call"
    async with engine(room, tmp_path) as (investigator, spoiler):
        text = text_of(room, "")
        found, played = await asked_without(investigator, spoiler, text, "tracks", "failing")
    assert played
    assert isinstance(found, Report)
    assert "track events" in found.completeness.notes[0]
    assert found.completeness.complete


async def test_the_check_knows_a_false_word(tmp_path: Path) -> None:
    """The claims of a whole answer are found, so that their absence elsewhere means something."""
    room = "network-one-firewall-among-ten"
    async with engine(room, tmp_path) as (investigator, _):
        whole = await asked(investigator, text_of(room, ""))
    assert isinstance(whole, Report)
    assert "the other 9 had no errors" in claims(whole)
    assert "Ann could not receive audio or video despite " in RENDERER.answer(whole).opening.text
