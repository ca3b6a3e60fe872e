"""Shortcuts and their form: every id of a message, one at once, several to choose from."""

import json
from pathlib import Path

import pytest

from tests.support.slack.edge_harness import check_all, open_bench, part_of, shown
from tests.support.slack.fakes import ROOM
from tests.support.slack.whole_bot import open_whole
from workbench.pretend_slack.limits import visible_text

MODES = pytest.mark.parametrize("mode", ["http", "socket"])
OTHER = "64c8d6a1f0b1a2c3d4e5f602"
PEER = "0f8fad5b-d9cb-469f-a165-70867728950e"


@MODES
async def test_one_id_is_answered_in_the_thread_of_its_message(mode: str) -> None:
    async with open_bench(mode) as bench:
        message = bench.slack.say("C0ONCALL", f"room {ROOM} again; yes, {ROOM.upper().lower()}")
        await bench.slack.use_message_shortcut(message)
        await bench.until_said("event-1", "C0ONCALL")
        replies = bench.team.thread("C0ONCALL", message.ts)
        assert [part_of(m) for m in replies] == ["opening", "reply-1", "reply-2"]
        assert bench.find("Looking up").ephemeral_to == "U0ALICE"  # type: ignore[union-attr]
        assert bench.team.in_channel("C0ONCALL") == [message]
        check_all(bench)


async def test_a_reply_is_answered_in_its_own_thread() -> None:
    async with open_bench() as bench:
        root = bench.slack.say("C0ONCALL", "it broke")
        reply = bench.slack.say("C0ONCALL", ROOM, thread_ts=root.ts)
        await bench.slack.use_message_shortcut(reply)
        await bench.until_said("event-1", "C0ONCALL")
        assert len(bench.team.thread("C0ONCALL", root.ts)) == 4


@pytest.mark.parametrize(
    "parts",
    [
        {"attachments": [{"fields": [{"title": "Room", "value": ROOM}]}]},
        {"attachments": [{"blocks": [{"type": "section", "fields": [{"text": ROOM}]}]}]},
        {"files": [{"id": "F1", "title": f"log of {ROOM}", "name": "log.txt"}]},
        {
            "blocks": [
                {
                    "type": "rich_text",
                    "elements": [
                        {
                            "type": "rich_text_section",
                            "elements": [
                                {"type": "text", "text": ROOM[:10]},
                                {"type": "text", "text": ROOM[10:], "style": {"code": True}},
                            ],
                        }
                    ],
                }
            ]
        },
    ],
)
async def test_ids_are_found_wherever_other_bots_put_them(parts: dict[str, list[dict]]) -> None:  # type: ignore[type-arg]
    async with open_bench() as bench:
        message = bench.slack.say("C0ONCALL", "", **parts)  # type: ignore[arg-type]
        await bench.slack.use_message_shortcut(message)
        await bench.until_said("event-1", "C0ONCALL")
        assert [clue.value for clue in bench.investigator.asked[0].clues] == [ROOM]


@MODES
async def test_several_ids_are_offered_in_a_form(mode: str) -> None:
    async with open_bench(mode) as bench:
        message = bench.slack.say("C0ONCALL", f"{ROOM} and {OTHER} and {PEER}")
        await bench.slack.use_message_shortcut(message)
        await bench.slack.until(lambda: _offered(bench))
        (view,) = bench.team.views.values()
        assert "app/" not in json.dumps(view.content)
        assert "response_url" not in view.content["private_metadata"]
        await bench.slack.submit(view, {"pick": OTHER})
        await bench.until_said("event-1", "C0ONCALL")
        assert not view.is_open
        assert [clue.value for clue in bench.investigator.asked[0].clues] == [OTHER]
        assert len(bench.team.thread("C0ONCALL", message.ts)) == 3
        check_all(bench)


async def test_a_form_of_a_message_keeps_its_response_url() -> None:
    """Where the bot is no member and may not ask who else reads there."""
    async with open_bench(unread=True) as bench:
        message = bench.slack.say("C0SECRET", f"{ROOM} and {OTHER}")
        await bench.slack.use_message_shortcut(message)
        await bench.slack.until(lambda: _offered(bench))
        (view,) = bench.team.views.values()
        await bench.slack.submit(view, {"pick": OTHER})
        await bench.until_said("event-1", "C0SECRET")
        assert [part_of(m) for m in bench.team.thread("C0SECRET", message.ts)] == [
            "opening",
            "reply-1",
        ]


async def test_a_form_that_cannot_look_ids_up_says_so() -> None:
    async with open_bench() as bench:
        bench.investigator.error = RuntimeError("a fault")
        message = bench.slack.say("C0ONCALL", f"{ROOM} and {OTHER}")
        await bench.slack.use_message_shortcut(message)
        found = await bench.until_said("CD-")
        assert found.ephemeral_to == "U0ALICE"


@MODES
async def test_without_an_id_the_form_asks_and_complains_at_its_field(mode: str) -> None:
    async with open_bench(mode) as bench:
        message = bench.slack.say("C0ONCALL", "the call broke")
        await bench.slack.use_message_shortcut(message)
        await bench.slack.until(lambda: bench.team.views)
        (view,) = bench.team.views.values()
        await bench.slack.submit(view, {"text": "since never"})
        assert set(view.errors) == {"what"}
        assert view.is_open
        await bench.slack.submit(view, {"text": ROOM})
        await bench.until_said("event-1", "C0ONCALL")
        assert len(bench.team.thread("C0ONCALL", message.ts)) == 3


@MODES
async def test_from_anywhere_the_answer_goes_by_direct_message(mode: str) -> None:
    async with open_bench(mode) as bench:
        await bench.slack.use_global_shortcut()
        await bench.slack.until(lambda: bench.team.views)
        (view,) = bench.team.views.values()
        await bench.slack.submit(view, {"text": ROOM})
        await bench.until_said("event-1", "D0ALICE")
        (opening,) = bench.team.in_channel("D0ALICE")
        assert part_of(opening) == "opening"
        assert len(bench.team.thread("D0ALICE", opening.ts)) == 2
        check_all(bench)


@pytest.mark.parametrize(("channel", "alone"), [("C0ONCALL", False), ("C0SECRET", True)])
async def test_from_anywhere_into_a_conversation(channel: str, alone: bool) -> None:  # noqa: FBT001
    async with open_bench() as bench:
        await bench.slack.use_global_shortcut()
        await bench.slack.until(lambda: bench.team.views)
        (view,) = bench.team.views.values()
        await bench.slack.submit(view, {"text": ROOM, "where": channel})
        found = await bench.until_said("event-1", channel)
        assert (found.ephemeral_to == "U0ALICE") is alone
        check_all(bench)


@pytest.mark.parametrize(
    "error", ["expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "internal_error"]
)
async def test_a_form_that_does_not_open_is_explained(error: str) -> None:
    async with open_bench() as bench:
        bench.team.faults.add("views.open", error, times=None)
        message = bench.slack.say("C0ONCALL", "no id")
        await bench.slack.use_message_shortcut(message)
        assert (await bench.until_said("CD-")).ephemeral_to == "U0ALICE"
        await bench.slack.use_global_shortcut("U0BOB")
        assert "CD-" in shown(await bench.until_said("CD-", "D0BOB"))


def _offered(bench) -> bool:  # type: ignore[no-untyped-def]  # noqa: ANN001
    views = bench.team.views.values()
    return any(block.get("block_id") == "which" for v in views for block in v.content["blocks"])


async def test_a_peer_id_tells_no_time(tmp_path: Path) -> None:
    async with open_whole(tmp_path) as bench:
        room, peer = bench.hundredms.world.room("storm").id, f"6{PEER[1:]}"
        message = bench.slack.say("C0ONCALL", f"peer_id={peer} {room}")
        await bench.slack.use_message_shortcut(message)

        def form() -> str:
            return "".join(visible_text(v.content["blocks"]) for v in bench.team.views.values())

        await bench.slack.until(lambda: f"Peer {peer}" in form())
        assert f"Peer {peer}\npeer · time not known" in form()
