"""Every fault happens as its rule says, and no oftener."""

import asyncio

import httpx
import pytest

from tests.support.pretend_slack import Seen, over_http, over_socket
from workbench.pretend_slack import PretendSlack

POST = {"channel": "C0ONCALL", "text": "x"}


async def post(slack: PretendSlack, http: httpx.AsyncClient, **more: object) -> httpx.Response:
    token = {"Authorization": f"Bearer {slack.team.app.bot_token}"}
    return await http.post("/api/chat.postMessage", json=POST | more, headers=token, timeout=0.5)


async def test_a_rate_limit_tells_how_long(slack: PretendSlack, http: httpx.AsyncClient) -> None:
    slack.team.faults.add("chat.postMessage", "ratelimited", seconds=7)
    answer = await post(slack, http)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert answer.json() == {"ok": False, "error": "ratelimited"}
    assert (await post(slack, http)).json()["ok"]
    assert [call.fault for call in slack.team.calls] == ["ratelimited", ""]


@pytest.mark.parametrize("status", [500, 503])
async def test_server_errors(slack: PretendSlack, http: httpx.AsyncClient, status: int) -> None:
    slack.team.faults.add("chat.*", f"http_{status}")
    assert (await post(slack, http)).status_code == status
    assert slack.team.messages == []


async def test_a_page_of_html_instead_of_an_answer(
    slack: PretendSlack, http: httpx.AsyncClient
) -> None:
    slack.team.faults.add("chat.*", "html")
    assert "<html>" in (await post(slack, http)).text


@pytest.mark.parametrize(
    "error",
    [
        "internal_error",
        "fatal_error",
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "restricted_action",
        "invalid_blocks",
        "msg_blocks_too_long",
        "invalid_auth",
        "token_revoked",
        "missing_scope",
        "expired_trigger_id",
    ],
)
async def test_named_errors(slack: PretendSlack, http: httpx.AsyncClient, error: str) -> None:
    slack.team.faults.add("chat.postMessage", error)
    answer = await post(slack, http)
    assert (answer.status_code, answer.json()["error"]) == (200, error)
    assert slack.team.messages == []
    assert slack.team.calls[0].answer == answer.json()


async def test_details_come_with_errors(slack: PretendSlack, http: httpx.AsyncClient) -> None:
    slack.team.faults.add("*", "invalid_blocks")
    slack.team.faults.add("*", "missing_scope", more={"needed": "files:write"})
    first, second = (await post(slack, http)).json(), (await post(slack, http)).json()
    assert "json-pointer" in first["response_metadata"]["messages"][0]
    assert second["needed"] == "files:write"


async def test_a_call_hangs(slack: PretendSlack, http: httpx.AsyncClient) -> None:
    slack.team.faults.add("chat.postMessage", "timeout")
    with pytest.raises(httpx.ReadTimeout):
        await post(slack, http)


async def test_a_slow_call_comes_to_its_end(slack: PretendSlack, http: httpx.AsyncClient) -> None:
    slack.team.faults.add("chat.postMessage", "slow", seconds=0.1)
    assert (await post(slack, http)).json()["ok"]
    assert len(slack.team.messages) == 1


@pytest.mark.parametrize("begun", [0, 1])
async def test_who_leaves_a_slow_call_undoes_only_what_was_not_begun(
    slack: PretendSlack, http: httpx.AsyncClient, begun: int
) -> None:
    slack.team.faults.add("chat.postMessage", "slow", seconds=60, do_first=bool(begun))
    with pytest.raises(httpx.ReadTimeout):
        await post(slack, http)
    await slack.until(lambda: slack.team.calls[0].status is not None)
    assert len(slack.team.messages) == begun


@pytest.mark.parametrize(("kind", "posted"), [("reset_before", 0), ("reset_after", 1)])
async def test_a_connection_breaks(
    slack: PretendSlack, http: httpx.AsyncClient, kind: str, posted: int
) -> None:
    slack.team.faults.add("chat.postMessage", kind)
    with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
        await post(slack, http)
    assert len(slack.team.messages) == posted


async def test_an_error_may_come_after_the_deed(
    slack: PretendSlack, http: httpx.AsyncClient
) -> None:
    slack.team.faults.add("chat.postMessage", "fatal_error", do_first=True)
    assert (await post(slack, http)).json()["error"] == "fatal_error"
    assert len(slack.team.messages) == 1


async def test_a_rule_takes_some_calls_only(slack: PretendSlack, http: httpx.AsyncClient) -> None:
    meta = {"event_type": "x", "event_payload": {"part": "failure-2"}}
    slack.team.faults.add("*", "fatal_error", channel="C0WARROOM", times=None)
    slack.team.faults.add("*", "internal_error", part="failure-*", after=1, times=1)
    errors = [
        (await post(slack, http, **more)).json().get("error")
        for more in (
            {},
            {"metadata": meta},
            {"metadata": meta},
            {"metadata": meta},
            {"channel": "C0WARROOM"},
            {"channel": "C0WARROOM"},
        )
    ]
    assert errors == [None, None, "internal_error", None, "fatal_error", "fatal_error"]
    slack.team.faults.clear()
    assert (await post(slack, http, channel="C0WARROOM")).json()["ok"]


async def test_a_refused_handshake(slack: PretendSlack) -> None:
    slack.team.faults.add("socket", "refuse")
    seen = Seen()
    async with over_socket(slack, seen):
        assert (await slack.type_command("C0ONCALL", "U0BOB", "/call-errors", "x")).acked


@pytest.mark.parametrize("how", ["disconnect", "drop"])
async def test_a_lost_socket_is_replaced(slack: PretendSlack, how: str) -> None:
    seen = Seen()
    async with over_socket(slack, seen):
        opened = len(slack.team.calls_of("apps.connections.open"))
        await (slack.hub.drop() if how == "drop" else slack.hub.disconnect())
        await slack.until(
            lambda: (
                slack.hub.connections and len(slack.team.calls_of("apps.connections.open")) > opened
            )
        )
        # slack_sdk's client may connect twice, and end the first of both: the last one stays.
        while not (await slack.type_command("C0ONCALL", "U0BOB", "/call-errors", "x")).acked:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_without_any_socket_a_command_fails(slack: PretendSlack) -> None:
    done = await slack.type_command("C0ONCALL", "U0BOB", "/call-errors", "x")
    assert (done.acked, done.user_error) == (False, "dispatch_failed")


async def test_a_ticket_is_good_once(slack: PretendSlack, http: httpx.AsyncClient) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version": "13",
    }
    answer = await http.get("/link/?ticket=used-up", headers=upgrade)
    assert answer.status_code == 403
    assert slack.hub.connections == 0


async def test_a_dead_bot_makes_an_operation_time_out(slack: PretendSlack) -> None:
    slack.team.request_url = "http://127.0.0.1:9/slack/events"
    done = await slack.type_command("C0ONCALL", "U0BOB", "/call-errors", "x")
    assert (done.error, done.user_error) == ("connection_failed", "dispatch_failed")


async def test_an_upload_fails(slack: PretendSlack, http: httpx.AsyncClient) -> None:
    slack.team.faults.add("upload", "http_500")
    assert (await http.post("/upload/v1/F1/x", content=b"x")).status_code == 500
    assert (await http.post("/upload/v1/F1/x", content=b"x")).status_code == 404


async def test_a_bad_signature_is_refused_and_a_good_one_taken(slack: PretendSlack) -> None:
    async with over_http(slack, Seen()):
        assert (await slack.verify_url("c")).body == {"challenge": "c"}
        assert (await slack.ssl_check()).status == 200
        slack.team.app.signing_secret = "another"
        assert (await slack.verify_url()).status == 401
