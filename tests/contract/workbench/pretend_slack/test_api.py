"""Each Web API method answers and refuses as Slack does."""

from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.support.pretend_slack import ACTIONS, MODAL
from workbench.pretend_slack import PretendSlack

META = {"event_type": "call_doctor", "event_payload": {"lookup_id": "1", "part": "opening"}}


async def refusal(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


async def test_auth_test_names_the_bot_and_its_scopes(
    slack: PretendSlack, web: AsyncWebClient
) -> None:
    answer = await web.auth_test()
    assert (answer["team_id"], answer["user_id"], answer["bot_id"]) == (
        slack.team.id,
        slack.team.app.bot_user,
        slack.team.app.bot_id,
    )
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


async def test_tokens_are_checked(slack: PretendSlack, web: AsyncWebClient) -> None:
    web.token = "xoxb-somebody-else"
    assert await refusal(web.auth_test()) == "invalid_auth"
    web.token = slack.team.app.app_token
    assert await refusal(web.auth_test()) == "not_allowed_token_type"
    web.token = None
    assert await refusal(web.auth_test()) == "not_authed"
    assert (await web.api_test())["ok"]
    token = slack.team.app.app_token
    assert (await web.apps_connections_open(app_token=token))["url"].startswith("ws://")


async def test_a_missing_scope_is_named(slack: PretendSlack, web: AsyncWebClient) -> None:
    slack.team.app.scopes = {"commands"}
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel="C0ONCALL", text="x")
    answer = caught.value.response
    assert (answer["error"], answer["needed"], answer["provided"]) == (
        "missing_scope",
        "chat:write",
        "commands",
    )


async def test_an_unknown_method(http: httpx.AsyncClient) -> None:
    answer = await http.post("/api/chat.sing")
    assert (answer.status_code, answer.json()["error"]) == (200, "unknown_method")


async def test_a_post_is_kept_with_thread_and_metadata(
    slack: PretendSlack, web: AsyncWebClient
) -> None:
    root = await web.chat_postMessage(
        channel="C0ONCALL", text="root", blocks=[ACTIONS], metadata=META, unfurl_links=False
    )
    reply = await web.chat_postMessage(channel="C0ONCALL", text="r", thread_ts=root["ts"])
    assert reply["message"]["thread_ts"] == root["ts"]
    kept, answer = slack.team.from_app("C0ONCALL")
    assert kept.metadata == META
    assert kept.options == {"unfurl_links": False}
    assert slack.team.thread("C0ONCALL", root["ts"]) == [answer]
    (first, _) = slack.team.calls_of("chat.postMessage")
    assert first.ok
    assert "token" not in first.args
    read = await web.conversations_replies(
        channel="C0ONCALL", ts=root["ts"], include_all_metadata=True
    )
    assert [m.get("metadata") for m in read["messages"]] == [META, None]
    again = await web.chat_postMessage(channel="C0ONCALL", text="x", thread_ts="1.000001")
    assert "thread_ts" not in again["message"]
    under = web.chat_postMessage(channel="C0ONCALL", text="x", thread_ts=reply["ts"])
    assert await refusal(under) == "cannot_reply_to_message"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0NOWHERE", "channel_not_found"),
        ("C0SECRET", "channel_not_found"),
        ("D0PAIR", "channel_not_found"),
        ("C0ARCHIVE", "is_archived"),
        ("C0READONLY", "restricted_action"),
    ],
)
async def test_where_the_bot_may_not_post(web: AsyncWebClient, channel: str, error: str) -> None:
    assert await refusal(web.chat_postMessage(channel=channel, text="x")) == error


async def test_a_public_channel_needs_a_scope_or_membership(
    slack: PretendSlack, web: AsyncWebClient
) -> None:
    assert (await web.chat_postMessage(channel="C0GENERAL", text="x"))["ok"]
    slack.team.app.scopes.discard("chat:write.public")
    refused = await refusal(web.chat_postMessage(channel="C0GENERAL", text="x"))
    assert refused == "not_in_channel"


async def test_a_person_gets_a_direct_message(slack: PretendSlack, web: AsyncWebClient) -> None:
    sent = await web.chat_postMessage(channel="U0BOB", text="x")
    opened = await web.conversations_open(users="U0BOB")
    assert sent["channel"] == opened["channel"]["id"]
    assert slack.team.channels[sent["channel"]].kind == "im"


async def test_long_text_is_cut_in_a_post_and_refused_in_an_update(
    slack: PretendSlack, web: AsyncWebClient
) -> None:
    sent = await web.chat_postMessage(channel="C0ONCALL", text="x" * 40_001)
    assert len(slack.team.from_app()[0].text) == 40_000
    place = {"channel": "C0ONCALL", "ts": sent["ts"]}
    assert (await web.chat_update(**place, text="x" * 4_000))["ok"]
    assert await refusal(web.chat_update(**place, text="x" * 4_001)) == "msg_too_long"


async def test_an_update_keeps_history_and_metadata(
    slack: PretendSlack, web: AsyncWebClient
) -> None:
    sent = await web.chat_postMessage(
        channel="C0ONCALL", text="first", blocks=[ACTIONS], metadata=META
    )
    place = {"channel": "C0ONCALL", "ts": sent["ts"]}
    await web.chat_update(**place, text="second")
    (message,) = slack.team.from_app()
    assert (message.text, message.blocks, message.metadata) == ("second", [], META)
    assert [each["text"] for each in message.edits] == ["first"]
    await web.chat_update(**place, text="third", metadata={})
    assert message.metadata is None
    missing = web.chat_update(channel="C0ONCALL", ts="1.000001", text="x")
    assert await refusal(missing) == "message_not_found"
    other = slack.say("C0ONCALL", "mine")
    theirs = web.chat_update(channel="C0ONCALL", ts=other.ts, text="x")
    assert await refusal(theirs) == "cant_update_message"


async def test_rich_text_is_not_swapped_for_another_kind(web: AsyncWebClient) -> None:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}
    rich = {"type": "rich_text", "block_id": "b", "elements": [section]}
    sent = await web.chat_postMessage(channel="C0ONCALL", text="x", blocks=[rich])
    swapped = web.chat_update(
        channel="C0ONCALL",
        ts=sent["ts"],
        text="x",
        blocks=[{"type": "divider", "block_id": "b"}],
    )
    assert await refusal(swapped) == "block_mismatch"


async def test_a_deletion(slack: PretendSlack, web: AsyncWebClient) -> None:
    sent = await web.chat_postMessage(channel="C0ONCALL", text="x")
    await web.chat_delete(channel="C0ONCALL", ts=sent["ts"])
    assert slack.team.from_app() == []
    gone = web.chat_delete(channel="C0ONCALL", ts=sent["ts"])
    assert await refusal(gone) == "message_not_found"


async def test_an_ephemeral_message_needs_both_in_the_channel(
    slack: PretendSlack, web: AsyncWebClient
) -> None:
    await web.chat_postEphemeral(channel="C0ONCALL", user="U0BOB", text="x")
    assert [m.text for m in slack.team.ephemeral("U0BOB")] == ["x"]
    outside = web.chat_postEphemeral(channel="C0GENERAL", user="U0BOB", text="x")
    assert await refusal(outside) == "not_in_channel"
    stranger = web.chat_postEphemeral(channel="C0ONCALL", user="U0OUT", text="x")
    assert await refusal(stranger) == "user_not_in_channel"
    coloured = [{"blocks": [{"type": "divider"}]}]
    wrapped = web.chat_postEphemeral(
        channel="C0ONCALL", user="U0BOB", text="x", attachments=coloured
    )
    assert await refusal(wrapped) == "invalid_attachments"


async def test_broken_limits_are_refused_with_a_pointer(web: AsyncWebClient) -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}}
    with pytest.raises(SlackApiError) as caught:
        await web.chat_postMessage(channel="C0ONCALL", text="x", blocks=[header])
    answer = caught.value.response
    assert answer["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/text/text]" in answer["response_metadata"]["messages"][0]
    empty = {"channel": "C0ONCALL", "text": " "}
    assert await refusal(web.api_call("chat.postMessage", json=empty)) == "no_text"
    texts = [
        {"type": "section", "text": {"type": "plain_text", "text": "x" * 3000}} for _ in range(5)
    ]
    long = web.chat_postMessage(channel="C0ONCALL", text="x", blocks=texts)
    assert await refusal(long) == "msg_blocks_too_long"


async def test_a_permalink_leads_into_the_thread(slack: PretendSlack, web: AsyncWebClient) -> None:
    root = slack.say("C0ONCALL", "root")
    reply = slack.say("C0ONCALL", "reply", thread_ts=root.ts)
    link = await web.chat_getPermalink(channel="C0ONCALL", message_ts=reply.ts)
    assert f"thread_ts={root.ts}" in link["permalink"]


async def test_history_comes_in_pages_newest_first(
    slack: PretendSlack, web: AsyncWebClient
) -> None:
    for number in range(3):
        slack.say("C0ONCALL", str(number))
    first = await web.conversations_history(channel="C0ONCALL", limit=2)
    cursor = first["response_metadata"]["next_cursor"]
    rest = await web.conversations_history(channel="C0ONCALL", limit=2, cursor=cursor)
    texts = [m["text"] for m in [*first["messages"], *rest["messages"]]]
    assert (texts, rest["has_more"]) == (["2", "1", "0"], False)
    outside = web.conversations_history(channel="C0GENERAL")
    assert await refusal(outside) == "not_in_channel"
    no_thread = web.conversations_replies(channel="C0ONCALL", ts="1.000001")
    assert await refusal(no_thread) == "thread_not_found"


async def test_channels_people_and_bots_are_described(
    slack: PretendSlack, web: AsyncWebClient
) -> None:
    shared = (await web.conversations_info(channel="C0SHARED"))["channel"]
    assert (shared["is_ext_shared"], shared["is_member"]) == (True, True)
    hidden = web.conversations_info(channel="C0SECRET")
    assert await refusal(hidden) == "channel_not_found"
    slack.team.app.scopes.discard("groups:read")
    private = web.conversations_info(channel="C0WARROOM")
    assert await refusal(private) == "missing_scope"
    members = await web.conversations_members(channel="C0ONCALL")
    assert "U0BOB" in members["members"]
    bob = (await web.users_info(user="U0BOB"))["user"]
    assert (bob["tz"], bob["tz_offset"]) == ("Asia/Kolkata", 19800)
    assert await refusal(web.users_info(user="U0NOBODY")) == "user_not_found"
    assert (await web.bots_info(bot=slack.team.app.bot_id))["bot"]["name"] == "call-doctor"


async def test_a_reaction_counts_once(slack: PretendSlack, web: AsyncWebClient) -> None:
    message = slack.say("C0ONCALL", "x")
    place = {"channel": "C0ONCALL", "timestamp": message.ts, "name": "eyes"}
    await web.reactions_add(**place)
    assert await refusal(web.reactions_add(**place)) == "already_reacted"


async def test_an_unfurl_takes_no_rich_text(slack: PretendSlack, web: AsyncWebClient) -> None:
    message = slack.say("C0ONCALL", "https://x.example")
    place: dict[str, Any] = {"channel": "C0ONCALL", "ts": message.ts}
    await web.chat_unfurl(**place, unfurls={"https://x.example": {"blocks": [ACTIONS]}})
    assert "https://x.example" in message.unfurls
    section = {"type": "rich_text_section", "elements": []}
    rich = {"blocks": [{"type": "rich_text", "elements": [section]}]}
    refused = web.chat_unfurl(**place, unfurls={"https://x.example": rich})
    assert await refusal(refused) == "invalid_blocks"


async def test_a_trigger_opens_one_view_within_three_seconds(
    slack: PretendSlack, web: AsyncWebClient
) -> None:
    team = slack.team
    trigger = team.new_trigger("U0BOB")
    opened = (await web.views_open(trigger_id=trigger, view=MODAL))["view"]
    assert team.views[opened["id"]].user == "U0BOB"
    again = await refusal(web.views_open(trigger_id=trigger, view=MODAL))
    assert again == "exchanged_trigger_id"
    late = team.new_trigger("U0BOB")
    team.clock_ahead += 3.5
    assert await refusal(web.views_open(trigger_id=late, view=MODAL)) == "expired_trigger_id"
    assert await refusal(web.views_open(trigger_id="x", view=MODAL)) == "invalid_trigger_id"


async def test_views_are_updated_pushed_and_published(
    slack: PretendSlack, web: AsyncWebClient
) -> None:
    team = slack.team
    opened = (await web.views_open(trigger_id=team.new_trigger("U0BOB"), view=MODAL))["view"]
    updated = await web.views_update(view_id=opened["id"], hash=opened["hash"], view=MODAL)
    assert updated["view"]["hash"] != opened["hash"]
    stale = web.views_update(view_id=opened["id"], hash=opened["hash"], view=MODAL)
    assert await refusal(stale) == "hash_conflict"
    assert await refusal(web.views_update(view_id="V0NONE", view=MODAL)) == "not_found"
    top = opened["id"]
    for _ in range(2):
        trigger = team.new_trigger("U0BOB", top)
        top = (await web.views_push(trigger_id=trigger, view=MODAL))["view"]["id"]
    fourth = web.views_push(trigger_id=team.new_trigger("U0BOB", top), view=MODAL)
    assert await refusal(fourth) == "push_limit_reached"
    home = {"type": "home", "blocks": [ACTIONS]}
    first = await web.views_publish(user_id="U0BOB", view=home)
    second = await web.views_publish(user_id="U0BOB", view=home)
    assert first["view"]["id"] == second["view"]["id"]
    modal = MODAL | {"title": {"type": "plain_text", "text": "x" * 25}}
    broken = web.views_open(trigger_id=team.new_trigger("U0BOB"), view=modal)
    assert await refusal(broken) == "invalid_arguments"


async def test_a_file_is_uploaded_in_three_steps(slack: PretendSlack, web: AsyncWebClient) -> None:
    root = slack.say("C0ONCALL", "root")
    await web.files_upload_v2(
        channel="C0ONCALL",
        thread_ts=root.ts,
        filename="events.csv",
        title="All events",
        content="a,b\n1,2\n",
        initial_comment="the rest",
    )
    (file,) = slack.team.files.values()
    assert (file.content, file.title) == (b"a,b\n1,2\n", "All events")
    assert file.shared_in == [("C0ONCALL", root.ts)]
    (message,) = slack.team.thread("C0ONCALL", root.ts)
    assert (message.text, message.files[0]["name"]) == ("the rest", "events.csv")
    outside = web.files_upload_v2(channel="C0GENERAL", filename="x", content="x")
    assert await refusal(outside) == "not_in_channel"
    unknown = web.files_completeUploadExternal(files=[{"id": "F0NONE", "title": "x"}])
    assert await refusal(unknown) == "file_not_found"
