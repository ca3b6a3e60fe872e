"""A whole message: its parts together.

https://docs.slack.dev/reference/methods/chat.postMessage
"""

import json
from typing import Any

from workbench.pretend_slack.limits.blocks import check_block
from workbench.pretend_slack.limits.findings import Findings, Json, Problem, string
from workbench.pretend_slack.limits.tables import DATA_TABLE_CHARS, TABLE_CHARS
from workbench.pretend_slack.limits.visible import visible_length

BLOCKS_MOST = 50
ATTACHMENTS_MOST = 100
TEXT_UPDATE_MOST = 4_000
# Slack doesn't publish its limits of these two; these are what one can rely on.
VISIBLE_MOST = 13_000
METADATA_MOST = 8_000
MARKDOWN_MOST = 12_000
EVENT_TYPE_MOST = 50


def check_message(message: Json, *, update: bool = False) -> list[Problem]:
    """All limits that a message or the args of a post break, worst first; none is an empty list.

    `update` holds the text to what chat.update takes.
    """
    found = Findings("message")
    blocks = message.get("blocks") or []
    _check_text(message, found, update=update)
    _check_blocks(blocks, found)
    _check_attachments(message.get("attachments") or [], found)
    if message.get("metadata"):
        _check_metadata(message["metadata"], found)
    return found.problems


def _check_text(message: Json, found: Findings, *, update: bool) -> None:
    text = message.get("text") or ""
    if not isinstance(text, str):
        found.add("/text", "must be a string", "invalid_arguments")
    elif not text.strip():
        found.add("/text", "a message needs text", "no_text")
    elif update and len(text) > TEXT_UPDATE_MOST:
        found.add("/text", f"must be less than {TEXT_UPDATE_MOST + 1} characters", "msg_too_long")


def _check_blocks(blocks: Any, found: Findings) -> None:  # noqa: ANN401
    if not isinstance(blocks, list):
        found.add("/blocks", "must be an array", "invalid_blocks_format")
        return
    for index, block in enumerate(blocks):
        check_block(block, f"/blocks/{index}", found)
    # Children of a container may count, too: nothing says they don't.
    if len(found.types) > BLOCKS_MOST or len(blocks) > BLOCKS_MOST:
        found.add("/blocks", f"no more than {BLOCKS_MOST} items allowed")
    _check_budgets(found)
    if visible_length(blocks) > VISIBLE_MOST:
        found.add("/blocks", f"over {VISIBLE_MOST} characters in all", "msg_blocks_too_long")


def _check_budgets(found: Findings) -> None:
    if found.types.count("table") > 1:
        found.add("/blocks", "only_one_table_allowed", "invalid_attachments")
    if found.types.count("plan") > 1 or found.types.count("data_visualization") > 2:
        found.add("/blocks", "too many blocks of one kind")
    if found.table_chars > TABLE_CHARS:
        found.add("/blocks", f"tables hold more than {TABLE_CHARS} characters")
    if found.data_table_chars > DATA_TABLE_CHARS:
        found.add("/blocks", f"data tables hold more than {DATA_TABLE_CHARS} characters")
    if found.markdown_chars > MARKDOWN_MOST:
        found.add("/blocks", f"over {MARKDOWN_MOST} characters of markdown", "msg_too_long")


def _check_attachments(attachments: Any, found: Findings) -> None:  # noqa: ANN401
    if not isinstance(attachments, list):
        found.add("/attachments", "must be an array", "invalid_attachments")
        return
    if len(attachments) > ATTACHMENTS_MOST:
        found.add("/attachments", "too many", "too_many_attachments")
    for number, attachment in enumerate(attachments):
        inner = attachment.get("blocks") if isinstance(attachment, dict) else None
        for index, block in enumerate(inner or []):
            check_block(block, f"/attachments/{number}/blocks/{index}", found)


def _check_metadata(metadata: Any, found: Findings) -> None:  # noqa: ANN401
    if not isinstance(metadata, dict):
        found.add("/metadata", "must be an object", "invalid_metadata_format")
        return
    if set(metadata) - {"event_type", "event_payload", "entities"}:
        found.add("/metadata", "unknown field", "invalid_metadata_schema")
    if not isinstance(metadata.get("event_payload"), dict):
        found.add("/metadata/event_payload", "must be an object", "invalid_metadata_schema")
    before = len(found.problems)
    string(EVENT_TYPE_MOST)(metadata.get("event_type"), "/metadata/event_type", found)
    if len(found.problems) > before:
        last = found.problems.pop()
        found.add(last.pointer, last.words, "invalid_metadata_schema")
    if len(json.dumps(metadata, ensure_ascii=False)) > METADATA_MOST:
        found.add("/metadata", "too large", "metadata_too_large")
