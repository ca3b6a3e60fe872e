"""response_url: what it takes, what it does, and when it's dead; events that fail come again."""

from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from workbench.pretend_slack import PretendSlack, serve

POST = {"text": "x"}


@pytest.fixture
def address(slack: PretendSlack) -> str:
    url, made = slack.team.new_url("commands", "C0SECRET", "U0ALICE")
    made.ready.set()
    return url


async def send(http: httpx.AsyncClient, address: str, **body: Any) -> tuple[int, str]:
    answer = await http.post(address, json=body)
    return answer.status_code, answer.text


async def test_ephemeral_by_default_anywhere(
    slack: PretendSlack, http: httpx.AsyncClient, address: str
) -> None:
    assert await send(http, address, text="a") == (200, "ok")
    assert await send(http, address, text="b", response_type="in_channel") == (200, "ok")
    (quiet,) = slack.team.ephemeral("U0ALICE", "C0SECRET")
    (loud,) = slack.team.in_channel("C0SECRET")
    assert (quiet.text, loud.text, loud.via) == ("a", "b", "response_url")


async def test_into_a_thread_with_metadata(
    slack: PretendSlack, http: httpx.AsyncClient, address: str
) -> None:
    root = slack.say("C0SECRET", "root")
    meta = {"event_type": "x", "event_payload": {}}
    place: dict[str, Any] = {"response_type": "in_channel", "thread_ts": root.ts}
    await send(http, address, text="a", metadata=meta, replace_original=False, **place)
    (reply,) = slack.team.thread("C0SECRET", root.ts)
    assert reply.metadata == meta


async def test_replaces_and_deletes_what_it_made(
    slack: PretendSlack, http: httpx.AsyncClient, address: str
) -> None:
    await send(http, address, text="a")
    await send(http, address, text="b", replace_original=True)
    (message,) = slack.team.ephemeral("U0ALICE")
    assert (message.text, len(message.edits)) == ("b", 1)
    await send(http, address, text="c", replace_original=True, response_type="in_channel")
    assert message.text == "b"
    assert [m.text for m in slack.team.in_channel("C0SECRET")] == ["c"]
    await send(http, address, delete_original=True)
    assert slack.team.in_channel("C0SECRET") == []


async def test_five_uses(http: httpx.AsyncClient, address: str) -> None:
    answers = [await send(http, address, text="a") for _ in range(6)]
    assert answers[:5] == [(200, "ok")] * 5
    assert answers[5][0] == 404
    assert "used_url" in answers[5][1]


async def test_thirty_minutes(slack: PretendSlack, http: httpx.AsyncClient, address: str) -> None:
    slack.team.clock_ahead += 30 * 60 - 5
    assert await send(http, address, text="a") == (200, "ok")
    slack.team.clock_ahead += 10
    status, text = await send(http, address, text="a")
    assert (status, "expired_url" in text) == (404, True)


async def test_limits_hold(http: httpx.AsyncClient, address: str) -> None:
    status, text = await send(http, address, text="x", blocks=[{"type": "alert"}])
    assert (status, "invalid_blocks" in text) == (400, True)
    assert (await http.post(address, content=b"{")).status_code == 400
    assert (await http.post(address + "x", json=POST)).status_code == 404


@pytest.mark.parametrize(
    ("kind", "status"), [("expired_url", 404), ("http_404", 404), ("http_500", 500)]
)
async def test_a_dead_address(
    slack: PretendSlack, http: httpx.AsyncClient, address: str, kind: str, status: int
) -> None:
    slack.team.faults.add("response_url", kind)
    assert (await send(http, address, text="x"))[0] == status
    assert slack.team.messages == []
    assert await send(http, address, text="x") == (200, "ok")


async def test_a_reset_after_the_deed(
    slack: PretendSlack, http: httpx.AsyncClient, address: str
) -> None:
    slack.team.faults.add("response_url", "reset_after")
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        await send(http, address, text="x")
    assert len(slack.team.messages) == 1


class Bot:
    """Fails some requests, and keeps the retry headers."""

    def __init__(self, *answers: Response) -> None:
        self.answers = list(answers)
        self.retries: list[tuple[str | None, str | None]] = []
        self.app = Starlette(routes=[Route("/", self.take, methods=["POST"])])

    async def take(self, request: Request) -> Response:
        headers = request.headers
        self.retries.append((headers.get("x-slack-retry-num"), headers.get("x-slack-retry-reason")))
        return self.answers.pop(0) if self.answers else PlainTextResponse("")


async def test_an_event_that_fails_comes_again(slack: PretendSlack) -> None:
    bot = Bot(Response(status_code=500), Response(status_code=503))
    slack.team.retry_delays = (0.0, 0.01, 0.01)
    async with serve(bot.app) as served:
        slack.team.request_url = f"{served.url}/"
        done = await slack.mention("C0ONCALL", "x")
        assert not done.acked
        await slack.postman.settled()
        assert done.acked
    assert bot.retries == [(None, None), ("1", "http_error"), ("2", "http_error")]


async def test_an_event_may_ask_not_to_come_again(slack: PretendSlack) -> None:
    bot = Bot(Response(status_code=500, headers={"x-slack-no-retry": "1"}))
    async with serve(bot.app) as served:
        slack.team.request_url = f"{served.url}/"
        await slack.mention("C0ONCALL", "x")
        await slack.postman.settled()
    assert len(bot.retries) == 1


async def test_commands_never_come_again(slack: PretendSlack) -> None:
    bot = Bot(Response(status_code=500))
    async with serve(bot.app) as served:
        slack.team.request_url = f"{served.url}/"
        done = await slack.type_command("C0ONCALL", "U0BOB", "/x")
        await slack.postman.settled()
    assert (len(bot.retries), done.user_error) == (1, "dispatch_failed")


async def test_an_ack_may_be_a_whole_message_for_all(slack: PretendSlack) -> None:
    ack = {"response_type": "in_channel", "text": "hi", "blocks": [{"type": "divider"}]}
    bot = Bot(JSONResponse(ack))
    async with serve(bot.app) as served:
        slack.team.request_url = f"{served.url}/"
        await slack.type_command("C0ONCALL", "U0BOB", "/x")
    (message,) = slack.team.in_channel("C0ONCALL")
    assert (message.text, message.via) == ("hi", "ack")
