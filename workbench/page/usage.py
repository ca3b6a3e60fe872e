"""Counts how much of Slack's limits a message uses."""

import json

from workbench.pretend_slack.limits import check_message, visible_length
from workbench.pretend_slack.limits.messages import (
    ATTACHMENTS_MOST,
    BLOCKS_MOST,
    METADATA_MOST,
    TEXT_UPDATE_MOST,
    VISIBLE_MOST,
)
from workbench.pretend_slack.records import Json, Message


def usage(message: Message) -> Json:
    """`used` holds rows of name, number and limit; `problems` the limits that are broken."""
    metadata = json.dumps(message.metadata, ensure_ascii=False) if message.metadata else ""
    rows = [
        ("blocks", len(message.blocks), BLOCKS_MOST),
        ("characters shown", visible_length(message.blocks), VISIBLE_MOST),
        ("characters of text, if edited", len(message.text), TEXT_UPDATE_MOST),
        ("characters of metadata", len(metadata), METADATA_MOST),
        ("attachments", len(message.attachments), ATTACHMENTS_MOST),
    ]
    args = {"text": message.text or "-", "blocks": message.blocks}
    return {
        "used": [{"name": name, "number": number, "limit": limit} for name, number, limit in rows],
        "problems": [f"{each.code}: {each.line}" for each in check_message(args)],
    }
