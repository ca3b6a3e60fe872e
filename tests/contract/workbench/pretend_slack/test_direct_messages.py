"""Conversations with the app: events of messages, edits, and the app's own posts."""

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.support.pretend_slack import Seen
from workbench.pretend_slack import NotPossible, PretendSlack


async def test_a_message_to_the_bot_arrives_as_typed(slack: PretendSlack, seen: Seen) -> None:
    done = await slack.write_direct("room <https://a.example/x|storm> &amp; <@U0BOB>", "U0BOB")
    assert done.acked
    event = seen[0]["event"]
    assert (event["type"], event["channel"], event["channel_type"]) == ("message", "D0BOB", "im")
    assert (event["user"], event["team"]) == ("U0BOB", "T0ACME")
    assert event["client_msg_id"]
    assert "subtype" not in event
    assert event["blocks"][0]["elements"][0]["elements"] == [
        {"type": "text", "text": "room "},
        {"type": "link", "url": "https://a.example/x", "text": "storm"},
        {"type": "text", "text": " & "},
        {"type": "user", "user_id": "U0BOB"},
    ]


async def test_replies_files_and_broadcasts_have_their_subtype(
    slack: PretendSlack, seen: Seen
) -> None:
    await slack.write_direct("storm")
    root = slack.team.in_channel("D0ALICE")[0]
    await slack.write_direct("again", thread_ts=root.ts)
    await slack.write_direct("see", files=[{"id": "F1", "title": "shot", "size": 3}])
    await slack.write_direct("both", thread_ts=root.ts, broadcast=True)
    reply, shot, both = (body["event"] for body in seen[1:])
    assert (reply["thread_ts"], reply["parent_user_id"]) == (root.ts, "U0ALICE")
    assert (shot["subtype"], shot["files"][0]["id"]) == ("file_share", "F1")
    assert (both["subtype"], both["root"]["ts"]) == ("thread_broadcast", root.ts)
    assert [m.text for m in slack.team.in_channel("D0ALICE")] == ["storm", "see", "both"]
    assert [m.text for m in slack.team.thread("D0ALICE", root.ts)] == ["again", "both"]


async def test_a_mention_in_the_conversation_is_a_message(slack: PretendSlack, seen: Seen) -> None:
    await slack.mention("D0ALICE", "storm")
    assert seen[0]["event"]["type"] == "message"
    assert seen[0]["event"]["text"] == "<@U0DOCTOR> storm"


async def test_edits_deletions_and_own_posts_are_told(slack: PretendSlack, seen: Seen) -> None:
    await slack.write_direct("strom")
    message = slack.team.in_channel("D0ALICE")[0]
    await slack.edit(message, "storm")
    await slack.remove(message)
    own = slack.team.app_message("D0ALICE", text="an answer")
    told = await slack.echo(own)
    changed, deleted = (body["event"] for body in seen[1:])
    echo = told.payload["event"]
    assert told.acked  # though Bolt keeps it from the listeners
    assert (changed["subtype"], changed["message"]["text"]) == ("message_changed", "storm")
    assert changed["previous_message"]["text"] == "strom"
    assert (deleted["subtype"], deleted["deleted_ts"]) == ("message_deleted", message.ts)
    assert (echo["bot_id"], echo["user"]) == ("B0DOCTOR", "U0DOCTOR")


async def test_posts_to_a_person_are_echoed_where_the_workspace_does_so(
    slack: PretendSlack, web: AsyncWebClient
) -> None:
    slack.team.echoes, slack.team.retry_delays = True, ()
    await web.chat_postMessage(channel="C0ONCALL", text="not told")
    await web.chat_postMessage(channel="U0ALICE", text="told")
    await slack.postman.settled()
    assert [each.payload["event"]["text"] for each in slack.team.deliveries] == ["told"]


async def test_an_event_comes_again(slack: PretendSlack, seen: Seen) -> None:
    first = await slack.write_direct("storm")
    await slack.redeliver(first)
    await slack.send_again(first)
    once, retry, other = seen
    assert once["event"] == retry["event"] == other["event"]
    assert once["event_id"] == retry["event_id"] != other["event_id"]


async def test_any_event_can_be_sent(slack: PretendSlack, seen: Seen) -> None:
    content = {"type": "message", "subtype": "channel_join", "channel": "D0ALICE"}
    assert (await slack.send_event(content)).acked
    assert seen[0]["event"] == content


async def test_nothing_is_told_without_the_scope_or_the_subscription(
    slack: PretendSlack, seen: Seen
) -> None:
    slack.team.app.scopes.discard("im:history")
    assert not (await slack.write_direct("storm")).attempts
    slack.team.app.scopes.add("im:history")
    slack.team.app.events.discard("message.im")
    assert not (await slack.write_direct("storm")).attempts
    slack.team.app.events.discard("app_home_opened")
    assert not (await slack.open_home()).attempts
    assert not seen


async def test_a_closed_messages_tab(slack: PretendSlack, web: AsyncWebClient) -> None:
    slack.team.app.messages_tab = "read_only"
    with pytest.raises(NotPossible):
        await slack.write_direct("storm")
    await web.chat_postMessage(channel="U0ALICE", text="still possible")
    slack.team.app.messages_tab = "off"
    for channel in ("U0ALICE", "D0ALICE"):
        with pytest.raises(SlackApiError, match="messages_tab_disabled"):
            await web.chat_postMessage(channel=channel, text="x")
