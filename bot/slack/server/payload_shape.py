"""Checks that a signed body has the shape that Slack sends; Bolt fails on many other shapes."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

MAX_DEPTH = 60
MAX_FIELDS = 1000

# The fields in which Bolt expects an object, or a list of objects
# (slack_bolt/request/internals.py).
_OBJECTS = ("event", "view", "message", "container", "function_data", "assistant_thread")
_OBJECTS_OR_TEXTS = ("team", "user", "enterprise", "channel")
_LISTS = ("authorizations", "actions", "response_urls")
_TEXTS = (
    "type", "command", "text", "team_id", "user_id", "channel_id", "enterprise_id",
    "trigger_id", "response_url", "callback_id", "event_id", "action_id", "message_ts",
)  # fmt: skip


def decode_body(raw: bytes, content_type: str) -> str | None:
    """Return the body as text for Bolt; None if it is not what Slack sends."""
    try:
        text = raw.decode()
        body = _parse_body(text, content_type)
    except (ValueError, RecursionError):  # no UTF-8, no JSON, huge numbers or nesting
        return None
    return text if is_well_formed(body) else None


def _parse_body(text: str, content_type: str) -> Any:  # noqa: ANN401  any JSON
    if content_type.partition(";")[0].strip().lower() == "application/json" or text[:1] == "{":
        return json.loads(text)
    pairs = parse_qsl(
        text,
        keep_blank_values=True,
        errors="strict",
        max_num_fields=MAX_FIELDS,
        strict_parsing=True,
    )
    form = dict(pairs)
    return json.loads(form["payload"]) if "payload" in form else form


def is_well_formed(body: Any) -> bool:  # noqa: ANN401  any JSON
    """Return whether the values that Bolt reads have the types that Bolt expects."""
    if not isinstance(body, Mapping) or not body or _is_too_deep(body):
        return False
    return _has_expected_types(body) and _has_expected_types(body.get("event") or {})


def _has_expected_types(body: Mapping[str, Any]) -> bool:
    return (
        all(isinstance(body.get(key) or {}, Mapping) for key in _OBJECTS)
        and all(isinstance(body.get(key) or {}, Mapping | str) for key in _OBJECTS_OR_TEXTS)
        and all(isinstance(body.get(key) or "", str) for key in _TEXTS)
        and all(_is_list_of_objects(body.get(key) or []) for key in _LISTS)
    )


def _is_list_of_objects(value: Any) -> bool:  # noqa: ANN401  any JSON
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def _is_too_deep(body: Any) -> bool:  # noqa: ANN401  any JSON
    """Return whether the body is nested too deeply.

    The loop does not recurse, because a deep body would break a recursive walk.
    """
    level: list[Any] = [body]
    for _ in range(MAX_DEPTH):
        level = [child for part in level for child in _children(part)]
        if not level:
            return False
    return True


def _children(part: Any) -> list[Any]:  # noqa: ANN401  any JSON
    if isinstance(part, Mapping):
        return [child for child in part.values() if isinstance(child, Mapping | list)]
    return [child for child in part if isinstance(child, Mapping | list)]
