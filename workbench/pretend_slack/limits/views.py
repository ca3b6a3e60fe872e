"""Modals and Home tabs.

https://docs.slack.dev/reference/views
"""

import json
from typing import Any

from workbench.pretend_slack.limits.blocks import check_block
from workbench.pretend_slack.limits.findings import (
    Check,
    Findings,
    Json,
    Problem,
    array,
    boolean,
    string,
)
from workbench.pretend_slack.limits.texts import plain

BLOCKS_MOST = 100
BYTES_MOST = 250_000

_ANY_VIEW: dict[str, Check] = {
    "private_metadata": string(3000, 0),
    "callback_id": string(255, 0),
    "external_id": string(255, 0),
    "blocks": array(check_block, BLOCKS_MOST, 0),
}
_MODAL: dict[str, Check] = _ANY_VIEW | {
    "title": plain(24),
    "submit": plain(24),
    "close": plain(24),
    "clear_on_close": boolean,
    "notify_on_close": boolean,
    "submit_disabled": boolean,
}
_KEYS = {"modal": _MODAL, "home": _ANY_VIEW}
_NEEDED = {"modal": ("title", "blocks"), "home": ("blocks",)}


def check_view(view: Any) -> list[Problem]:  # noqa: ANN401
    """All limits that a modal or a Home tab breaks."""
    kind = view.get("type") if isinstance(view, dict) else None
    if kind not in _KEYS:
        return [Problem("invalid_arguments", "/view/type", f"unsupported type: {kind}")]
    found = Findings(kind)
    for key in _NEEDED[kind]:
        if key not in view:
            found.add("/view", f"missing required field: {key}")
    for key, value in view.items():
        if key in _KEYS[kind]:
            _KEYS[kind][key](value, f"/view/{key}", found)
        elif key != "type":
            found.add(f"/view/{key}", f"unknown field: {key}")
    _check_whole(view, kind, found)
    return [
        Problem(
            "invalid_arguments" if each.code == "invalid_blocks" else each.code,
            each.pointer,
            each.words,
        )
        for each in found.problems
    ]


def _check_whole(view: Json, kind: str, found: Findings) -> None:
    if len(json.dumps(view).encode()) > BYTES_MOST:
        found.add("/view", "over 250 KB", "view_too_large")
    if kind == "modal" and "input" in found.types and "submit" not in view:
        found.add("/view/submit", "a modal with an input needs submit")
