"""What the pretend Slack's own record says of one question: the only judge."""

import json
import re
from collections import Counter
from dataclasses import dataclass

from workbench.pretend_slack import Message, Team

_REFERENCE = re.compile(r"CD-[A-Z0-9]{8}")
_CHANGING = re.compile(r"CD-[A-Z0-9]{8}|\b\d\d:\d\d(?::\d\d)?\b|<!date\^\d+\^|\d{10,}")
_LOOKING = re.compile(r"Looking (?:for|up)")
_MISSING = "may be missing"


def part_of(message: Message) -> str:
    """The part that a message's mark names."""
    return str((message.metadata or {}).get("event_payload", {}).get("part", ""))


def lookup_of(message: Message) -> str:
    """The look-up that a message's mark names."""
    return str((message.metadata or {}).get("event_payload", {}).get("lookup_id", ""))


def words_of(message: Message) -> str:
    """Everything that a message shows."""
    return message.text + json.dumps(message.blocks, ensure_ascii=False)


def final_form(message: Message) -> str:
    """What a message shows, without what differs from one asking to the next."""
    blocks = [{k: v for k, v in b.items() if k != "block_id"} for b in message.blocks]
    shown = json.dumps([message.text, blocks], ensure_ascii=False, sort_keys=True)
    return _CHANGING.sub("~", re.sub(r'"value": "[^"]*"', '"value"', re.sub(r'\\"', "'", shown)))


@dataclass(frozen=True, slots=True)
class Expected:
    """What an undisturbed run gave: parts in their order with their final form, and files."""

    parts: tuple[str, ...]
    forms: tuple[str, ...]
    files: int


def expected_of(team: Team) -> Expected:
    """The record of an undisturbed run."""
    marked = [m for m in team.from_app() if m.metadata]
    return Expected(
        tuple(part_of(m) for m in marked),
        tuple(final_form(m) for m in marked),
        sum(bool(m.files) for m in team.from_app()),
    )


def complaints(
    team: Team, expected: Expected, thread: str | None, *, must: bool, readable: bool
) -> list[str]:
    """What is wrong with the record, empty if all is as promised.

    `thread` is where the opening belongs, None for the channel itself. With `must` there has to
    be an answer; else (a command that was never acknowledged: Slack told the asker so) there may
    be none at all, but no half of one. Where we may not read, a part may lack if it is named.
    """
    said = team.from_app()
    marked = [m for m in said if m.metadata]
    if not marked and not must:
        return []
    found = _twice(marked)
    if any(_refusal(m) for m in said) and all(_refusal(m) for m in marked):
        return found
    found += _parts(marked, expected, _named(said), readable=readable)
    found += _places(marked, thread)
    found += _forms(marked, expected)
    files = sum(bool(m.files) for m in said)
    if files > expected.files or (files < expected.files and not _named(said)):
        found.append(f"{files} files instead of {expected.files}")
    return found


def _refusal(message: Message) -> bool:
    """Whether it says plainly, with a reference, that there is no answer."""
    words = words_of(message)
    told = part_of(message).startswith("error") or (
        message.via == "ack" and not _LOOKING.search(words)
    )
    return told and bool(_REFERENCE.search(words))


def _named(said: list[Message]) -> str:
    """The words of every notice that something may be missing."""
    return " ".join(words_of(m) for m in said if _MISSING in words_of(m))


def _twice(marked: list[Message]) -> list[str]:
    counts = Counter((lookup_of(m), part_of(m)) for m in marked)
    found = [f"{part} stands {n} times" for (_, part), n in counts.items() if n > 1]
    lookups = {lookup for lookup, _ in counts}
    if len(lookups) > 1:
        found.append(f"{len(lookups)} look-ups answered one question")
    return found


def _parts(marked: list[Message], expected: Expected, named: str, *, readable: bool) -> list[str]:
    parts = [part_of(m) for m in marked if part_of(m) in expected.parts]
    found = []
    lacking = [part for part in expected.parts if part not in parts]
    if lacking and (readable or not named):
        found.append(f"lacks {', '.join(lacking)}")
    if parts != [part for part in expected.parts if part in parts]:
        found.append(f"out of order: {', '.join(parts)}")
    return found


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
