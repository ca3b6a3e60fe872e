"""Interactive elements.

https://docs.slack.dev/reference/block-kit/block-elements
"""

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
    number,
    string,
    word,
)
from workbench.pretend_slack.limits.footers import COMMON, FOOTER, action_id
from workbench.pretend_slack.limits.options import GROUP, ID, OPTION, URL, option
from workbench.pretend_slack.limits.texts import plain


def _one_source(one: str, other: str) -> Rule:
    def rule(value: Json, pointer: str, found: Findings) -> None:
        if (one in value) == (other in value):
            found.add(pointer, f"exactly one of {one} and {other} is needed")

    return rule


_FOCUS: dict[str, Check] = {"focus_on_load": boolean}
_PICK: dict[str, Check] = COMMON | _FOCUS | {"placeholder": plain(150)}
_MANY: dict[str, Check] = _PICK | {"max_selected_items": integer(1, 1_000_000)}
_LISTS: dict[str, Check] = {"options": array(OPTION, 100), "option_groups": array(GROUP, 100)}
_FILTER = Shape(
    {},
    {
        "include": array(word("im", "mpim", "private", "public"), 4),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)
_CONVERSATIONS: dict[str, Check] = {
    "default_to_current_conversation": boolean,
    "filter": _FILTER,
}
_RESPONDING: dict[str, Check] = {"response_url_enabled": boolean}


def _no_response_url_outside_inputs(value: Json, pointer: str, found: Findings) -> None:
    if value.get("response_url_enabled") and "input" not in found.inside:
        found.add(f"{pointer}/response_url_enabled", "only allowed in an input block")


_either_options = _one_source("options", "option_groups")

_BUTTON = Shape(
    {"text": plain(75)},
    COMMON
    | {
        "value": string(2000, 0),
        "url": URL,
        "style": word("primary", "danger"),
        "accessibility_label": string(75),
        "agent_prompt": string(4000),
    },
)
_IMAGE = Shape(
    {"alt_text": string(2000)},
    {"image_url": URL, "slack_file": anything},
    _one_source("image_url", "slack_file"),
)

_LINE = Shape(
    {},
    _FOCUS | {"action_id": action_id, "initial_value": string(3000, 0), "placeholder": plain(150)},
)

ELEMENTS: dict[str, Check] = {
    "button": _BUTTON,
    "workflow_button": Shape(
        {"text": plain(75), "workflow": anything, "action_id": action_id},
        {"style": word("primary", "danger"), "accessibility_label": string(75)},
    ),
    "image": _IMAGE,
    "overflow": Shape({"options": array(option(with_url=True), 5)}, COMMON),
    "checkboxes": Shape(
        {"options": array(OPTION, 10)},
        COMMON | _FOCUS | {"initial_options": array(OPTION, 10)},
    ),
    "radio_buttons": Shape(
        {"options": array(OPTION, 10)}, COMMON | _FOCUS | {"initial_option": OPTION}
    ),
    "static_select": Shape({}, _PICK | _LISTS | {"initial_option": OPTION}, _either_options),
    "multi_static_select": Shape(
        {},
        _MANY | _LISTS | {"initial_options": array(OPTION, 100)},
        _either_options,
    ),
    "external_select": Shape(
        {}, _PICK | {"min_query_length": integer(0, 1000), "initial_option": OPTION}
    ),
    "multi_external_select": Shape(
        {},
        _MANY | {"min_query_length": integer(0, 1000), "initial_options": array(OPTION, 100)},
    ),
    "users_select": Shape({}, _PICK | {"initial_user": ID}),
    "multi_users_select": Shape({}, _MANY | {"initial_users": array(ID, 1000)}),
    "conversations_select": Shape(
        {},
        _PICK | _CONVERSATIONS | _RESPONDING | {"initial_conversation": ID},
        _no_response_url_outside_inputs,
    ),
    "multi_conversations_select": Shape(
        {}, _MANY | _CONVERSATIONS | {"initial_conversations": array(ID, 1000)}
    ),
    "channels_select": Shape(
        {}, _PICK | _RESPONDING | {"initial_channel": ID}, _no_response_url_outside_inputs
    ),
    "multi_channels_select": Shape({}, _MANY | {"initial_channels": array(ID, 1000)}),
    "datepicker": Shape({}, _PICK | {"initial_date": string(10)}),
    "timepicker": Shape({}, _PICK | {"initial_time": string(5), "timezone": string(100)}),
    "datetimepicker": Shape({}, COMMON | _FOCUS | {"initial_date_time": number}),
    "plain_text_input": Shape(
        {},
        _FOCUS
        | {
            "action_id": action_id,
            "initial_value": string(3000, 0),
            "multiline": boolean,
            "min_length": integer(0, 3000),
            "max_length": integer(1, 3000),
            "dispatch_action_config": anything,
            "placeholder": plain(150),
        },
    ),
    "email_text_input": _LINE,
    "url_text_input": _LINE,
    "number_input": Shape(
        {"is_decimal_allowed": boolean},
        _FOCUS
        | {
            "action_id": action_id,
            "initial_value": string(100, 0),
            "min_value": string(100),
            "max_value": string(100),
            "placeholder": plain(150),
        },
    ),
    "rich_text_input": Shape(
        {"action_id": action_id},
        _FOCUS
        | {
            "initial_value": anything,
            "min_lines": integer(1, 100),
            "max_lines": integer(1, 100),
            "placeholder": plain(150),
        },
    ),
    "file_input": Shape(
        {},
        {"action_id": action_id, "filetypes": array(string(20), 100), "max_files": integer(1, 10)},
    ),
    **FOOTER,
}

_INPUT_ONLY = {
    "plain_text_input",
    "email_text_input",
    "url_text_input",
    "number_input",
    "rich_text_input",
    "file_input",
}
_FOOTER_ONLY = {"feedback_buttons", "icon_button"}
_NOT_IN_INPUTS = {"button", "workflow_button", "image", "overflow"} | _FOOTER_ONLY
_ALL = set(ELEMENTS)

IN_ACTIONS = by_type(ELEMENTS, _ALL - _INPUT_ONLY - _FOOTER_ONLY - {"image"})
IN_SECTION = by_type(ELEMENTS, _ALL - _INPUT_ONLY - _FOOTER_ONLY)
IN_INPUT = by_type(ELEMENTS, _ALL - _NOT_IN_INPUTS)
IN_FOOTER = by_type(ELEMENTS, _FOOTER_ONLY)
BUTTON = by_type(ELEMENTS, {"button"})
IMAGE = by_type(ELEMENTS, {"image"})
