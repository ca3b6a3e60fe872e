"""Cards and task cards.

https://docs.slack.dev/reference/block-kit/blocks/card-block
"""

from workbench.pretend_slack.limits.elements import BUTTON, IMAGE
from workbench.pretend_slack.limits.findings import (
    Findings,
    Json,
    Rule,
    Shape,
    anything,
    array,
    by_type,
    string,
    word,
)
from workbench.pretend_slack.limits.rich import RICH_TEXT
from workbench.pretend_slack.limits.texts import text


def any_of(*names: str) -> Rule:
    """A rule that wants one of these keys, or several."""

    def rule(value: Json, pointer: str, found: Findings) -> None:
        if not any(name in value for name in names):
            found.add(pointer, f"one of {', '.join(names)} is needed")

    return rule


TASK = Shape(
    {"task_id": string(255), "title": string(3000)},
    {
        "status": word("pending", "in_progress", "complete", "error"),
        "details": by_type({"rich_text": RICH_TEXT}),
        "output": by_type({"rich_text": RICH_TEXT}),
        "sources": anything,
    },
)
CARD = Shape(
    {},
    {
        "hero_image": IMAGE,
        "icon": IMAGE,
        "slack_icon": anything,
        "title": text(150),
        "subtitle": text(150),
        "body": text(200),
        "subtext": text(200),
        "actions": array(BUTTON, 3),
    },
    any_of("hero_image", "title", "actions", "body"),
)
