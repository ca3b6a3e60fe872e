"""The room picker: what each room of the pretend 100ms shows, and what to type for it."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from workbench.pretend_hundredms.control import rooms_of
from workbench.pretend_hundredms.scenarios import (
    FOLDER,
    load_scenario,
    lookup_text,
    read_scenario,
    scenario_files,
)
from workbench.pretend_hundredms.scenes.oddities import NAMESAKE, UUID_ROOM
from workbench.pretend_hundredms.stage import Stage

EXPLAINED = {
    "one-bad-user": "Eight people, one of them behind a strict firewall.",
    "storm": "Signalling servers restarted, and everybody connected anew at once.",
    "healthy": "Nothing went wrong: an ended session, and one that is going on.",
    "all-types": "Each kind of failure once, on four platforms, with every field that is known.",
    "large": "12,000 events in eight sessions: what an answer leaves out, and how it says so.",
    "hostile": "Names that are markup, mentions, templates, control characters, and 100 kB long.",
    "odd-cases": "Unknown codes, unknown types, missing data, a recorder.",
    "never-got-in": "People known from their errors alone: no session lists them.",
    "closed-desk": "A room that was switched off.",
    "untouched": "A room that nobody ever entered.",
    "sample-publish": "The documentation's own example: a camera that could not be started.",
    "sample-subscribe": "The documentation's own example: somebody could not be heard or seen.",
    "sample-join": "The documentation's own example: a person who could not join.",
    "sample-disconnected": "The documentation's own example: a connection that was lost.",
    "sample-connect": "The documentation's own example: no connection to 100ms at all.",
    "clinic-visit": "Names that a customer hashed.",
    "retention-edge": "An event on the edge of the 30 days that 100ms keeps.",
    "support-desk": "Many sessions; look up one of its peers to see the search.",
    "daily-standup": "A few small troubles in a daily call.",
    "town-hall": "One error in a large call.",
    "in-both-workspaces": "The same name in two 100ms workspaces; the bot has a key for one.",
    "elsewhere": "A room of the second workspace, for which the bot has no key.",
    UUID_ROOM: "A room that was made without a name: 100ms gave it a UUID.",
    NAMESAKE: "A room named like a peer of daily-standup: `peer …` asks for the person.",
}
_COMMAND = "/call-errors"


def picker(stage: Stage, began: datetime) -> list[dict[str, Any]]:
    """Every room and scenario: name, group, what it shows, counts, and the command for it."""
    rooms = {room["name"]: room for room in rooms_of(stage)}
    scenarios = list(_scenarios(stage, began))
    theirs = {each["name"] for each in scenarios}
    shown = sorted(rooms.keys() - theirs, key=list(EXPLAINED).index)
    generated = [_generated(rooms[name]) for name in shown]
    return [*generated, *(each | _counts(rooms.get(each["name"])) for each in scenarios)]


def _generated(room: dict[str, Any]) -> dict[str, Any]:
    name = room["name"]
    return {
        "name": name,
        "group": "rooms",
        "title": EXPLAINED[name],
        "why": "",
        "command": f"{_COMMAND} {name}",
    } | _counts(room)


def _scenarios(stage: Stage, began: datetime) -> Iterator[dict[str, Any]]:
    account = stage.books[0].workspace.account_id
    for path in scenario_files(FOLDER):
        raw = read_scenario(path)
        scenario = load_scenario(path, began, account)
        yield {
            "name": path.stem,
            "group": path.stem.partition("-")[0],
            "title": raw["title"],
            "why": raw["why"],
            "command": f"{_COMMAND} {lookup_text(scenario)}",
        }


def _counts(room: dict[str, Any] | None) -> dict[str, Any]:
    if room is None:
        return {"id": "", "events": 0, "terminal": 0}
    return {"id": room["id"], "events": room["errors"], "terminal": room["terminal"]}
