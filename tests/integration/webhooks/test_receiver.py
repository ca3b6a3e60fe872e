"""Webhooks over real HTTP: who may send them, what is answered, and what is stored."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.webhooks import HEADER, ROOM, SECRET, open_webhooks_bench
from workbench.pretend_hundredms.demo import OTHER_ACCESS_KEY, OTHER_SECRET
from workbench.pretend_hundredms.webhooks.sender import as_replay

LIMIT = 256 * 1024


@pytest.mark.parametrize("mode", ["http", "socket"])
async def test_all_documented_webhooks_are_taken_in_both_modes(tmp_path: Path, mode: str) -> None:
    async with open_webhooks_bench(tmp_path, mode) as b:
        webhooks = list(b.hooks.documented(b.hooks.began_at))
        assert {await b.sender.send(webhook) for webhook in webhooks} == {200}
        assert await b.count("stored") == 13
        assert await b.count("ignored") == len(webhooks) - 13
        for webhook in webhooks:
            peer = webhook["data"].get("peer_id")
            if peer:
                assert await b.bench.memory.rooms_of_peer(peer) == (("default", ROOM),)


async def test_twice_reordered_and_replayed_webhooks_are_stored_once(tmp_path: Path) -> None:
    async with open_webhooks_bench(tmp_path) as b:
        webhooks = [w for w in b.hooks.documented(b.hooks.began_at) if "peer_id" in w["data"]]
        order = [*webhooks, *webhooks, *map(as_replay, webhooks)]
        random.Random(7).shuffle(order)  # noqa: S311  no secret
        statuses = await asyncio.gather(*map(b.sender.send, order))
        assert set(statuses) == {200}
        assert await b.count("stored") == len(webhooks)
        assert await b.count("repeated") == 2 * len(webhooks)


async def test_200_webhooks_a_second_are_all_answered_and_stored(tmp_path: Path) -> None:
    async with open_webhooks_bench(tmp_path) as b:
        began = b.hooks.began_at
        webhooks = [b.hooks.joined(f"p{n}", began + timedelta(seconds=n)) for n in range(600)]
        statuses = await b.sender.send_steadily(webhooks, 200)
        assert set(statuses) == {200}
        for _ in range(600):  # on a busy machine some wait in memory for a moment
            if await b.count("stored") == len(webhooks):
                break
            await asyncio.sleep(0.05)
        assert await b.count("stored") == len(webhooks)


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/100ms/webhooks/default", {}),
        ("/100ms/webhooks/default", {HEADER: ""}),
        ("/100ms/webhooks/default", {HEADER: SECRET + "x"}),
        ("/100ms/webhooks/default", {HEADER: SECRET.upper()}),
        ("/100ms/webhooks/default", {"x-other": SECRET}),
        ("/100ms/webhooks/DEFAULT", {HEADER: SECRET}),
        ("/100ms/webhooks/nobody", {HEADER: SECRET}),
        ("/100ms/webhooks/nobody", {}),
    ],
)
async def test_strangers_are_refused_without_a_word(
    tmp_path: Path, path: str, headers: dict[str, str]
) -> None:
    async with open_webhooks_bench(tmp_path, path=path, headers=headers) as b:
        body = json.dumps(b.hooks.opened())
        answer = await b.sender.http.post(b.sender.url, content=body, headers=headers)
        assert (answer.status_code, answer.content) == (401, b"")
        assert await b.count("refused") == 1
        assert await b.count("stored") == 0


async def test_without_a_secret_there_is_no_such_path(tmp_path: Path) -> None:
    async with open_webhooks_bench(tmp_path, hms_webhook_header="x-mine") as b:
        assert await b.sender.send(b.hooks.opened()) == 404


async def test_a_hipaa_workspace_signs(tmp_path: Path) -> None:
    async with open_webhooks_bench(
        tmp_path, headers={}, signature_secret="key", hms_webhook_signature_secret="key"
    ) as b:
        body = json.dumps(b.hooks.opened()).encode()
        assert await b.sender.post(body) == 200
        assert await b.sender.post(body, **{"x-100ms-signature": b"0" * 64}) == 401
        assert await b.sender.post(body, **{"x-100ms-signature": "é".encode()}) == 401
        forged = httpx.AsyncClient()
        async with forged:
            assert (await forged.post(b.sender.url, content=body)).status_code == 401


@pytest.mark.parametrize(
    ("headers", "key", "status"),
    [({HEADER: SECRET}, "key", 200), ({}, "key", 401), ({HEADER: SECRET}, "", 401)],
)
async def test_with_both_secrets_both_must_hold(
    tmp_path: Path, headers: dict[str, str], key: str, status: int
) -> None:
    async with open_webhooks_bench(
        tmp_path,
        headers=headers,
        signature_secret=key,
        hms_webhook_secret=SECRET,
        hms_webhook_signature_secret="key",
    ) as b:
        assert await b.sender.send(b.hooks.opened()) == status


async def test_each_workspace_has_its_own_secret(tmp_path: Path) -> None:
    eu = {"access_key": OTHER_ACCESS_KEY, "secret": OTHER_SECRET}
    eu |= {"webhook_secret": "eu's", "webhook_header": "X-EU"}
    async with open_webhooks_bench(
        tmp_path, hms_webhook_secret=SECRET, hms_workspaces={"EU": eu}
    ) as b:
        body = json.dumps(b.hooks.joined("Ann", b.hooks.began_at))

        async def send(alias: str, headers: dict[str, str]) -> int:
            url = f"{b.bench.url}/100ms/webhooks/{alias}"
            return (await b.sender.http.post(url, content=body, headers=headers)).status_code

        assert await send("eu", {HEADER: SECRET}) == 401
        assert await send("default", {"x-eu": "eu's"}) == 401
        assert await send("eu", {"x-eu": "eu's"}) == 200
        peer = json.loads(body)["data"]["peer_id"]
        assert await b.bench.memory.rooms_of_peer(peer) == (("eu", ROOM),)


async def test_the_secret_stands_in_the_configured_header(tmp_path: Path) -> None:
    async with open_webhooks_bench(
        tmp_path, headers={}, hms_webhook_secret=SECRET, hms_webhook_header="X-Mine"
    ) as b:
        body = json.dumps(b.hooks.opened())
        for headers, status in (({HEADER: SECRET}, 401), ({"x-mine": SECRET}, 200)):
            answer = await b.sender.http.post(b.sender.url, content=body, headers=headers)
            assert answer.status_code == status


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"id": "x", "type": "peer.join.success"}',
        b'{"id": "x", "type": {}, "data": []}',
        b'{"id": "\\u0000", "type": "peer.join.success", "data": {"room_id": "r"}}',
        b'{"id": 1e999, "type": "room.end.success", "timestamp": "never", "data": {}}',
    ],
)
async def test_authentic_junk_is_acknowledged_and_counted(tmp_path: Path, body: bytes) -> None:
    async with open_webhooks_bench(tmp_path) as b:
        assert await b.sender.post(body) == 200
        assert await b.count("unreadable") == 1
        assert await b.count("stored") == 0


async def _in_chunks(body: bytes) -> AsyncIterator[bytes]:
    for start in range(0, len(body), 65_536):
        yield body[start : start + 65_536]


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_large_body_is_refused_with_or_without_a_length(
    tmp_path: Path, *, chunked: bool
) -> None:
    async with open_webhooks_bench(tmp_path) as b:
        for size, status in ((LIMIT, 200), (LIMIT + 1, 413)):
            body = json.dumps(b.hooks.opened()).encode().ljust(size)
            content: Any = _in_chunks(body) if chunked else body
            answer = await b.sender.http.post(
                b.sender.url, content=content, headers=dict(b.sender.headers)
            )
            assert answer.status_code == status
        assert await b.count("too_large") == 1
