"""Fault matrices: a channel and an asker for each fault, and checks of what the asker got."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.support.slack.edge_harness import Bench, lookup_of, part_of, shown
from workbench.pretend_slack import Message
from workbench.pretend_slack.records import Channel, Person

REFERENCE = re.compile(r"CD-[A-Z0-9]{8}")
UNFINISHED = re.compile(r"so far|Still reading|Looking for", re.IGNORECASE)


def channel_of(number: int) -> str:
    return f"C0FAULT{number}"


def person_of(number: int) -> str:
    return f"U0FAULT{number}"


def add_places(bench: Bench, count: int) -> None:
    """Add `count` channels with an asker each, so that all of them can ask at once."""
    team = bench.team
    for number in range(count):
        name, user = channel_of(number), person_of(number)
        team.people[user] = Person(user, user.lower())
        team.channels[name] = Channel(name, name.lower(), "public", {user, team.app.bot_user})


def said_to(bench: Bench, number: int) -> list[Message]:
    """Return the bot's messages in that asker's channel and in their conversation with the bot."""
    return [*bench.said(channel_of(number)), *bench.said(f"D{person_of(number)[1:]}")]


def complaints(said: Sequence[Message]) -> list[str]:
    """Return what is wrong unless the asker got a final answer or error with its reference, once.

    An opening that Slack does not let us change stays unfinished; the answer then comes apart.
    """
    # An error or a private answer takes the place of what acknowledged the command.
    told = [
        m
        for m in said
        if (m.via != "ack" or m.edits) and part_of(m) not in ("", "looking", "waiting")
    ]
    if not told:
        return ["silence"]
    if not any(REFERENCE.search(shown(m) + str(m.blocks)) for m in told):
        return [f"no reference in {[part_of(m) for m in told]}"]
    final = [m for m in told if not UNFINISHED.search(shown(m))]
    if not final:
        return ["nothing final"]
    counts = Counter((lookup_of(m), part_of(m)) for m in final)
    return [f"{part} stands {n} times" for (_, part), n in counts.items() if n > 1]


def without(found: Mapping[Any, Iterable[str]]) -> dict[Any, Iterable[str]]:
    """Return the entries that have complaints."""
    return {kind: wrong for kind, wrong in found.items() if wrong}
