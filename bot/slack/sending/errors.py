"""Classifies Slack's errors; the sending code decides by this one table.

The names of the errors are those of the methods' reference pages.
https://docs.slack.dev/reference/methods/chat.postMessage
"""

import asyncio
from enum import StrEnum

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError


class SlackErrorKind(StrEnum):
    """The reason that a call to Slack failed, by what to do next."""

    BUSY = "busy"  # certainly not done: wait, or take another route
    UNKNOWN = "unknown"  # perhaps done: never repeat
    FORM = "form"  # certainly not done: send once more in a simpler form
    LONG = "long"  # certainly not done, and blocks cannot fit: send as plain text
    PLACE = "place"  # certainly not done: take the next route
    SETUP = "setup"  # certainly not done: the operator must fix it
    EXPIRED = "expired"  # certainly not done: the person must repeat it
    STALE = "stale"  # the message to change is gone: post a new one


TRANSIENT = frozenset({SlackErrorKind.BUSY, SlackErrorKind.UNKNOWN})
"""Kinds that may pass in a moment; every other kind is a final refusal."""

POLICY: dict[SlackErrorKind, str] = {
    SlackErrorKind.BUSY: (
        "Waited for as long as Slack asks, then sent again; if that is long, the next way"
    ),
    SlackErrorKind.UNKNOWN: (
        "Looked for in the thread if we may read it; else not repeated, but named"
    ),
    SlackErrorKind.FORM: "Classic blocks, then text alone, then a file",
    SlackErrorKind.LONG: "Text alone, then a file",
    SlackErrorKind.PLACE: "The next way: response_url, for the asker alone, direct message",
    SlackErrorKind.SETUP: "The next way; `/readyz` tells the operator",
    SlackErrorKind.EXPIRED: "The next way, or the person is told to ask once more",
    SlackErrorKind.STALE: "A new message in the place of the lost one",
}
"""The reaction to each kind: the rows of docs/operating.md."""

_CODES_BY_KIND: dict[SlackErrorKind, str] = {
    SlackErrorKind.BUSY: "ratelimited rate_limited message_limit_exceeded",
    SlackErrorKind.UNKNOWN: "fatal_error internal_error service_unavailable request_timeout",
    SlackErrorKind.FORM: (
        "invalid_blocks invalid_blocks_format invalid_attachments too_many_attachments no_text "
        "msg_blocks_too_many markdown_text_conflict markdown_text_too_long metadata_too_large "
        "invalid_metadata_format invalid_metadata_schema metadata_must_be_sent_from_app "
        "attachment_payload_limit_exceeded invalid_arg_name invalid_array_arg block_mismatch"
    ),
    SlackErrorKind.LONG: "msg_blocks_too_long msg_too_long",
    SlackErrorKind.PLACE: (
        "not_in_channel channel_not_found is_archived restricted_action "
        "restricted_action_read_only_channel restricted_action_thread_only_channel "
        "restricted_action_non_threadable_channel restricted_action_thread_locked "
        "cannot_reply_to_message messages_tab_disabled no_permission ekm_access_denied "
        "app_access_restricted user_not_in_channel user_not_found thread_not_found "
        "file_uploads_disabled file_uploads_except_images_disabled file_type_not_allowed "
        "storage_limit_reached posting_to_channel_denied"
    ),
    SlackErrorKind.SETUP: (
        "invalid_auth not_authed token_revoked token_expired account_inactive missing_scope "
        "not_allowed_token_type org_login_required team_access_not_granted accesslimited "
        "access_denied two_factor_setup_required"
    ),
    SlackErrorKind.EXPIRED: (
        "expired_trigger_id exchanged_trigger_id invalid_trigger_id trigger_expired "
        "trigger_exchanged push_limit_reached expired_url used_url"
    ),
    SlackErrorKind.STALE: (
        "message_not_found edit_window_closed cant_update_message is_inactive "
        "streaming_state_conflict"
    ),
}

ERROR_KINDS: dict[str, SlackErrorKind] = {
    name: cause for cause, names in _CODES_BY_KIND.items() for name in names.split()
}
"""The kind of each error that Slack documents for the methods we call."""

SLACK_EXCEPTIONS = (SlackClientError, aiohttp.ClientError, asyncio.TimeoutError)
"""The exceptions that a failed call of slack_sdk's async clients raises."""

UNREACHABLE = "unreachable"
"""Our error name for a connection to Slack that could not be made."""

_SERVER_ERROR = 500
_TOO_MANY_REQUESTS = 429


def classify_error(error: BaseException) -> tuple[SlackErrorKind, str]:
    """Return the kind of a failed call, and Slack's name for the error.

    The name is the exception's if Slack sent none. An error that Slack sent but the table does not
    list counts as a refusal.
    """
    if isinstance(error, aiohttp.ClientConnectorError):
        return SlackErrorKind.BUSY, UNREACHABLE  # no connection was made, so nothing was sent
    if not isinstance(error, SlackApiError):
        return SlackErrorKind.UNKNOWN, type(error).__name__
    status = _status(error)
    if status == _TOO_MANY_REQUESTS:
        return SlackErrorKind.BUSY, "ratelimited"
    if status >= _SERVER_ERROR:
        return SlackErrorKind.UNKNOWN, f"http_{status}"
    word = error_code_of(error)
    return (
        (ERROR_KINDS.get(word, SlackErrorKind.PLACE), word)
        if word
        else (SlackErrorKind.UNKNOWN, "unreadable_answer")
    )


def retry_after_of(error: BaseException) -> float:
    """Return the seconds that a 429 asks to wait: 1 if it does not say, 0 for any other failure.

    https://docs.slack.dev/apis/web-api/rate-limits
    """
    if not isinstance(error, SlackApiError) or _status(error) != _TOO_MANY_REQUESTS:
        return 0.0
    headers = getattr(error.response, "headers", None) or {}
    header = next((headers[name] for name in headers if str(name).lower() == "retry-after"), "")
    seconds = str(header[0] if isinstance(header, list) and header else header)
    return float(seconds) if seconds.isdecimal() and int(seconds) else 1.0


def _status(error: SlackApiError) -> int:
    """Return the HTTP status; slack_sdk puts its own or aiohttp's response into the error."""
    for name in ("status_code", "status"):
        status = getattr(error.response, name, None)
        if isinstance(status, int):
            return status
    return 0


def error_code_of(error: SlackApiError) -> str:
    """Return Slack's name of an error; "" if the answer had none."""
    data = getattr(error.response, "data", None)
    word = data.get("error") if isinstance(data, dict) else None
    return word if isinstance(word, str) else ""


def detail_of(error: BaseException) -> str:
    """Return Slack's detail of an error: the missing scope, or the fault in the blocks."""
    data = getattr(getattr(error, "response", None), "data", None)
    if not isinstance(data, dict):
        return ""
    metadata = data.get("response_metadata")
    messages = metadata.get("messages") if isinstance(metadata, dict) else None
    needed = data.get("needed")
    return f"needs {needed}" if needed else "; ".join(map(str, messages or ()))[:500]
