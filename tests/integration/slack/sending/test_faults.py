"""Every way Slack can fail ends in a message to the asker, with the reference of the log."""

import asyncio
from collections.abc import Iterator, MutableMapping
from dataclasses import replace
from typing import Any

import pytest
import structlog

from bot.slack.sending.errors import ERROR_KINDS, SlackErrorKind
from tests.support.slack.edge_harness import Bench, check_all, lookup_of, open_bench, part_of, shown
from tests.support.slack.fakes import ROOM, button
from workbench.pretend_slack import Message

AMBIGUOUS = ["timeout", "reset_before", "reset_after", "http_500", "http_503", "html"]
AMBIGUOUS += [name for name, cause in ERROR_KINDS.items() if cause is SlackErrorKind.UNKNOWN]
REFUSALS = [
    name
    for name, cause in ERROR_KINDS.items()
    if cause in (SlackErrorKind.PLACE, SlackErrorKind.SETUP)
]
FORMS = [
    name
    for name, cause in ERROR_KINDS.items()
    if cause in (SlackErrorKind.FORM, SlackErrorKind.LONG)
]


@pytest.fixture
def log() -> Iterator[list[dict[str, Any]]]:
    """Every line of the log, with the look-up's reference."""
    lines: list[dict[str, Any]] = []

    def keep(_: Any, level: str, event: MutableMapping[str, Any]) -> str:
        lines.append({**event, "level": level})
        raise structlog.DropEvent

    structlog.configure(processors=[structlog.contextvars.merge_contextvars, keep])
    yield lines
    structlog.reset_defaults()


async def ask(bench: Bench, how: str) -> None:
    """Ask in one of the three ways that know a channel."""
    if how == "command":
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", ROOM)
    elif how == "mention":
        await bench.slack.mention("C0ONCALL", ROOM)
    else:
        message = bench.slack.say("C0ONCALL", ROOM)
        await bench.slack.use_message_shortcut(message)


async def done(bench: Bench, log: list[dict[str, Any]]) -> None:
    """Wait until the look-up ended, one way or the other."""
    ends = {"answered", "not_answered", "unexpected"}
    await bench.slack.until(lambda: any(line["event"] in ends for line in log), 20)
    await bench.settled()


def said_to_alice(bench: Bench) -> list[Message]:
    """What the asker can see and that is more than a sign of life."""
    return [m for m in bench.said() if "Looking up" not in shown(m)]


def seconds_for(error: str) -> float:
    """What Slack may take for a call: little only where the test waits for it to run out."""
    return 1.0 if error == "timeout" else 10.0


HOW = pytest.mark.parametrize("how", ["command", "mention", "shortcut"])


@HOW
@pytest.mark.parametrize("error", AMBIGUOUS)
async def test_an_unconfirmed_opening_is_never_sent_twice(
    how: str, error: str, log: list[dict[str, Any]]
) -> None:
    async with open_bench(call_seconds=seconds_for(error), blind=True) as bench:
        bench.team.faults.add("chat.postMessage", error, channel="C0ONCALL", times=None)
        await ask(bench, how)
        await done(bench, log)
        said = said_to_alice(bench)
        assert said
        assert any("CD-" in shown(m) for m in said)
        reference = next(lookup_of(m) for m in said if m.metadata)
        assert any(line.get("lookup_id") == reference for line in log)
        check_all(bench)


@pytest.mark.parametrize(
    ("how", "error"),
    [("command", error) for error in REFUSALS]
    + [(how, error) for how in ("mention", "shortcut") for error in REFUSALS[:2]],
)
async def test_a_refused_place_leads_to_the_next_way(
    how: str, error: str, log: list[dict[str, Any]]
) -> None:
    async with open_bench() as bench:
        bench.team.faults.add("chat.postMessage", error, channel="C0ONCALL", times=None)
        await ask(bench, how)
        await done(bench, log)
        assert any("event-1" in shown(m) for m in bench.said())
        if how != "shortcut":
            assert any("CD-" in shown(m) and part_of(m) == "opening" for m in bench.said())
        check_all(bench)


@pytest.mark.parametrize("error", FORMS)
async def test_a_refused_form_is_sent_once_more_in_a_simpler_one(
    error: str, log: list[dict[str, Any]]
) -> None:
    async with open_bench() as bench:
        bench.team.faults.add("chat.postMessage", error, part="reply-1")
        await ask(bench, "command")
        await done(bench, log)
        assert bench.parts("C0ONCALL") == ["opening", "reply-1", "reply-2"]
        found = bench.find("event-0")
        assert found is not None
        assert "peer-0" in shown(found)
        check_all(bench)


@HOW
async def test_when_no_form_is_taken_the_asker_reads_why(
    how: str, log: list[dict[str, Any]]
) -> None:
    async with open_bench() as bench:
        bench.team.faults.add("chat.*", "invalid_blocks", channel="C0ONCALL", times=None)
        await ask(bench, how)
        await done(bench, log)
        assert any("event-1" in shown(m) for m in said_to_alice(bench))


@HOW
@pytest.mark.parametrize("part", ["reply-1", "reply-2"])
@pytest.mark.parametrize("error", ["timeout", "reset_after", "http_500", "internal_error"])
async def test_an_unconfirmed_reply_is_named_not_repeated(
    how: str, part: str, error: str, log: list[dict[str, Any]]
) -> None:
    async with open_bench(call_seconds=seconds_for(error), blind=True) as bench:
        bench.team.faults.add("chat.postMessage", error, part=part, times=None)
        await ask(bench, how)
        await done(bench, log)
        notice = bench.find("didn't confirm")
        assert notice is not None
        assert part in shown(notice)
        assert notice.thread_ts
        assert "CD-" in shown(notice)
        check_all(bench)


async def test_refresh_asks_the_same_question_anew() -> None:
    async with open_bench(blind=True) as bench:
        bench.team.faults.add("chat.postMessage", "internal_error", part="reply-1", times=1)
        await ask(bench, "command")
        await bench.settled()
        notice = bench.find("didn't confirm")
        assert notice is not None
        await bench.slack.click(notice, "refresh")
        await bench.settled()
        first, again = bench.investigator.asked
        assert again == replace(first, anew=True)
        assert len({lookup_of(m) for m in bench.said() if part_of(m) == "opening"}) == 2
        check_all(bench)


@pytest.mark.parametrize("value", ["", "{}", "[1]", '{"clues":[]}', '{"clues":[{"kind":"?"}]}'])
async def test_a_refresh_that_nobody_can_read_is_explained(value: str) -> None:
    async with open_bench() as bench:
        elements = [button("refresh", "Refresh", value or "x")]
        blocks = [{"type": "actions", "elements": elements}]
        message = bench.team.app_message("C0ONCALL", blocks=blocks, text="x")
        await bench.slack.click(message, "refresh")
        await bench.until_said("read any more")
        assert bench.investigator.asked == []


@HOW
@pytest.mark.parametrize("part", ["opening", "reply-1", "reply-2"])
@pytest.mark.parametrize("error", ["reset_after", "timeout", "http_500", "internal_error"])
async def test_an_unconfirmed_message_is_looked_for_and_stands_once(
    how: str, part: str, error: str, log: list[dict[str, Any]]
) -> None:
    async with open_bench(call_seconds=seconds_for(error)) as bench:
        bench.team.faults.add("chat.postMessage", error, part=part, times=1)
        await ask(bench, how)
        await done(bench, log)
        assert bench.find("didn't confirm") is None
        assert {"reply-1", "reply-2"} <= set(bench.parts())
        assert bench.find("2 terminal") is not None
        check_all(bench)


@HOW
async def test_a_thread_that_is_refused_comes_in_private(
    how: str, log: list[dict[str, Any]]
) -> None:
    async with open_bench() as bench:
        error = "restricted_action_thread_locked"
        bench.team.faults.add("chat.postMessage", error, part="reply-*", times=None)
        await ask(bench, how)
        await done(bench, log)
        found = bench.find("event-1")
        assert found is not None
        assert found.ephemeral_to == "U0ALICE"
        check_all(bench)


async def test_a_rate_limit_is_waited_for(log: list[dict[str, Any]]) -> None:
    async with open_bench() as bench:
        bench.team.faults.add("chat.postMessage", "ratelimited", seconds=1, times=2)
        await ask(bench, "command")
        await done(bench, log)
        assert bench.parts("C0ONCALL") == ["opening", "reply-1", "reply-2"]
        check_all(bench)


async def test_a_wait_too_long_leads_to_the_next_way(log: list[dict[str, Any]]) -> None:
    async with open_bench() as bench:
        bench.team.faults.add("chat.postMessage", "ratelimited", seconds=900, times=None)
        await ask(bench, "command")
        await done(bench, log)
        found = bench.find("event-1")
        assert found is not None
        assert found.ephemeral_to == "U0ALICE"


@pytest.mark.parametrize("error", ["expired_url", "used_url", "http_404", "http_500", "timeout"])
async def test_a_dead_response_url_leads_to_the_next_way(
    error: str, log: list[dict[str, Any]]
) -> None:
    async with open_bench(call_seconds=seconds_for(error)) as bench:
        bench.team.faults.add("response_url", error, times=None)
        text = f"{ROOM} private"
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", text)
        await done(bench, log)
        assert any("CD-" in shown(m) or "event-1" in shown(m) for m in said_to_alice(bench))
        assert bench.team.in_channel("C0ONCALL") == []
        check_all(bench)


@pytest.mark.parametrize("error", ["reset_before", "reset_after"])
@pytest.mark.parametrize(
    ("how", "method", "after"),
    [("command", "response_url", 0), ("mention", "chat.postEphemeral", 1)],  # after "Looking…"
)
async def test_an_unconfirmed_part_in_private_is_named_and_the_rest_follows(
    how: str, method: str, after: int, error: str, log: list[dict[str, Any]]
) -> None:
    async with open_bench() as bench:
        bench.team.faults.add(method, error, after=after, times=1)
        text = f"{ROOM} private"
        if how == "command":
            await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", text)
        else:
            await bench.slack.mention("C0ONCALL", text)
        await done(bench, log)
        said = [message for message in said_to_alice(bench) if message.metadata]
        lost = ["opening"] if error == "reset_before" else []
        whole = [*lost, *(part_of(message) for message in said)]
        assert whole == ["opening", "reply-1", "missing"]
        told = shown(said[-1])
        assert "Slack didn't confirm 1 message (opening)." in told
        assert "refresh" in str(said[-1].blocks)
        check_all(bench)


async def test_every_private_way_refused_leads_to_a_direct_message(
    log: list[dict[str, Any]],
) -> None:
    async with open_bench() as bench:
        bench.team.faults.add("response_url", "expired_url", times=None)
        bench.team.faults.add("chat.postEphemeral", "user_not_in_channel", times=None)
        bench.team.faults.add("chat.postMessage", "not_in_channel", channel="C0ONCALL", times=None)
        await ask(bench, "command")
        await done(bench, log)
        assert bench.parts("D0ALICE") == ["opening", "reply-1", "reply-2"]


async def test_slack_refusing_everything_is_in_the_log(log: list[dict[str, Any]]) -> None:
    async with open_bench() as bench:
        bench.team.faults.add("chat.*", "account_inactive", times=None)
        bench.team.faults.add("response_url", "expired_url", times=None)
        await ask(bench, "command")
        await done(bench, log)
        assert {"not_answered", "asker_not_reached"} <= {line["event"] for line in log}
        ack = await bench.until_said("Looking up")
        lost = next(line for line in log if line["event"] == "asker_not_reached")
        assert lost["lookup_id"] in shown(ack)


async def test_a_refused_token_makes_us_unready(log: list[dict[str, Any]]) -> None:
    async with open_bench() as bench:
        bench.team.faults.add("chat.postMessage", "token_revoked")
        await ask(bench, "command")
        await done(bench, log)
        status, words = await bench.get("/readyz")
        assert (status, words["slack"]) == (503, "token_revoked")
        log.clear()
        await ask(bench, "command")
        await done(bench, log)
        assert (await bench.get("/readyz"))[0] == 200


async def test_an_update_that_is_lost_is_repeated(log: list[dict[str, Any]]) -> None:
    async with open_bench() as bench:
        bench.team.faults.add("chat.update", "internal_error")
        await ask(bench, "mention")
        await done(bench, log)
        assert bench.parts("C0ONCALL") == ["opening", "reply-1", "reply-2"]


async def test_a_deleted_looking_message_is_no_loss(log: list[dict[str, Any]]) -> None:
    async with open_bench() as bench:
        bench.team.faults.add("chat.update", "message_not_found", times=None)
        await ask(bench, "mention")
        await done(bench, log)
        assert bench.parts("C0ONCALL") == ["looking", "opening", "reply-1", "reply-2"]


async def test_files_go_to_slack_beside_the_replies_and_are_shared_after_them(
    log: list[dict[str, Any]],
) -> None:
    async with open_bench() as bench:
        bench.investigator.failures, bench.renderer.replies = 4, 2
        await ask(bench, "command")
        await done(bench, log)
        methods = [call.method for call in bench.team.calls]
        posts = [at for at, method in enumerate(methods) if method == "chat.postMessage"]
        assert methods.index("files.getUploadURLExternal") < posts[-1]
        assert methods.index("files.completeUploadExternal") > posts[-1]
        shared = bench.team.calls_of("files.completeUploadExternal")
        files = [file for call in shared for file in call.args["files"]]
        assert len(files) == methods.count("files.getUploadURLExternal")


async def test_a_connection_that_breaks_once_costs_no_file(log: list[dict[str, Any]]) -> None:
    async with open_bench() as bench:
        bench.investigator.failures, bench.renderer.replies = 4, 2
        bench.team.faults.add("upload", "reset_before", times=1)
        await ask(bench, "command")
        await done(bench, log)
        asked = bench.team.calls_of("files.getUploadURLExternal")
        (shared,) = bench.team.calls_of("files.completeUploadExternal")
        assert len(asked) == len(shared.args["files"]) + 1
        assert "slack_refused" not in {line["event"] for line in log}


async def test_an_upload_that_fails_leaves_the_button(log: list[dict[str, Any]]) -> None:
    for method in ("files.getUploadURLExternal", "upload", "files.completeUploadExternal"):
        log.clear()
        async with open_bench() as bench:
            bench.investigator.failures, bench.renderer.replies = 4, 2
            bench.team.faults.add(method, "http_500", times=None)
            await ask(bench, "command")
            await done(bench, log)
            last = [message for message in bench.said() if message.metadata][-1]
            assert "show_more" in str(last.blocks)  # the acknowledgement may be noted after it


async def test_an_unconfirmed_upload_without_a_button_is_named(log: list[dict[str, Any]]) -> None:
    async with open_bench() as bench:
        bench.renderer.cut = True
        bench.team.faults.add("files.completeUploadExternal", "http_500", times=None)
        await ask(bench, "command")
        await done(bench, log)
        assert bench.parts("C0ONCALL") == ["opening", "reply-1", "reply-2", "missing"]
        last = [message for message in bench.said() if message.metadata][-1]
        assert "1 message (files)." in shown(last)


@HOW
async def test_a_fault_of_ours_is_told_and_logged(how: str, log: list[dict[str, Any]]) -> None:
    async with open_bench() as bench:
        bench.investigator.error = RuntimeError("bits fell out")
        await ask(bench, how)
        await done(bench, log)
        (line,) = [line for line in log if line["event"] == "unexpected"]
        assert any(line["lookup_id"] in shown(m) for m in said_to_alice(bench))
        assert not any("bits" in shown(m) for m in bench.said())


async def test_no_line_of_the_log_holds_a_secret(log: list[dict[str, Any]]) -> None:
    async with open_bench(call_seconds=1) as bench:
        for method in ("chat.postMessage", "response_url", "chat.postEphemeral"):
            bench.team.faults.add(method, "internal_error")
            bench.team.faults.add(method, "timeout")
        for how in ("command", "mention", "shortcut"):
            await ask(bench, how)
        await asyncio.sleep(1)
        await bench.settled()
        app, text = bench.team.app, str(log)
        for secret in (app.bot_token, app.signing_secret, "/commands/", "/app/", "/actions/"):
            assert secret not in text
