"""The control endpoints steer everything from another process."""

from typing import Any

import httpx

from tests.support.pretend_slack import ACTIONS, Seen
from workbench.pretend_slack import PretendSlack, build, example_team, serve


async def do(http: httpx.AsyncClient, deed: str, **args: Any) -> Any:
    answer = await http.post(f"/_control/{deed}", json=args)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def listed(http: httpx.AsyncClient, what: str, **query: str) -> Any:
    return (await http.get(f"/_control/{what}", params=query)).json()


async def test_people_act_through_it(
    slack: PretendSlack, seen: Seen, http: httpx.AsyncClient
) -> None:
    command = {"channel": "C0ONCALL", "user": "U0ALICE", "command": "/call-errors", "text": "x"}
    done = await do(http, "command", **command)
    assert (done["acked"], done["kind"]) == (True, "slash_commands")
    said = await do(http, "say", channel="C0ONCALL", text="6537f2", user="U0BOB")
    place = {"channel": "C0ONCALL", "ts": said["ts"]}
    assert (await do(http, "message_shortcut", **place))["acked"]
    await slack.until(lambda: slack.team.views)
    (view,) = await listed(http, "views")
    assert view["is_open"]
    await do(http, "submit", view=view["id"], state={"what": "6537f2"})
    assert not (await listed(http, "views"))[0]["is_open"]
    assert (await do(http, "global_shortcut"))["acked"]
    assert (await do(http, "mention", channel="C0ONCALL", text="x"))["acked"]
    assert (await do(http, "home"))["acked"]
    message = slack.team.app_message("C0ONCALL", text="x", blocks=[ACTIONS])
    press = {"channel": "C0ONCALL", "ts": message.ts, "action_id": "more"}
    assert (await do(http, "click", **press))["acked"]
    number = next(i for i, d in enumerate(slack.team.deliveries) if d.kind == "events_api")
    await do(http, "redeliver", number=number)
    deliveries = await listed(http, "deliveries")
    assert len(deliveries) == 7
    assert len(deliveries[number]["attempts"]) == 2
    assert seen


async def test_lists_and_their_filters(slack: PretendSlack, http: httpx.AsyncClient) -> None:
    slack.say("C0ONCALL", "a")
    slack.say("C0SECRET", "b")
    slack.team.app_message("C0ONCALL", text="c", ephemeral_to="U0BOB")
    await http.post("/api/api.test")
    assert [m["text"] for m in await listed(http, "messages", channel="C0ONCALL")] == ["a", "c"]
    assert [m["text"] for m in await listed(http, "messages", user="U0BOB")] == ["c"]
    assert [c["method"] for c in await listed(http, "calls", method="api.test")] == ["api.test"]
    assert await listed(http, "files") == []
    assert await listed(http, "connections") == [{"open": 0}]


async def test_faults_and_settings(slack: PretendSlack, http: httpx.AsyncClient) -> None:
    rule = {"method": "api.test", "kind": "fatal_error", "times": None}
    await http.post("/_control/faults", json=rule)
    assert (await http.post("/api/api.test")).json()["error"] == "fatal_error"
    await http.request("DELETE", "/_control/faults")
    assert (await http.post("/api/api.test")).json()["ok"]
    await do(http, "settings", ack_seconds=0.5, request_url="http://127.0.0.1:1/")
    assert (slack.team.ack_seconds, slack.team.request_url) == (0.5, "http://127.0.0.1:1/")
    await do(http, "disconnect")
    await do(http, "disconnect", drop=True)


async def test_the_address_is_learnt_from_whoever_steers() -> None:
    team = example_team(ack_seconds=0.2)
    async with serve(build(team)) as served, httpx.AsyncClient(base_url=served.url) as http:
        command = {"channel": "D0ALICE", "user": "U0ALICE", "command": "/call-errors"}
        done = await do(http, "command", **command)
        assert done["payload"]["response_url"].startswith(f"{served.url}/commands/")
        assert done["payload"]["channel_name"] == "directmessage"


async def test_what_cannot_be_done_is_told(http: httpx.AsyncClient) -> None:
    for deed, args, status in (
        ("click", {"channel": "C0ONCALL", "ts": "1.0", "action_id": "x"}, 409),
        ("submit", {"view": "V0NONE"}, 409),
        ("say", {"channel": "C0NOWHERE", "text": "x"}, 409),
        ("command", {"colour": "red"}, 400),
    ):
        answer = await http.post(f"/_control/{deed}", json=args)
        assert answer.status_code == status
        assert "error" in answer.json()
