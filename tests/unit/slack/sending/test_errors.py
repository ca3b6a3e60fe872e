"""Every Slack error is in its class."""

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack.sending.errors import SlackErrorKind, classify_error, detail_of
from bot.slack.sending.sender import parse_answer

TABLE = {
    SlackErrorKind.BUSY: "ratelimited rate_limited message_limit_exceeded",
    SlackErrorKind.UNKNOWN: "fatal_error internal_error service_unavailable request_timeout",
    SlackErrorKind.FORM: "invalid_blocks invalid_blocks_format no_text invalid_attachments "
    "too_many_attachments markdown_text_conflict metadata_too_large invalid_metadata_format "
    "invalid_metadata_schema attachment_payload_limit_exceeded invalid_arg_name invalid_array_arg",
    SlackErrorKind.LONG: "msg_blocks_too_long msg_too_long",
    SlackErrorKind.PLACE: "not_in_channel channel_not_found is_archived restricted_action "
    "restricted_action_read_only_channel restricted_action_thread_only_channel "
    "restricted_action_non_threadable_channel restricted_action_thread_locked "
    "cannot_reply_to_message messages_tab_disabled no_permission ekm_access_denied "
    "app_access_restricted user_not_in_channel an_error_of_next_year",
    SlackErrorKind.SETUP: "invalid_auth not_authed token_revoked token_expired account_inactive "
    "missing_scope not_allowed_token_type org_login_required team_access_not_granted accesslimited",
    SlackErrorKind.EXPIRED: (
        "expired_trigger_id exchanged_trigger_id invalid_trigger_id push_limit_reached"
    ),
    SlackErrorKind.STALE: "message_not_found edit_window_closed cant_update_message is_inactive",
}
ROWS = [(word, cause) for cause, words in TABLE.items() for word in words.split()]


def refusal(data: object, status: int = 200) -> SlackApiError:
    response = AsyncSlackResponse(
        client=AsyncWebClient(),
        http_verb="POST",
        api_url="",
        req_args={},
        data=data,  # type: ignore[arg-type]  # Slack may answer with anything
        headers={},
        status_code=status,
    )
    return SlackApiError("refused", response)  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(("word", "cause"), ROWS)
def test_each_error_has_its_class(word: str, cause: SlackErrorKind) -> None:
    assert classify_error(refusal({"ok": False, "error": word})) == (cause, word)


@pytest.mark.parametrize(
    ("data", "status", "cause"),
    [
        ({"ok": False, "error": "ratelimited"}, 429, SlackErrorKind.BUSY),
        ("<html>", 500, SlackErrorKind.UNKNOWN),
        ("upstream trouble", 503, SlackErrorKind.UNKNOWN),
        ({}, 200, SlackErrorKind.UNKNOWN),
        ("<html>", 200, SlackErrorKind.UNKNOWN),
        ({"error": ["odd"]}, 200, SlackErrorKind.UNKNOWN),
    ],
)
def test_each_odd_answer_has_its_class(data: object, status: int, cause: SlackErrorKind) -> None:
    assert classify_error(refusal(data, status))[0] is cause


def test_a_lost_answer_is_ambiguous_and_no_connection_is_not() -> None:
    key = ConnectionKey(
        "127.0.0.1",
        1,
        is_ssl=False,
        ssl=False,
        proxy=None,
        proxy_auth=None,
        proxy_headers_hash=None,
    )
    assert classify_error(aiohttp.ServerDisconnectedError())[0] is SlackErrorKind.UNKNOWN
    assert classify_error(TimeoutError())[0] is SlackErrorKind.UNKNOWN
    assert classify_error(ConnectionResetError())[0] is SlackErrorKind.UNKNOWN
    refused = aiohttp.ClientConnectorError(key, OSError("refused"))
    assert classify_error(refused)[0] is SlackErrorKind.BUSY


def test_details_tell_the_scope_or_the_block() -> None:
    assert detail_of(refusal({"error": "missing_scope", "needed": "chat:write"})).endswith(
        "chat:write"
    )
    more = {"response_metadata": {"messages": ["[ERROR] too long [json-pointer:/blocks/0]"]}}
    assert "blocks/0" in detail_of(refusal({"error": "invalid_blocks"} | more))
    assert detail_of(ValueError()) == ""


@pytest.mark.parametrize(
    ("status", "body", "cause"),
    [
        (200, "ok", None),
        (200, '{"ok":true}', None),
        (200, "<html>", SlackErrorKind.EXPIRED),
        (404, '{"ok":false,"error":"expired_url"}', SlackErrorKind.EXPIRED),
        (404, "", SlackErrorKind.EXPIRED),
        (400, '{"ok":false,"error":"invalid_blocks"}', SlackErrorKind.FORM),
        (429, "", SlackErrorKind.BUSY),
        (503, "", SlackErrorKind.UNKNOWN),
    ],
)
def test_each_answer_of_a_response_url_has_its_class(
    status: int, body: str, cause: SlackErrorKind | None
) -> None:
    assert parse_answer(status, body).cause is cause
