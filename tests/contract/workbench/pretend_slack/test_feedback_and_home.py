"""Feedback and link buttons of messages, the buttons of a Home, and edits that come too late."""

from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.support.pretend_slack import ACTIONS, BUTTON, FEEDBACK, HOME_LIST, Seen
from workbench.pretend_slack import NotPossible, PretendSlack
from workbench.pretend_slack.limits import check_message


async def test_feedback_carries_the_pressed_side(slack: PretendSlack, seen: Seen) -> None:
    message = slack.team.app_message("C0ONCALL", text="t", blocks=[FEEDBACK])
    await slack.click(message, "vote", value="positive")
    await slack.click(message, "vote", value="w1", user="U0BOB")
    right, wrong = (body["actions"][0] for body in seen)
    assert (right["type"], right["value"]) == ("feedback_buttons", "r1")
    assert (wrong["value"], wrong["text"]["text"]) == ("w1", "Wrong")
    assert seen[1]["user"]["id"] == "U0BOB"
    assert seen[0]["trigger_id"]
    with pytest.raises(NotPossible):
        await slack.click(message, "vote", value="perhaps")


@pytest.mark.parametrize(
    ("side", "more"),
    [
        ("positive_button", {"value": ""}),
        ("positive_button", {"value": "x" * 2001}),
        ("negative_button", {"text": {"type": "mrkdwn", "text": "Wrong"}}),
        ("negative_button", {"text": {"type": "plain_text", "text": "x" * 76}}),
        ("negative_button", {"style": "danger"}),
    ],
)
def test_feedback_is_held_to_its_limits(side: str, more: dict[str, object]) -> None:
    (element,) = FEEDBACK["elements"]
    changed = element | {side: element[side] | more}
    message = {"text": "t", "blocks": [FEEDBACK | {"elements": [changed]}]}
    assert [problem.code for problem in check_message(message)][:1] == ["invalid_blocks"]
    assert not check_message({"text": "t", "blocks": [FEEDBACK]})


async def test_a_workspace_may_refuse_the_block(slack: PretendSlack, web: AsyncWebClient) -> None:
    message = await web.chat_postMessage(channel="C0ONCALL", text="t", blocks=[ACTIONS])
    slack.team.refused_blocks = {"context_actions"}
    both = [ACTIONS, FEEDBACK]
    for call in (
        web.chat_postMessage(channel="C0ONCALL", text="t", blocks=both),
        web.chat_postEphemeral(channel="C0ONCALL", user="U0ALICE", text="t", blocks=both),
        web.chat_update(channel="C0ONCALL", ts=message["ts"], text="t", blocks=both),
    ):
        with pytest.raises(SlackApiError) as caught:
            await call
        assert caught.value.response["error"] == "invalid_blocks"
        (line,) = caught.value.response["response_metadata"]["messages"]
        assert line == "[ERROR] unsupported type: context_actions [json-pointer:/blocks/1/type]"


async def test_a_link_button_tells_its_press(slack: PretendSlack, seen: Seen) -> None:
    link = BUTTON | {"action_id": "open", "url": "https://tracker.example/new", "value": "v"}
    blocks = [{"type": "actions", "block_id": "ac", "elements": [link]}]
    message = slack.team.app_message("C0ONCALL", text="t", blocks=blocks)
    assert (await slack.click(message, "open")).acked
    assert seen[0]["actions"][0]["action_id"] == "open"


async def test_home_is_pressed_without_a_channel_or_message(
    slack: PretendSlack, seen: Seen
) -> None:
    await slack.open_home("U0BOB")
    await slack.until(lambda: slack.team.views)
    (home,) = slack.team.views.values()
    await slack.act_in_view(home, "again", value="2")
    await slack.act_in_view(home, "again", block_id="answer 1")
    opened, second, first = seen
    assert "view" not in opened["event"]
    assert not {"channel", "message", "response_url"} & second.keys()
    assert second["container"] == {"type": "view", "view_id": home.id}
    assert (second["view"]["type"], second["view"]["hash"]) == ("home", home.hash)
    assert second["user"]["id"] == "U0BOB"
    assert [each["actions"][0]["value"] for each in (second, first)] == ["2", "1"]
    await slack.open_home("U0BOB", tab="messages")
    await slack.open_home("U0BOB")
    messages, again = (body["event"] for body in seen[3:])
    assert (messages["tab"], "view" in messages) == ("messages", False)
    assert (again["tab"], again["view"]["id"]) == ("home", home.id)


async def test_a_home_that_changed_meanwhile(web: AsyncWebClient) -> None:
    view = {"type": "home", "blocks": HOME_LIST}
    first = await web.views_publish(user_id="U0ALICE", view=view)
    seen_hash = first["view"]["hash"]
    await web.views_publish(user_id="U0ALICE", view=view, hash=seen_hash)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await web.views_publish(user_id="U0ALICE", view=view, hash=seen_hash)


async def test_edits_have_their_time(slack: PretendSlack, web: AsyncWebClient) -> None:
    slack.team.edit_seconds = 60
    message = await web.chat_postMessage(channel="C0ONCALL", text="t")
    await web.chat_update(channel="C0ONCALL", ts=message["ts"], text="soon")
    slack.team.clock_ahead = 61
    with pytest.raises(SlackApiError, match="edit_window_closed"):
        await web.chat_update(channel="C0ONCALL", ts=message["ts"], text="late")
    theirs = slack.say("C0ONCALL", "a person's")
    for ts, error in ((theirs.ts, "cant_update_message"), ("1.000001", "message_not_found")):
        with pytest.raises(SlackApiError, match=error):
            await web.chat_update(channel="C0ONCALL", ts=ts, text="x")


async def test_an_ephemeral_message_is_hidden_in_a_thread_without_replies(
    slack: PretendSlack, web: AsyncWebClient
) -> None:
    root = slack.say("C0ONCALL", "it broke")
    args: Any = {"channel": "C0ONCALL", "user": "U0ALICE", "thread_ts": root.ts}
    await web.chat_postEphemeral(text="nobody sees this", **args)
    slack.say("C0ONCALL", "a reply", thread_ts=root.ts)
    await web.chat_postEphemeral(text="for you", **args)
    (shown,) = slack.team.ephemeral("U0ALICE")
    assert (shown.text, shown.thread_ts) == ("for you", root.ts)
