"""Judges one question by the pretend Slack's own record alone."""

import json
import re
from collections import Counter
from dataclasses import dataclass

from workbench.pretend_slack import Message, Team

_REFERENCE = re.compile(r"CD-[A-Z0-9]{8}")
_CHANGING = re.compile(r"CD-[A-Z0-9]{8}|(?<!\d)\d\d:\d\d(?::\d\d(?:\.\d+)?)?|<!date\^\d+\^|\d{10,}")
_CHANGED = re.compile(r"^changed-\w+")
_LOOKING = re.compile(r"Looking (?:for|up)")
_NO_DATABASE = "own database does not answer"
_MISSING = re.compile(r"didn't confirm \d+ messages? \((.+?)\)")


def part_of(message: Message) -> str:
    """Return the answer part in a message's metadata; the line on a change has no moment in it."""
    part = str((message.metadata or {}).get("event_payload", {}).get("part", ""))
    return _CHANGED.sub("changed", part)


def lookup_of(message: Message) -> str:
    """Return the look-up reference in a message's metadata."""
    return str((message.metadata or {}).get("event_payload", {}).get("lookup_id", ""))


def words_of(message: Message) -> str:
    """Return all text of a message."""
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


def final_form(message: Message) -> str:
    """Return a message's text without what differs between look-ups."""
    blocks = [{k: v for k, v in b.items() if k != "block_id"} for b in message.blocks]
    shown = json.dumps([message.text, blocks], ensure_ascii=False, sort_keys=True)
    return _CHANGING.sub("~", re.sub(r'"value": "[^"]*"', '"value"', re.sub(r'\\"', "'", shown)))


@dataclass(frozen=True, slots=True)
class Expected:
    """Result of an undisturbed run: parts in order in their final form, and files."""

    parts: tuple[str, ...]
    forms: tuple[str, ...]
    files: int


def expected_of(team: Team) -> Expected:
    """Return the record of an undisturbed run."""
    marked = [m for m in team.from_app() if m.metadata]
    return Expected(
        tuple(part_of(m) for m in marked),
        tuple(final_form(m) for m in marked),
        sum(bool(m.files) for m in team.from_app()),
    )


def complaints(
    team: Team, expected: Expected, thread: str | None, *, before: int, findable: bool
) -> list[str]:
    """Return what is wrong with the record; empty if nothing is.

    `thread` is where the opening belongs, None for the channel itself. What cannot be found again
    (`findable` is False where we may not read, and for what only the asker sees) may lack if it is
    named. `before` messages stood already: an answer whose button was pressed.
    """
    said = team.from_app()
    if _refused(said[before:]):
        return []
    marked = [m for m in said if m.metadata]
    found = twice(marked)
    named = _named(said)
    if not findable and _apart(marked):
        return found + _whole_apart(marked)
    found += _parts(marked, expected, frozenset() if findable else named)
    found += _places(marked, thread)
    found += _forms(marked, expected)
    return found + _files(said, expected, named)


_VOTED = "Your vote on "


def vote_complaints(team: Team, votes: int, *, acked: bool) -> list[str]:
    """Return what is wrong with a vote: stored once, and acknowledged only when the voter knows.

    A voter who was told that the database does not answer has no vote, and knows it.
    """
    said = [words_of(message) for message in team.from_app()]
    confirmed = any(_VOTED in words for words in said)
    refused = any(_NO_DATABASE in words for words in said)
    found = [f"{votes} votes of one person"] * (votes > 1)
    if acked and not (confirmed or refused):
        found.append("the vote is acknowledged, and its voter was told nothing")
    if confirmed and votes != 1:
        found.append(f"the vote is confirmed, and {votes} are stored")
    return found


def edit_complaints(team: Team, expected: Expected, *, acked: bool) -> list[str]:
    """Return what is wrong after a press that edits an answer.

    Its opening and its thread are as in the undisturbed run, and nothing stands twice. Those who
    press again may be told more, each alone.
    """
    if not acked:
        return ["nothing could be pressed any more"]
    public = [m for m in team.from_app() if m.metadata and m.ephemeral_to is None]
    found = twice([m for m in team.from_app() if m.metadata and not _refusal(m)])
    found += _parts(public, expected, frozenset())
    parts = {part_of(m) for m in public} - set(expected.parts)
    found += [f"{part} is for all to see" for part in sorted(parts)]
    return found + _places(public, None) + _forms(public, expected)


def says_refused(team: Team) -> bool:
    """Return whether a message says that the database is down."""
    return any(_refusal(m) for m in team.from_app() if m.metadata or m.ephemeral_to)


def step_complaints(team: Team) -> list[str]:
    """Return what is wrong with the ends of workflow steps: each has one, with the permalink."""
    ends = [call for call in team.calls if call.ok and call.method.startswith("functions.complete")]
    openings = [m.ts.replace(".", "") for m in team.from_app() if part_of(m) == "opening"]
    found = [f"{len(ends)} ends of {len(team.executions)} steps"] * (
        len(ends) != len(team.executions)
    )
    for run in team.executions.values():
        link = str(run.outputs.get("permalink", ""))
        if run.state != "completed":
            found.append(f"the step is {run.state}: {run.error}")
        elif not any(link.endswith(f"/p{ts}") for ts in openings):
            found.append(f"the permalink {link} leads to no opening")
    return found


def steps_refused(team: Team) -> bool:
    """Return whether steps ended with the word, and a reference, that the database is down."""
    errors = [run.error for run in team.executions.values()]
    return bool(errors) and all(_NO_DATABASE in e and _REFERENCE.search(e) for e in errors)


def _refused(fresh: list[Message]) -> bool:
    """Return whether the only message says, once, that the database is down.

    No other refusal is an answer here: whatever is killed, somebody goes on.
    """
    told = [m for m in fresh if m.metadata and _refusal(m)]
    return (
        any(_refusal(m) for m in fresh)
        and all(_refusal(m) for m in fresh if m.metadata)
        and not twice(told)
    )


def _refusal(message: Message) -> bool:
    """Return whether it says, with a reference, that nothing could be recorded."""
    words = words_of(message)
    told = part_of(message).startswith("error") or (
        message.via == "ack" and not _LOOKING.search(words)
    )
    return told and _NO_DATABASE in words and bool(_REFERENCE.search(words))


def _named(said: list[Message]) -> frozenset[str]:
    """Return the parts that messages name as possibly missing."""
    told = (_MISSING.search(words_of(m)) for m in said)
    return frozenset(part for found in told if found for part in found[1].split(", "))


def _apart(marked: list[Message]) -> bool:
    """Return whether the asker got the answer privately; an opening nobody can find may stand."""
    return any(part_of(m) == "apart-opening" for m in marked)


def _whole_apart(marked: list[Message]) -> list[str]:
    """Check the parts of the private form, which has its own number of them, in order."""
    parts = [part_of(m) for m in marked if part_of(m).startswith("apart-")]
    wanted = ["apart-opening", *(f"apart-reply-{n}" for n in range(1, len(parts)))]
    found = [] if parts == wanted and len(parts) > 1 else [f"apart: {', '.join(parts)}"]
    seen = {m.ephemeral_to for m in marked if part_of(m).startswith("apart-")}
    return found + (["what is apart is for all to see"] if None in seen else [])


def twice(marked: list[Message]) -> list[str]:
    """Return which parts stand more than once, and whether several look-ups answered."""
    counts = Counter((lookup_of(m), part_of(m)) for m in marked)
    found = [f"{part} stands {n} times" for (_, part), n in counts.items() if n > 1]
    lookups = {lookup for lookup, _ in counts}
    if len(lookups) > 1:
        found.append(f"{len(lookups)} look-ups answered one question")
    return found


def _parts(marked: list[Message], expected: Expected, named: frozenset[str]) -> list[str]:
    parts = [part_of(m) for m in marked if part_of(m) in expected.parts]
    found = []
    lacking = [part for part in expected.parts if part not in parts and part not in named]
    if lacking:
        found.append(f"lacks {', '.join(lacking)}")
    if parts != [part for part in expected.parts if part in parts]:
        found.append(f"out of order: {', '.join(parts)}")
    return found


def _files(said: list[Message], expected: Expected, named: frozenset[str]) -> list[str]:
    """Check files, which have no metadata; a button stands for one that is unconfirmed."""
    files = sum(bool(m.files) for m in said)
    instead = bool(named) or any("more" in part_of(m) for m in said)
    if files > expected.files or (files < expected.files and not instead):
        return [f"{files} files instead of {expected.files}"]
    return []


def _places(marked: list[Message], thread: str | None) -> list[str]:
    opening = next((m for m in marked if part_of(m) == "opening"), None)
    if opening is None:
        return []
    found = []
    if opening.thread_ts != thread and not (thread is None and opening.thread_ts == opening.ts):
        found.append(f"the opening is under {opening.thread_ts}, not {thread}")
    below = thread or opening.ts
    replies = (m for m in marked if m is not opening and m.ephemeral_to is None)
    found += [f"{part_of(m)} is in the wrong thread" for m in replies if m.thread_ts != below]
    return found


def _forms(marked: list[Message], expected: Expected) -> list[str]:
    wanted = dict(zip(expected.parts, expected.forms, strict=True))
    return [
        f"{part_of(m)} does not show its final form"
        for m in marked
        if part_of(m) in wanted and final_form(m) != wanted[part_of(m)]
    ]
