"""What is kept of webhooks, for how long, and how it is forgotten: on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.domain.rooms import CallFact
from bot.storage import Database, open_database

NOW = datetime.now(UTC).replace(microsecond=0)
PEER = "0b2f6c1e-9a3d-4c55-8e2b-7d1f0a6b9c11"
KICKED = CallFact(
    *("w", "peer.leave.success", "main", "room-1", NOW, "session-1", PEER, "customer-7"),
    reason="peer kicked",
)
REFUSED = CallFact(
    *("w", "peer.join.failure", "main", "room-1", NOW, "", "peer-2", "customer-8"),
    reason="role not allowed",
)
JOINED = CallFact(
    *("w", "peer.join.success", "main", "room-2", NOW, "session-2", "peer-3", "customer-9")
)
ENDED = CallFact("w", "room.end.success", "main", "room-1", NOW + timedelta(seconds=1))
ALL = (KICKED, REFUSED, JOINED, ENDED)


def received(*facts: CallFact, prefix: str = "w") -> list[CallFact]:
    """Return the facts as webhooks with ids of their own."""
    return [replace(fact, id=f"{prefix}{number}") for number, fact in enumerate(facts)]


async def facts_of(memory: Database, room: str = "room-1") -> set[CallFact]:
    facts = await memory.call_facts.of_room("main", room, 100)
    return {replace(fact, id="w") for fact in facts}


async def test_facts_with_a_reason_and_ends_are_found_by_room(database_url: str) -> None:
    async with open_database(database_url) as memory:
        new = await memory.call_facts.store(received(*ALL))
        assert new == {("main", f"w{number}") for number in range(4)}
        assert await facts_of(memory) == {KICKED, REFUSED, ENDED}
        assert await facts_of(memory, "room-2") == set()
        assert await memory.call_facts.of_room("other", "room-1", 100) == []
        assert await memory.call_facts.of_room("main", "room-1", 1) == [replace(ENDED, id="w3")]


async def test_peers_are_found_also_those_who_never_got_in(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.call_facts.store(received(*ALL))
        assert await memory.rooms_of_peer("PEER-2") == (("main", "room-1"),)
        assert await memory.rooms_of_peer("peer-3") == (("main", "room-2"),)


async def test_a_user_is_found_in_each_room_the_latest_first(database_url: str) -> None:
    now = NOW
    async with open_database(database_url, clock=lambda: now) as memory:
        again = replace(JOINED, user_id="customer-8", at=NOW + timedelta(seconds=5))
        older = replace(REFUSED, room_id="room-3", at=NOW - timedelta(days=29))
        await memory.call_facts.store(received(*ALL, REFUSED, again, older))
        rooms = [("main", "room-2"), ("main", "room-1")]
        assert await memory.rooms_of_user("customer-8") == [*rooms, ("main", "room-3")]
        assert await memory.rooms_of_user("CUSTOMER-8") == []
        assert not await memory.rooms_of_user("")
        now += timedelta(days=2)
        assert await memory.rooms_of_user("customer-8") == rooms
        await memory.forget_user("customer-8")
        assert await memory.rooms_of_user("customer-8") == []


async def test_a_webhook_is_new_once_whoever_stores_it(database_url: str) -> None:
    async with open_database(database_url) as memory, open_database(database_url) as replica:
        batch = [*received(*ALL), *received(*ALL)]
        news = await asyncio.gather(
            memory.call_facts.store(batch),
            replica.call_facts.store(list(reversed(batch))),
            memory.call_facts.store(received(*ALL[:2])),
        )
        keys = sorted(key for new in news for key in new)
        assert keys == [("main", f"w{number}") for number in range(4)]


async def test_the_same_id_in_two_workspaces_is_two_webhooks(database_url: str) -> None:
    async with open_database(database_url) as memory:
        other = CallFact("w", "session.open.success", "other", "room-9", NOW)
        new = await memory.call_facts.store([JOINED, other])
        assert new == {("main", "w"), ("other", "w")}


async def test_facts_are_dropped_after_thirty_days_of_their_own_time(database_url: str) -> None:
    clock_offset = timedelta()
    async with open_database(database_url, clock=lambda: NOW + clock_offset) as memory:
        old = replace(REFUSED, at=NOW - timedelta(days=29))
        too_old = replace(JOINED, at=NOW - timedelta(days=31), peer_id="p6")
        await memory.call_facts.store(received(old, too_old, KICKED))
        assert await facts_of(memory) == {old, KICKED}
        assert await memory.rooms_of_peer("p6") == ()
        clock_offset = timedelta(days=2)
        assert await facts_of(memory) == {KICKED}
        await memory.purge()
        clock_offset = timedelta()
        assert await facts_of(memory) == {KICKED}, "it was deleted, not only hidden"


async def test_a_person_is_forgotten_with_the_peers_of_their_user_id(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.call_facts.store(received(*ALL))
        removed = await memory.forget_user("customer-7")
        assert (removed["webhooks"], removed["peers"]) == (1, 1)
        assert await memory.rooms_of_peer(PEER) == ()
        assert await facts_of(memory) == {REFUSED, ENDED}
        removed = await memory.forget_user("PEER-2")
        assert (removed["webhooks"], removed["peers"]) == (1, 1)
        assert await facts_of(memory) == {ENDED}


async def test_a_room_is_forgotten_with_its_webhooks(database_url: str) -> None:
    async with open_database(database_url) as memory:
        await memory.call_facts.store(received(*ALL))
        assert (await memory.forget_room("room-1"))["webhooks"] == 3
        assert await facts_of(memory) == set()
        assert await memory.rooms_of_peer("peer-3") == (("main", "room-2"),)


async def test_late_and_replayed_webhooks_bring_nobody_back(database_url: str) -> None:
    moment = NOW + timedelta(minutes=1)
    async with open_database(database_url, clock=lambda: moment) as memory:
        await memory.call_facts.store(received(*ALL))
        await memory.forget_user("customer-7")
        moment = NOW + timedelta(days=3)
        assert await memory.call_facts.store(received(KICKED, REFUSED, prefix="late")) == {
            ("main", "late1")
        }
        assert KICKED not in await facts_of(memory)
        assert await memory.rooms_of_peer(PEER) == ()
        later = replace(KICKED, at=moment, peer_id="p-new")
        await memory.call_facts.store(received(later, prefix="new"))
        assert await memory.rooms_of_peer("p-new") == (("main", "room-1"),)


async def test_of_all_processes_one_pulls_and_the_next_goes_on_where_it_ended(
    database_url: str,
) -> None:
    every, moment = timedelta(minutes=5), NOW
    async with open_database(database_url, clock=lambda: moment) as memory:
        claims = await asyncio.gather(
            *(memory.call_facts.claim_pull("main", every) for _ in range(4))
        )
        assert [claim for claim in claims if claim] == [NOW - timedelta(days=30)]
        assert await memory.call_facts.claim_pull("other", every) == NOW - timedelta(days=30)
        await memory.call_facts.note_pull("main", NOW - timedelta(minutes=1))
        moment = NOW + timedelta(minutes=4)
        assert await memory.call_facts.claim_pull("main", every) is None
        moment = NOW + timedelta(minutes=5)
        assert await memory.call_facts.claim_pull("main", every) == NOW - timedelta(minutes=1)
