"""Each fault of either service, at each call of a look-up: an answer or an error with a reference.

Never silence, and never a duplicate. The kinds are the pretend ends' own switches.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from slack_bench import Bench, lookup_of, part_of, shown
from slack_whole import open_whole

from workbench.pretend_hundredms.faults import Kind
from workbench.pretend_slack import Message
from workbench.pretend_slack.records import Channel, Person

SLACK_KINDS = (
    *("ratelimited", "http_500", "http_503", "http_404", "html", "timeout", "slow"),
    *("reset_before", "reset_after", "internal_error", "fatal_error", "service_unavailable"),
    *("invalid_blocks", "msg_blocks_too_long", "invalid_arguments", "missing_scope"),
    *("channel_not_found", "not_in_channel", "is_archived", "restricted_action"),
    *("expired_url", "used_url", "message_not_found", "user_not_in_channel"),
)
SLACK_CALLS = {
    "the opening": ("chat.postMessage", "opening", "storm"),
    "a reply": ("chat.postMessage", "reply-1", "storm"),
    "any post": ("chat.postMessage", "", "storm"),
    "an update": ("chat.update", "", "storm"),
    "a private answer": ("response_url", "", "storm private"),
    "looking whether it stands": ("conversations.*", "", "storm"),
    "the file's address": ("files.getUploadURLExternal", "", "hostile"),
    "the file's share": ("files.completeUploadExternal", "", "hostile"),
}
"""Each call: its method, the part it carries, and what is asked so that it comes to it."""

HMS_CALLS = (
    *("/v2/rooms", "/v2/sessions", "/v2/analytics/events", "/v2/analytics/peer-stats"),
    "/v2/room-codes",
)
HMS_KINDS = [kind for kind in get_args(Kind) if kind != "hang"]
"""What hangs is given up by time alone: tests/unit/hundredms holds that to a clock."""

ROOMS = ("all-types", "storm", "one-bad-user", "healthy", "support-desk", "sample-publish")
REFERENCE = re.compile(r"CD-[A-Z0-9]{8}")


UNFINISHED = re.compile(r"so far|Still reading|Looking for", re.IGNORECASE)


def channel_of(number: int) -> str:
    return f"C0FAULT{number}"


def person_of(number: int) -> str:
    return f"U0FAULT{number}"


def add_places(bench: Bench) -> None:
    """A channel and an asker for each kind, so that all of them may be asked at once."""
    team = bench.team
    for number in range(len(SLACK_KINDS)):
        name, user = channel_of(number), person_of(number)
        team.people[user] = Person(user, user.lower())
        team.channels[name] = Channel(name, name.lower(), "public", {user, team.app.bot_user})


def complaints(said: Sequence[Message]) -> list[str]:
    """What an asker would miss: an answer or an error with its reference, in its end, once.

    An opening that Slack does not let us change stays unfinished; the answer then comes apart.
    """
    told = [m for m in said if m.via != "ack" and part_of(m) not in ("", "looking", "waiting")]
    if not told:
        return ["silence"]
    if not any(REFERENCE.search(shown(m) + str(m.blocks)) for m in told):
        return [f"no reference in {[part_of(m) for m in told]}"]
    final = [m for m in told if not UNFINISHED.search(shown(m))]
    if not final:
        return ["nothing final"]
    counts = Counter((lookup_of(m), part_of(m)) for m in final)
    return [f"{part} stands {n} times" for (_, part), n in counts.items() if n > 1]


@pytest.mark.parametrize("call", SLACK_CALLS)
async def test_slack_fails_at_a_call(tmp_path: Path, call: str) -> None:
    method, part, question = SLACK_CALLS[call]
    async with open_whole(tmp_path, call_seconds=1) as bench:
        add_places(bench)
        for number, kind in enumerate(SLACK_KINDS):
            more = {"channel": "" if method.startswith("files.get") else channel_of(number)}
            bench.team.faults.add(method, kind, part=part, times=2, **more)
        await asyncio.gather(
            *[
                bench.slack.type_command(channel_of(n), person_of(n), "/call-errors", question)
                for n in range(len(SLACK_KINDS))
            ]
        )
        await bench.settled(0.3)
        wrong = {
            kind: complaints([*bench.said(channel_of(n)), *bench.said(f"D{person_of(n)[1:]}")])
            for n, kind in enumerate(SLACK_KINDS)
        }
        assert not {kind: found for kind, found in wrong.items() if found}


@pytest.mark.parametrize("path", HMS_CALLS)
async def test_100ms_fails_at_a_call(tmp_path: Path, path: str) -> None:
    async with open_whole(tmp_path) as bench:
        add_places(bench)
        played = 0
        async with _control(bench) as control:
            for number, kind in enumerate(HMS_KINDS):
                rule = {"kind": kind, "path": path, "seconds": 0.3, "after": number % 2, "times": 3}
                await control.request("DELETE", "/_control/faults")
                await control.post("/_control/faults", json=rule)
                channel, room = channel_of(number), ROOMS[number % len(ROOMS)]
                user = person_of(number)
                await bench.slack.type_command(channel, user, "/call-errors", room)
                await bench.settled(0.1)
                played += _played(await control.get("/_control/faults"))
                assert complaints(bench.said(channel)) == [], kind
        assert played


def _played(answer: httpx.Response) -> int:
    rules: list[dict[str, Any]] = answer.json()["faults"]
    return sum(rule["played"] for rule in rules)


def _control(bench: Bench) -> httpx.AsyncClient:
    """A client that keeps no connection: the server closes idle ones after a while."""
    return httpx.AsyncClient(
        base_url=bench.hms_url.removesuffix("/v2"), limits=httpx.Limits(max_keepalive_connections=0)
    )
