"""A real Bolt app gets everything that people do, over HTTP and over a socket."""

import asyncio

import pytest

from tests.support.pretend_slack import ACTIONS, Seen
from workbench.pretend_slack import NotPossible, PretendSlack


async def test_a_command_is_acked_and_answered(slack: PretendSlack, seen: Seen) -> None:
    done = await slack.type_command("C0ONCALL", "U0ALICE", "/call-errors", "room 1 & <2>")
    assert done.acked
    assert done.status == 200
    assert done.took is not None
    assert seen[0]["text"] == "room 1 & <2>"
    await slack.until(lambda: slack.team.calls_of("response_url"))
    (answer,) = slack.team.ephemeral("U0ALICE")
    assert (answer.text, answer.via) == ("found it", "ack")
    assert answer.edits[0]["text"] == "Looking at room 1 & <2>"


async def test_a_message_shortcut_opens_a_modal_and_its_submission_is_acked(
    slack: PretendSlack, seen: Seen
) -> None:
    message = slack.say("C0SECRET", "see 6537f2", attachments=[{"text": "more"}])
    assert (await slack.use_message_shortcut(message)).acked
    assert seen[0]["message"]["attachments"] == [{"text": "more"}]
    await slack.until(lambda: slack.team.views)
    (view,) = slack.team.views.values()
    wrong = await slack.submit(view, {"what": "wrong", "place": "C0ONCALL"})
    assert wrong.acked
    assert view.errors == {"target": "no such id"}
    assert view.is_open
    await slack.submit(view, {"what": "6537f2", "place": "C0ONCALL"})
    assert not view.is_open
    (answer_at,) = seen[-1]["response_urls"]
    assert answer_at["channel_id"] == "C0ONCALL"
    with pytest.raises(NotPossible):
        await slack.submit(view)


async def test_a_global_shortcut_has_no_channel(slack: PretendSlack, seen: Seen) -> None:
    await slack.use_global_shortcut("U0BOB")
    assert not {"channel", "response_url", "message"} & seen[0].keys()


async def test_a_mention_in_a_thread_is_answered_there(slack: PretendSlack, seen: Seen) -> None:
    root = slack.say("C0ONCALL", "it broke", user="U0BOB")
    await slack.mention("C0ONCALL", "6537f2", thread_ts=root.ts)
    await slack.until(slack.team.from_app)
    assert [m.text for m in slack.team.thread("C0ONCALL", root.ts)][-1] == "here"
    assert seen[0]["event"]["text"] == "<@U0DOCTOR> 6537f2"


async def test_a_press_carries_the_message_and_may_replace_it(
    slack: PretendSlack, seen: Seen
) -> None:
    message = slack.team.app_message("C0ONCALL", text="t", blocks=[ACTIONS])
    assert (await slack.click(message, "more")).acked
    assert seen[0]["message"]["ts"] == message.ts
    await slack.until(lambda: message.edited)
    assert message.text == "pressed"


async def test_a_press_on_an_ephemeral_message_has_no_message(
    slack: PretendSlack, seen: Seen
) -> None:
    message = slack.team.app_message("C0ONCALL", text="t", blocks=[ACTIONS], ephemeral_to="U0ALICE")
    await slack.click(message, "more")
    assert seen[0]["container"]["is_ephemeral"]
    assert "message" not in seen[0]
    with pytest.raises(NotPossible):
        await slack.click(message, "more", user="U0BOB")


async def test_the_home_tab_is_published(slack: PretendSlack, seen: Seen) -> None:
    await slack.open_home("U0BOB")
    await slack.until(lambda: slack.team.views)
    assert [view.kind for view in slack.team.views.values()] == ["home"]
    assert seen[0]["event"]["tab"] == "home"


async def test_an_event_can_come_twice(slack: PretendSlack, seen: Seen) -> None:
    once = await slack.mention("C0ONCALL", "6537f2")
    await slack.redeliver(once)
    assert [body["event_id"] for body in seen] == [once.payload["event_id"]] * 2


async def test_a_hundred_commands_at_once_are_all_acked(slack: PretendSlack, seen: Seen) -> None:
    typed = (slack.type_command("C0ONCALL", "U0BOB", "/call-errors", str(n)) for n in range(100))
    done = await asyncio.gather(*typed)
    assert all(each.acked for each in done)
    assert len(seen) == 100


async def test_an_unknown_command_fails_in_the_open(slack: PretendSlack, seen: Seen) -> None:
    slack.team.ack_seconds = 0.3
    done = await slack.type_command("C0ONCALL", "U0ALICE", "/nobody-knows")
    assert not done.acked
    assert not seen
    (notice,) = slack.team.ephemeral("U0ALICE")
    assert notice.text == '/nobody-knows failed with the error "dispatch_failed"'


async def test_where_the_bot_is_no_member_a_mention_is_not_delivered(
    slack: PretendSlack, seen: Seen
) -> None:
    done = await slack.mention("C0GENERAL", "6537f2")
    assert (done.acked, done.error) == (False, "not_delivered")
    assert not seen
