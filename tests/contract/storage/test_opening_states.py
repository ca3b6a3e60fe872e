"""The states of openings: no edit is lost, none is kept too long, and people are forgotten."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.answer_log import OpeningState
from bot.domain.difference import AnswerFacts, PersonFacts, person_digest
from bot.domain.saved_lookup import SavedLookup
from bot.storage import open_database

START = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)
HANDLE = SavedLookup("CD-AB234567", "main", "room", "room-1", START)
FACTS = AnswerFacts(
    3,
    1,
    "device",
    likely=True,
    unread=False,
    people=(PersonFacts((person_digest("Ann"),), "left"),),
)
STATE = OpeningState(HANDLE, "C0ONCALL", "10.1", "10.1", FACTS, "U0ALICE", "alice")


def clock() -> datetime:
    return START


def another(reference: str, **facts: object) -> OpeningState:
    handle = replace(HANDLE, lookup_id=reference, **facts)  # type: ignore[arg-type]
    return replace(STATE, handle=handle, ts=f"20.{reference}")


async def test_a_state_is_found_after_a_restart_and_added_once(database_url: str) -> None:
    async with open_database(database_url, clock=clock) as memory:
        await memory.opening_states.add(STATE)
        await memory.opening_states.add(replace(STATE, taken_by="Bob"))
    async with open_database(database_url, clock=clock) as memory:
        assert await memory.opening_states.find("cd-ab234567") == STATE
        assert await memory.opening_states.find("CD-OTHER222") is None


async def test_of_two_next_revisions_one_is_stored(database_url: str) -> None:
    async with open_database(database_url, clock=clock) as memory:
        await memory.opening_states.add(STATE)
        wanted = [
            replace(STATE, revision=2, taken_by=name, edits=(name,)) for name in ("Ann", "Bob")
        ]
        stored = await asyncio.gather(*map(memory.opening_states.replace, wanted))
        assert sorted(stored) == [False, True]
        assert await memory.opening_states.find("CD-AB234567") == wanted[stored.index(True)]


async def test_the_standing_answer_is_of_the_same_target_channel_and_time(
    database_url: str,
) -> None:
    async with open_database(database_url, clock=clock) as memory:
        states = memory.opening_states
        asked = replace(HANDLE, lookup_id="CD-NEW22222")
        for state in (
            STATE,
            another("CD-PEER2222", kind="peer", peer_id="p-1"),
            another("CD-LATER222", as_of=START + timedelta(minutes=5)),
            replace(another("CD-ELSE2222"), channel="C0OTHER"),
            replace(another("CD-PRIV2222"), ts=""),
        ):
            await states.add(state)
        for since, reference in ((START, "CD-LATER222"), (START + timedelta(minutes=6), "")):
            found = await states.find_standing(asked, "C0ONCALL", since)
            assert (found.handle.lookup_id if found else "") == reference
        mine = await states.find_standing(
            replace(asked, lookup_id="CD-LATER222"), "C0ONCALL", START
        )
        assert mine == STATE


async def test_a_state_is_kept_for_30_days(database_url: str) -> None:
    now = [START]
    async with open_database(database_url, clock=lambda: now[0]) as memory:
        await memory.opening_states.add(STATE)
        now[0] += timedelta(days=31)
        assert await memory.opening_states.find("CD-AB234567") is None
        await memory.purge()
        now[0] = START
        assert await memory.opening_states.find("CD-AB234567") is None


async def test_people_and_rooms_are_forgotten(database_url: str) -> None:
    async with open_database(database_url, clock=clock) as memory:
        states = memory.opening_states
        mine = replace(another("CD-MINE2222", room_id="room-2"), facts=None)
        for state in (STATE, replace(mine, taken_by="Bob", taken_user="U0BOB")):
            await states.add(state)
        assert (await memory.forget_user("ann"))["states of openings"] == 1
        assert await states.find("CD-AB234567") is None
        assert (await memory.forget_user("U0BOB"))["states of openings"] == 1
        assert await states.find("CD-MINE2222") == mine
        assert (await memory.forget_room("room-2"))["states of openings"] == 1
        assert await states.find("CD-MINE2222") is None
        await states.add(STATE)
        assert await states.find("CD-AB234567") is not None
        assert (await memory.forget_user("U0ALICE"))["states of openings"] == 1
