"""The pretend 100ms sends every documented webhook, in any way that one asks for."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.support.pretend_hundredms import bench
from workbench.pretend_hundredms.serving import running

SECRET = {"x-secret": "s"}


@asynccontextmanager
async def receiver() -> AsyncIterator[tuple[str, list[tuple[str, dict[str, object]]]]]:
    """Run a server that notes the secret and the body of each webhook."""
    seen: list[tuple[str, dict[str, object]]] = []

    async def note(request: Request) -> Response:
        seen.append((request.headers["x-secret"], json.loads(await request.body())))
        return Response()

    app = Starlette(routes=[Route("/hook", note, methods=["POST"])])
    async with running(app) as address:
        yield address.removesuffix("/v2") + "/hook", seen


@pytest.mark.parametrize(
    ("ways", "times"), [([], 1), (["twice", "shuffled"], 2), (["replayed"], 1), (["forged"], 1)]
)
async def test_webhooks_are_sent_in_these_ways(ways: list[str], times: int) -> None:
    async with receiver() as (url, seen), bench() as b:
        asked = {"url": url, "headers": SECRET, "ways": ways, "per_second": 1000}
        answer = await b.client.post("http://pretend.test/_control/webhooks", json=asked)
        webhooks = [body for _, body in seen]
        assert answer.json() == {"statuses": {"200": len(webhooks)}}
        assert len({body["id"] for body in webhooks}) * times == len(webhooks)
        assert len({str(body["type"]) for body in webhooks}) >= 30
        assert all(body.get("is_replay", False) == ("replayed" in ways) for body in webhooks)
        assert {secret == "s" for secret, _ in seen} == {"forged" not in ways}


async def test_webhooks_go_to_this_machine_alone() -> None:
    async with bench() as b:
        asked = {"url": "http://example.com/hook", "headers": SECRET}
        answer = await b.client.post("http://pretend.test/_control/webhooks", json=asked)
        assert answer.status_code == 400
