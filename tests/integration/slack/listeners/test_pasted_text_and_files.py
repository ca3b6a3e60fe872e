"""What is pasted into Slack or lies in its files, through the real edge."""

import json
from typing import Any

import pytest

from bot.domain.errors import NothingFound
from bot.domain.query import IdentifierKind
from tests.support.slack.edge_harness import check_all, open_bench, shown

ROOM = "65e1a3b34cba296674838f8b"
SESSION = "6b0c6fb54cba296674838f00"
EVENT = "0b7c9b1e-3d1f-4b6e-8a55-2f6d0c0e9a11"
LINK = "https://acme.app.100ms.live/meeting/abc-defg-hij"
MAIL = {
    "id": "F0000MAIL",
    "name": "Re__Call_failed",
    "title": "Re: Call failed",
    "mimetype": "text/html",
    "filetype": "email",
    "mode": "email",
    "subject": "Re: Call failed",
    "from": [{"address": "noor.quill@example.com", "name": "Noor Quill"}],
    "plain_text": f"Hi,\nI could not join {LINK} this morning.\nNoor",
    "preview": f"<div>Hi, I could not join {LINK} this morning.</div>",
    "preview_plain_text": f"Hi, I could not join {LINK} this morning.",
}
ONLY_MARKUP = {
    "id": "F0000HTML",
    "filetype": "email",
    "preview": f'<p>Room <b>{ROOM[:12]}</b><b>{ROOM[12:]}</b> <a href="{LINK}?a=1&amp;b=2">x</a>',
}
SNIPPET = {"id": "F0000SNIP", "filetype": "text", "mode": "snippet", "preview": f"room_id={ROOM}"}
SHAPES: list[tuple[dict[str, Any], list[str]]] = [
    ({"files": [MAIL]}, ["abc-defg-hij"]),
    ({"files": [{**MAIL, "plain_text": None}]}, ["abc-defg-hij"]),
    ({"files": [ONLY_MARKUP]}, ["abc-defg-hij"]),
    ({"files": [{"filetype": "email", "simplified_html": f'<a href="{LINK}">x</a>'}]},
     ["abc-defg-hij"]),
    ({"blocks": [{"type": "table", "rows": [[{"type": "raw_text", "text": ROOM}]]}]}, [ROOM]),
    ({"files": [SNIPPET]}, [ROOM]),
    ({"files": [None, 7, {"subject": f"room {ROOM}", "preview": 3}]}, [ROOM]),
    ({"attachments": [{"text": "", "files": [SNIPPET]}]}, [ROOM]),
    ({"attachments": [{"text": "%%%", "fields": [{"title": "Room", "value": ROOM}]}]}, [ROOM]),
    ({"attachments": [{"title_link": f"https://urldefense.com/v3/__{LINK}__;!!x$"}]},
     ["abc-defg-hij"]),
]  # fmt: skip


@pytest.mark.parametrize(("parts", "values"), SHAPES)
async def test_the_texts_of_files_and_attachments_are_read(
    parts: dict[str, Any], values: list[str]
) -> None:
    async with open_bench() as bench:
        message = bench.slack.say("C0ONCALL", "", **parts)
        await bench.slack.use_message_shortcut(message)
        await bench.until_said("event-1", "C0ONCALL")
        assert [clue.value for clue in bench.investigator.asked[0].clues] == values
        assert not bench.team.views
        check_all(bench)


async def test_a_webhooks_own_id_is_not_offered() -> None:
    body = {
        "id": EVENT,
        "type": "session.close.success",
        "data": {"room_id": ROOM, "session_id": SESSION},
    }
    async with open_bench() as bench:
        message = bench.slack.say("C0ONCALL", f"```\n{json.dumps(body, indent=2)}\n```")
        await bench.slack.use_message_shortcut(message)
        await bench.slack.until(lambda: bench.investigator.described)
        assert [clue.kind for clue in bench.investigator.described[0]] == [
            IdentifierKind.ROOM,
            IdentifierKind.SESSION,
        ]


async def test_a_form_that_opens_for_lack_of_ids_says_so() -> None:
    async with open_bench() as bench:
        message = bench.slack.say("C0ONCALL", "the call broke")
        await bench.slack.use_message_shortcut(message)
        await bench.slack.until(lambda: bench.team.views)
        (view,) = bench.team.views.values()
        assert "I found no id" in json.dumps(view.content)


async def test_of_very_many_ids_the_first_are_described_and_the_rest_is_counted() -> None:
    text = " ".join(f"{ROOM[:-3]}{number:03x}" for number in range(50))
    async with open_bench() as bench:
        message = bench.slack.say("C0ONCALL", text)
        await bench.slack.use_message_shortcut(message)
        await bench.slack.until(lambda: bench.investigator.described)
        assert len(bench.investigator.described[0]) == 20
        (view,) = bench.team.views.values()
        await bench.slack.until(lambda: "30 more ids" in json.dumps(view.content))


@pytest.mark.parametrize("text", ["nothing to see here", "what is it, " * 30, "since never", "?"])
async def test_a_forms_complaint_is_whole(text: str) -> None:
    async with open_bench() as bench:
        await bench.slack.use_global_shortcut()
        await bench.slack.until(lambda: bench.team.views)
        (view,) = bench.team.views.values()
        await bench.slack.submit(view, {"text": text})
        ((words),) = view.errors.values()
        assert words.endswith(".")
        assert len(words) <= 150


async def test_a_mentions_error_is_for_the_asker_alone() -> None:
    async with open_bench() as bench:
        bench.investigator.error = NothingFound("No room is named strom.")
        await bench.slack.mention("C0ONCALL", "strom")
        found = await bench.until_said("No room is named strom")
        await bench.settled()
        assert found.ephemeral_to == "U0ALICE"
        assert [m for m in bench.said() if not m.ephemeral_to and not m.deleted] == []
        assert len([m for m in bench.said() if "No room is named" in shown(m)]) == 1


async def test_where_looking_cannot_be_taken_away_it_is_ended_without_the_error() -> None:
    async with open_bench() as bench:
        bench.team.faults.add("chat.delete", "cant_delete_message", times=None)
        bench.investigator.error = NothingFound("No room is named strom.")
        await bench.slack.mention("C0ONCALL", "strom")
        await bench.until_said("to the asker alone")
        public = [m for m in bench.said() if not m.ephemeral_to]
        assert all("strom" not in shown(m) for m in public)


async def test_a_mention_is_about_the_files_that_it_carries() -> None:
    async with open_bench() as bench:
        await bench.slack.mention("C0ONCALL", "what failed here?", files=[SNIPPET])
        await bench.until_said("event-1")
        assert [clue.value for clue in bench.investigator.asked[0].clues] == [ROOM]


@pytest.mark.parametrize(("granted", "hour"), [(True, 6), (False, 12)])
async def test_a_time_without_a_zone_is_the_askers_where_slack_tells_it(
    granted: bool,  # noqa: FBT001
    hour: int,
) -> None:
    async with open_bench() as bench:
        bench.team.people["U0ALICE"].tz = "Asia/Kolkata"
        if not granted:
            bench.team.faults.add("users.info", "missing_scope", times=None)
        await bench.slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", f"{ROOM} since noon")
        await bench.until_said("event-1")
        (question,) = bench.investigator.asked
        assert question.since is not None
        assert question.since.hour == hour
        assert ("Asia/Kolkata" in question.readings[0]) is granted
