"""Checks that all elements share, and the elements of context_actions."""

from workbench.pretend_slack.limits.findings import Check, Findings, Shape, array, string, word
from workbench.pretend_slack.limits.options import CONFIRM, ID
from workbench.pretend_slack.limits.texts import plain


def action_id(value: object, pointer: str, found: Findings) -> None:
    """An id that no other element of the same block has."""
    ID(value, pointer, found)
    if isinstance(value, str):
        if value in found.action_ids:
            found.add(pointer, f"action_id {value!r} already exists in this block")
        found.action_ids.add(value)


COMMON: dict[str, Check] = {"action_id": action_id, "confirm": CONFIRM}
_FEEDBACK = Shape({"text": plain(75), "value": string(2000)}, {"accessibility_label": string(75)})
FOOTER: dict[str, Check] = {
    "feedback_buttons": Shape(
        {"positive_button": _FEEDBACK, "negative_button": _FEEDBACK}, {"action_id": action_id}
    ),
    "icon_button": Shape(
        {"icon": word("trash"), "text": plain(75)},
        COMMON
        | {
            "value": string(2000),
            "accessibility_label": string(75),
            "visible_to_user_ids": array(ID, 10),
        },
    ),
}
