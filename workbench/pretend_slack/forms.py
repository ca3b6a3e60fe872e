"""Turns a person's input in a modal into `state.values` and response_urls."""

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.pretend_slack.payloads import chosen
from workbench.pretend_slack.records import Json, NotPossible, View
from workbench.pretend_slack.state import Team

_INITIAL = (
    "initial_value",
    "initial_conversation",
    "initial_channel",
    "initial_user",
    "initial_date",
)
_STATELESS = {
    *("button", "image", "overflow", "workflow_button"),
    *("feedback_buttons", "icon_button"),
}
_HOLDERS = ("actions", "context_actions")


def elements_of(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    """Every interactive element with its block's id."""
    for index, block in enumerate(blocks):
        block_id = str(block.get("block_id", f"b{index}"))
        inside = block.get("elements", []) if block["type"] in _HOLDERS else []
        single = [block.get("element"), block.get("accessory")]
        for element in [*inside, *single]:
            if element and element["type"] != "image":
                yield block_id, element
        yield from elements_of(block.get("child_blocks", []))


def find_element(
    blocks: list[Json], action_id: str, value: object = None, block_id: str = ""
) -> tuple[str, Json]:
    """The element with that action_id; raises NotPossible when nobody can see it.

    Of several buttons, such as those of a list, `value` or `block_id` tells which one.
    """
    found = [
        (block, element)
        for block, element in elements_of(blocks)
        if element.get("action_id") == action_id and block_id in ("", block)
    ]
    for place in found:
        if value is not None and place[1].get("value") == value:
            return place
    if found:
        return found[0]
    raise NotPossible(f"there is nothing with action_id {action_id!r} to press")


def find_menu(blocks: list[Json], value: str) -> str | None:
    """The action_id of the menu with that entry, unless something else has it as action_id."""
    elements = [element for _, element in elements_of(blocks)]
    if any(element.get("action_id") == value for element in elements):
        return None
    for element in elements:
        if any(option.get("value") == value for option in element.get("options", ())):
            return str(element.get("action_id"))
    return None


def values_of(view: View, given: Mapping[str, Any]) -> Json:
    """`state.values` of a modal.

    `given` maps an action_id or block_id to what the person typed or picked (text, option
    value, conversation id), or a block_id to a ready `{action_id: state}`.
    """
    values: Json = {}
    for block_id, element in elements_of(view.content.get("blocks", [])):
        if element["type"] in _STATELESS:
            continue
        action_id = element.get("action_id", "a")
        state = _state(block_id, action_id, element, given)
        values.setdefault(block_id, {})[action_id] = state
    return values


def refuse_unfilled(view: View, values: Json) -> None:
    """Slack's client keeps a modal open while a needed input is empty."""
    for index, block in enumerate(view.content.get("blocks", [])):
        if block["type"] != "input" or block.get("optional"):
            continue
        state = values.get(block.get("block_id", f"b{index}"), {})
        for action_id, each in state.items():
            if not any(value for key, value in each.items() if key != "type"):
                raise NotPossible(f"{action_id} must be filled in")


def response_urls(team: Team, view: View, user: str, values: Json) -> list[Json]:
    """A response_url for each conversation picked in a select that asked for one."""
    made = []
    for block_id, element in elements_of(view.content.get("blocks", [])):
        state = values.get(block_id, {}).get(element.get("action_id"), {})
        channel = state.get("selected_conversation") or state.get("selected_channel")
        if channel and element.get("response_url_enabled"):
            place = {"block_id": block_id, "action_id": element["action_id"]}
            address, _ = team.new_url("app", channel, user)
            made.append(place | {"channel_id": channel, "response_url": address})
    return made


def _state(block_id: str, action_id: str, element: Json, given: Mapping[str, Any]) -> Json:
    for_block = given.get(block_id)
    if isinstance(for_block, dict) and action_id in for_block:
        state: Json = for_block[action_id]
        return state
    if action_id in given:
        return chosen(element, given[action_id])
    if for_block is not None:
        return chosen(element, for_block)
    return _initial(element)


def _initial(element: Json) -> Json:
    if "initial_option" in element:
        return {"type": element["type"], "selected_option": element["initial_option"]}
    if "initial_options" in element:
        return {"type": element["type"], "selected_options": element["initial_options"]}
    value = next((element[key] for key in _INITIAL if key in element), None)
    return chosen(element, value)
