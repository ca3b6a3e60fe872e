"""Blocks: their keys and limits, and which surface takes which.

https://docs.slack.dev/reference/block-kit/blocks
"""

from workbench.pretend_slack.limits.cards import CARD, TASK, any_of
from workbench.pretend_slack.limits.elements import (
    IMAGE,
    IN_ACTIONS,
    IN_FOOTER,
    IN_INPUT,
    IN_SECTION,
)
from workbench.pretend_slack.limits.findings import (
    Check,
    Findings,
    Json,
    Rule,
    Shape,
    anything,
    array,
    boolean,
    by_type,
    integer,
    string,
    word,
)
from workbench.pretend_slack.limits.options import URL
from workbench.pretend_slack.limits.rich import RICH_ELEMENTS, RICH_TEXT
from workbench.pretend_slack.limits.tables import CHART, DATA_TABLE, TABLE
from workbench.pretend_slack.limits.texts import plain, text

_EVERYWHERE = {"section", "divider", "image", "context", "actions", "header", "input", "rich_text"}
_EVERYWHERE |= {"video", "card"}
SURFACES: dict[str, set[str]] = {
    "message": _EVERYWHERE
    | {"markdown", "table", "context_actions", "task_card", "plan", "carousel", "data_table"}
    | {"data_visualization", "container"},
    "modal": _EVERYWHERE | {"alert"},
    "home": _EVERYWHERE | {"table", "carousel", "data_table", "container"},
}
# Narrower than the documentation: its validator was seen to refuse rich_text, input and file.
_IN_CONTAINER = {"section", "context", "actions", "divider", "header", "image", "table"}


def _not_both(one: str, other: str) -> Rule:
    def rule(value: Json, pointer: str, found: Findings) -> None:
        if (one in value) == (other in value):
            found.add(pointer, f"exactly one of {one} and {other} is needed")

    return rule


def _header_level(value: Json, pointer: str, found: Findings) -> None:
    if "level" in value:
        integer(1, 4)(value["level"], f"{pointer}/level", found)


def _markdown_length(value: Json, pointer: str, found: Findings) -> None:
    del pointer
    if isinstance(value.get("text"), str):
        found.markdown_chars += len(value["text"])


def _folding(value: Json, pointer: str, found: Findings) -> None:
    if "title" not in value and "rich_text_title" not in value:
        found.add(pointer, "one of title, rich_text_title is needed")
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        found.add(f"{pointer}/default_collapsed", "needs is_collapsible")
    if value.get("has_header_divider") and value.get("is_collapsible"):
        found.add(f"{pointer}/has_header_divider", "not with is_collapsible")


def _child(value: object, pointer: str, found: Findings) -> None:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind in _IN_CONTAINER:
        check_block(value, pointer, found)
    else:
        found.add(f"{pointer}/type", f"unsupported type in a container: {kind}")


BLOCKS: dict[str, Check] = {
    "section": Shape(
        {},
        {
            "text": text(3000),
            "fields": array(text(2000), 10),
            "accessory": IN_SECTION,
            "expand": boolean,
        },
        any_of("text", "fields"),
    ),
    "header": Shape({"text": plain(150)}, {"level": anything}, _header_level),
    "divider": Shape({}),
    "context": Shape(
        {
            "elements": array(
                by_type({"image": IMAGE} | {kind: text(3000) for kind in ("plain_text", "mrkdwn")}),
                10,
            )
        }
    ),
    "actions": Shape({"elements": array(IN_ACTIONS, 25)}),
    "image": Shape(
        {"alt_text": string(2000)},
        {"image_url": URL, "slack_file": anything, "title": plain(2000)},
        _not_both("image_url", "slack_file"),
    ),
    "input": Shape(
        {"label": plain(2000), "element": IN_INPUT},
        {"hint": plain(2000), "optional": boolean, "dispatch_action": boolean},
    ),
    "rich_text": Shape({"elements": RICH_ELEMENTS}),
    "video": Shape(
        {"title": plain(199), "video_url": URL, "thumbnail_url": URL, "alt_text": string(2000)},
        {
            "author_name": string(49),
            "provider_name": string(49),
            "provider_icon_url": URL,
            "title_url": URL,
            "description": plain(200),
        },
    ),
    "markdown": Shape({"text": string(12_000)}, {}, _markdown_length),
    "table": TABLE,
    "data_table": DATA_TABLE,
    "data_visualization": CHART,
    "context_actions": Shape({"elements": array(IN_FOOTER, 5)}),
    "alert": Shape(
        {"text": text(200)}, {"level": word("default", "info", "warning", "error", "success")}
    ),
    "card": CARD,
    "carousel": Shape({"elements": array(by_type({"card": CARD}), 10)}),
    "container": Shape(
        {"child_blocks": array(_child, 10)},
        {
            "title": plain(150),
            "rich_text_title": by_type({"rich_text": RICH_TEXT}),
            "subtitle": text(150),
            "width": word("narrow", "standard", "wide", "full"),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
        },
        _folding,
    ),
    "task_card": TASK,
    "plan": Shape({"title": string(3000)}, {"tasks": array(by_type({"task_card": TASK}), 50)}),
}


def check_block(value: object, pointer: str, found: Findings) -> None:
    """Check one block, wherever it stands; its ids count for the whole surface."""
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(value, dict) or kind not in SURFACES[found.surface]:
        found.add(f"{pointer}/type", f"unsupported type: {kind}")
        return
    found.types.append(str(kind))
    _block_id(value, pointer, found)
    outer, found.action_ids = found.action_ids, set()
    found.inside = (*found.inside, str(kind))
    content = {key: item for key, item in value.items() if key != "block_id"}
    BLOCKS[str(kind)](content, pointer, found)
    found.inside = found.inside[:-1]
    found.action_ids = outer


def _block_id(block: Json, pointer: str, found: Findings) -> None:
    if "block_id" not in block:
        return
    given = block["block_id"]
    string(255)(given, f"{pointer}/block_id", found)
    if given in found.block_ids:
        found.add(f"{pointer}/block_id", f"block_id {given!r} already exists")
    if isinstance(given, str):
        found.block_ids.add(given)
