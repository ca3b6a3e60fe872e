"""The real command line as a process, against the pretend 100ms over a real socket."""

import asyncio
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from workbench.pretend_hundredms.app import build, stage
from workbench.pretend_hundredms.demo import ACCESS_KEY, SECRET, demo_world
from workbench.pretend_hundredms.faults import Fault
from workbench.pretend_hundredms.serving import running, status_url
from workbench.pretend_hundredms.stage import Stage, utc_now
from workbench.pretend_slack import stand

ROOT = Path(__file__).parents[3]
EVENTS = "/v2/analytics/events"


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        return json.loads(self.out)


class Terminal:
    """Runs `call-doctor` with nothing in its environment but what a test gives it."""

    def __init__(self, home: Path, url: str, hundredms: Stage) -> None:
        self.home = home
        self.hundredms = hundredms
        self.environment = {
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT),
            "HMS_ACCESS_KEY": ACCESS_KEY,
            "HMS_SECRET": SECRET,
            "HMS_API_URL": url,
            "STATUS_URL": status_url(url),
            "DATABASE_URL": f"sqlite:///{home / 'call-doctor.db'}",
        }

    async def run(self, *arguments: str, **changes: str | None) -> Ran:
        environment = self.environment | {k: v for k, v in changes.items() if v is not None}
        for name, value in changes.items():
            if value is None:
                environment.pop(name, None)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *arguments),
            env=environment,
            cwd=self.home,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await process.communicate()
        assert process.returncode is not None
        return Ran(process.returncode, out.decode(), err.decode())

    async def lookup(self, text: str, **changes: str | None) -> Ran:
        return await self.run("lookup", text, "--json", **changes)


@pytest.fixture
async def terminal(tmp_path: Path) -> AsyncIterator[Terminal]:
    app = build(demo_world(utc_now()))
    async with running(app) as url:
        yield Terminal(tmp_path, url, stage(app))


async def test_no_more_calls_are_in_flight_than_the_setting_allows(terminal: Terminal) -> None:
    terminal.hundredms.switches.change({"latency_ms": 20.0})
    assert (await terminal.lookup("storm", HMS_CALLS_AT_ONCE="2")).status == 0
    assert terminal.hundredms.calls.max_in_flight == 2
    refused = await terminal.lookup("storm", HMS_CALLS_AT_ONCE="0")
    assert refused.status == 1
    assert "HMS_CALLS_AT_ONCE" in refused.out


async def test_twelve_thousand_events_are_all_there(terminal: Terminal) -> None:
    ran = await terminal.lookup("large")
    assert ran.status == 0
    document = ran.document
    assert document["version"] == 3
    completeness = document["completeness"]
    # The budget leaves out peer-stats of the oldest failures, and says so.
    assert all("were left out" in note for note in completeness.pop("notes"))
    assert completeness == {"fetched": 12000, "total": 12000, "complete": True, "unreadable": 0}
    room = terminal.hundredms.world.room("large")
    data = [event["data"] for event in room.events if event["type"].startswith("client.")]
    assert document["counts"]["events"] == len(data) == 12000
    assert document["counts"]["terminal"] == sum(bool(one.get("is_terminal")) for one in data)
    assert document["counts"]["peers"] == len({one["peer_id"].lower() for one in data})
    assert len(document["failures"]) == document["counts"]["terminal"]
    stamps = [failure["at"] for failure in document["failures"]]
    wanted = {
        event["timestamp"] for event in room.events if event["data"].get("is_terminal") is True
    }
    assert set(stamps) == wanted
    told = [event for story in document["stories"] for event in story["event_ids"]]
    assert len(told) == len(set(told)) == 12000
    assert document["verdict"]["evidence"]


async def test_a_page_that_fails_for_good_makes_it_incomplete(terminal: Terminal) -> None:
    terminal.hundredms.faults.add(
        Fault(kind="error", path=EVENTS, query={"type": "client.join.failed"}, page=3, status=500)
    )
    ran = await terminal.lookup("large")
    assert ran.status == 0
    seen = ran.document["completeness"]
    assert (seen["fetched"], seen["total"], seen["complete"]) == (9800, 12000, False)
    assert "2,200 missing" in seen["notes"][0]


async def test_people_read_it_without_json(terminal: Terminal) -> None:
    ran = await terminal.run("lookup", "one-bad-user")
    assert ran.status == 0
    assert "8 of 8 events" in ran.out
    assert "Marta Lindqvist" in ran.out
    assert "Reference: CD-" in ran.out


async def test_nothing_by_that_name_is_two(terminal: Terminal) -> None:
    ran = await terminal.lookup("no-such-room")
    assert ran.status == 2
    assert "no-such-room" in ran.document["error"]["cause"]
    assert ran.document["error"]["reference"].startswith("CD-")


async def test_every_answer_has_a_verdict_also_one_without_events(terminal: Terminal) -> None:
    asked = {"healthy": "none", "untouched": "unknown", "closed-desk": "account"}
    for (name, verdict), ran in zip(
        asked.items(), await asyncio.gather(*map(terminal.lookup, asked)), strict=True
    ):
        assert (name, ran.status) == (name, 0)
        assert ran.document["version"] == 3
        assert ran.document["verdict"]["class"] == verdict
        assert len(ran.document["verdict"]["evidence"]) >= 2
        assert "error" not in ran.document
        if name != "closed-desk":
            assert ran.document["stories"] == ran.document["failures"] == []
            assert ran.document["counts"]["events"] == 0


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("0123456789abcdef01234567", "room", "0123456789abcdef01234567"),
        ("session 65cb8ba59b41849dde500001", "session", "65cb8ba59b41849dde500001"),
        ("11111111-2222-4333-8444-555555555555", "peer", "11111111-2222-4333-8444-555555555555"),
        ("user:nobody-at-all", "user", "nobody-at-all"),
    ],
)
async def test_an_unknown_id_is_an_answer_and_an_error(
    terminal: Terminal, text: str, kind: str, value: str
) -> None:
    ran = await terminal.lookup(text)
    assert ran.status == 2
    document = ran.document
    assert document["error"]["reference"].startswith("CD-")
    assert document["target"]["kind"] == kind
    assert document["target"][f"{kind}_id"] == value
    assert document["verdict"]["class"] == "unknown"
    assert document["counts"]["events"] == 0
    assert document["stories"] == document["failures"] == []


async def test_nothing_recognised_is_two(terminal: Terminal) -> None:
    assert (await terminal.lookup("why oh why")).status == 2
    assert (await terminal.lookup("")).status == 2


async def test_several_matches_are_listed(terminal: Terminal) -> None:
    world = terminal.hundredms.world
    ran = await terminal.lookup(f"{world.room('storm').id} {world.room('healthy').id}")
    assert ran.status == 2
    assert len(ran.document["candidates"]) == 2


async def test_an_outage_is_one(terminal: Terminal) -> None:
    terminal.hundredms.faults.add(Fault(kind="error", path="/v2", status=503))
    ran = await terminal.lookup("storm")
    assert ran.status == 1
    assert "100ms" in ran.document["error"]["headline"]


async def test_refused_credentials_are_one_and_name_100ms(terminal: Terminal) -> None:
    ran = await terminal.run("lookup", "storm", HMS_SECRET="not the secret, but as long as one")
    assert ran.status == 1
    assert "100ms" in ran.err
    assert ran.out == ""


async def test_a_missing_setting_is_named(terminal: Terminal) -> None:
    ran = await terminal.run("lookup", "storm", HMS_ACCESS_KEY=None, HMS_SECRET=None)
    assert ran.status == 1
    assert "HMS_ACCESS_KEY" in ran.err
    for command in ("check", "serve"):
        ran = await terminal.run(command)
        assert ran.status == 1
        assert "SLACK_BOT_TOKEN" in ran.out + ran.err


async def test_an_empty_signing_secret_is_named(terminal: Terminal) -> None:
    ran = await terminal.run("serve", SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="")
    assert ran.status == 1
    assert "SLACK_SIGNING_SECRET" in ran.err


async def test_a_database_that_cannot_be_opened_does_not_stop_a_look_up(
    terminal: Terminal,
) -> None:
    nowhere = "sqlite:////proc/nowhere/call-doctor.db"
    ran = await terminal.lookup("code:abc-defg-hij", DATABASE_URL=nowhere)
    assert ran.status == 2
    assert "new to me" in ran.document["error"]["cause"]


async def test_a_second_workspace_is_asked_too(terminal: Terminal) -> None:
    other = terminal.hundredms.world.workspaces[1]
    ran = await terminal.lookup(
        "elsewhere",
        HMS_WORKSPACES__EU__ACCESS_KEY=other.access_key,
        HMS_WORKSPACES__EU__SECRET=other.secret,
    )
    assert ran.status == 0
    assert ran.document["counts"]["events"] == 2


@pytest.mark.parametrize("room", ["storm", "large", "one-bad-user", "healthy"])
async def test_an_answer_fits_on_a_screen_and_has_one_lead(terminal: Terminal, room: str) -> None:
    ran = await terminal.run("lookup", room, COLUMNS="200")
    lines = ran.out.splitlines()
    assert len(lines) <= 30
    assert max(map(len, lines)) <= 80
    assert not re.search(r"_network|\d{2}T\d{2}:|<!date", ran.out)
    if room != "healthy":
        assert "When (UTC)" in ran.out
        assert "--full prints" in lines[-1]


async def test_full_prints_the_timeline_and_each_failure(terminal: Terminal) -> None:
    ran = await terminal.run("lookup", "one-bad-user", "--full")
    assert "Timeline" in ran.out
    assert "Because" in ran.out
    assert "_network" not in ran.out


async def test_version_and_help_with_examples(terminal: Terminal) -> None:
    assert (await terminal.run("--version")).out.startswith("call-doctor")
    told = (await terminal.run("lookup", "--help")).out
    assert "Examples" in told
    assert "CD-" in told
    assert "Slack user ID" in (await terminal.run("forget", "--help")).out


async def test_check_compares_the_manifest_with_what_slack_tells(terminal: Terminal) -> None:
    async with stand() as slack:
        slack.team.app.scopes -= {"files:write"}
        app = slack.team.app
        ran = await terminal.run(
            "check",
            SLACK_BOT_TOKEN=app.bot_token,
            SLACK_SIGNING_SECRET=app.signing_secret,
            SLACK_API_URL=f"{slack.team.base_url}/api/",
            TICKET_URL_JIRA="https://jira.example/?summary={title}",
        )
    told = " ".join(ran.out.split())
    assert ran.status == 0
    assert "ok manifest" in told
    assert "not granted: files:write" in told
    assert "not in the manifest:" in told
    assert "reactions:write" in told
    for words in (
        *("Messages Tab", "Diagnose a 100ms call", "slack function access", "Reinstall"),
        *("function_executed", "org-wide", "Socket Mode: off", "ok tickets: Create Jira ticket"),
    ):
        assert words in told


async def test_a_wrong_ticket_url_ends_the_start_in_words(terminal: Terminal) -> None:
    for command in (["check"], ["serve"], ["lookup", "one-bad-user"]):
        ran = await terminal.run(*command, TICKET_URL_JIRA="https://jira.example/?s={summary}")
        told = " ".join((ran.out + ran.err).split())
        assert ran.status == 1
        assert "TICKET_URL_JIRA holds {summary}" in told


async def test_check_tells_of_the_status_page_and_the_webhooks(terminal: Terminal) -> None:
    bare = (await terminal.run("check")).out
    assert "can be read, 3 incidents" in bare
    assert "webhooks: not set up" in bare
    terminal.hundredms.status_page.mood = "broken"
    changes = {"HMS_WEBHOOK_SECRET": "s3cret", "HMS_WEBHOOK_HEADER": "X-Mine"}
    changes |= {"HMS_WEBHOOK_PULL": "on", "HMS_WEBHOOK_SIGNATURE_SECRET": "s1gned"}
    out = (await terminal.run("check", **changes)).out
    assert "cannot be read from here, so answers do not mention it" in out
    assert "set up for 1 100ms workspace(s)" in out
    proof = "secret in the header x-mine and signature in x-100ms-signature"
    assert f"at /100ms/webhooks/default: {proof}" in out
    assert "fetched every five minutes from workspace default" in out
    assert not {"s3cret", "s1gned"} & set(out.split())
    assert "FIX   status page" not in out
    off = (await terminal.run("check", STATUS_URL="")).out
    assert "status page: not read, since STATUS_URL is empty" in off
    wrong = (await terminal.run("check", STATUS_URL="ftp://status.example")).out
    assert "FIX   status page" in wrong


async def test_check_says_where_each_token_is_found(terminal: Terminal) -> None:
    ran = await terminal.run("check", HMS_ACCESS_KEY=None, HMS_SECRET=None)
    told = " ".join(ran.out.split())
    assert "OAuth & Permissions" in told
    assert "dashboard.100ms.live" in told
    assert told.count("not set up") <= 1
    told = " ".join((await terminal.run("check", SLACK_BOT_TOKEN="xoxb-1")).out.split())
    assert "Basic Information" in told


async def test_codes_of_a_room_are_asked_for_once_a_day(terminal: Terminal) -> None:
    calls = terminal.hundredms.calls
    for _ in range(2):
        assert (await terminal.lookup("one-bad-user")).status == 0
    assert sum("room-codes" in call.path for call in calls.calls) == 1
