"""Openings while they are read, and additions: earlier answers, who is on it, changes since."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from bot.domain.answer_log import EarlierAnswer
from bot.domain.difference import Difference, difference_line, digests_of, later_call_of
from bot.domain.events import sort_key
from bot.domain.privacy.personal_names import Names
from bot.domain.report import Report
from bot.domain.target import Progress
from bot.domain.text import clip
from bot.render.answer.buttons import Button, button_value
from bot.render.answer.entry_selection import entry_sources
from bot.render.answer.headline import headline_of
from bot.render.answer.people import name_of
from bot.render.filters import count
from bot.render.message import Block, Message
from bot.render.phrases import TYPE_NAMES, display_name, safe_text
from bot.render.templates import MessageTemplates

_BAR_WIDTH = 20
_PLACE, _WAITS = 80, 160


def progress_message(templates: MessageTemplates, progress: Progress, reference: str) -> Message:
    """Return `so far: 100 of 4,312 events`, with a bar if the total is known; part `opening`."""
    return templates.message(
        "progress",
        "opening",
        counted=_count_words(progress),
        place=_room_words(progress),
        by_type=_by_type(progress),
        bar=_bar(progress),
        waits_for=clip(safe_text(progress.waits_for), _WAITS) or _default_wait(progress),
        reference=reference,
    )


def _count_words(progress: Progress) -> str:
    if progress.total is None:
        return count(progress.fetched, "event", "events")
    if progress.total == progress.fetched:
        return f"{count(progress.fetched, 'error event', 'error events')}, all read"
    return f"{progress.fetched:,} of {count(progress.total, 'event', 'events')}"


def _room_words(progress: Progress) -> str:
    room = progress.target.room
    return f"room {clip(display_name(room.name) or room.id, _PLACE)}"


def _by_type(progress: Progress) -> str:
    parts = (
        f"{TYPE_NAMES.get(kind, kind)} {rows:,}" for kind, rows in progress.by_type.items() if rows
    )
    return ", ".join(parts)


def _bar(progress: Progress) -> str:
    """Return `████░░░░░░░░░░░░░░░░ 21 %`; "" if the total is unknown or reached."""
    if not progress.total or progress.fetched >= progress.total:
        return ""
    share = progress.fetched / progress.total
    full = int(share * _BAR_WIDTH)
    return f"{'█' * full}{'░' * (_BAR_WIDTH - full)} {int(share * 100)} %"


def _default_wait(progress: Progress) -> str:
    if progress.total is not None and progress.fetched >= progress.total:
        return "who recovered, and why it failed"
    return "the other events"


TAKE, RELEASE = "take", "release"
TAKEN_LABELS = {
    TAKE: ("I'm on it", "tell the others that you take care of it"),
    RELEASE: ("Release", "let somebody else take care of it"),
}
"""The label of each button, and its purpose for screen readers."""
UNDER_WAY = "This answer is being refreshed already; the thread will say what changed."
RELEASED, FREE = "Nobody is on it any more.", "Nobody is on it."
_TAKEN_BLOCK = "taken"
"""The id of the block that says who is on it."""
_EARLIER_BLOCK = "earlier"
"""The id of the block that links the earlier answer."""


def taken_words(name: str) -> str:
    """Return the line that says who is on it."""
    return f"{name} is on it."


def taken_already_words(name: str) -> str:
    """Return what a second person reads who wants to take it."""
    return f"{name} is on it already."


def unchanged_words(difference: Difference, as_of: datetime) -> str:
    """Return what a person reads who asks again if that brings nothing new."""
    moment = f"as of {as_of:%H:%M} UTC"
    if difference.after.unread:
        return f"Not everything could be read {moment}; nothing new in what could."
    return f"No change {moment}."


def with_taken(message: Message, name: str) -> Message:
    """Return an opening whose last line says that this person is on it; with "", that nobody is.

    The button changes to the one that undoes it.
    """
    blocks = [_with_button(block, RELEASE if name else TAKE) for block in message.blocks]
    blocks = [block for block in blocks if block.get("block_id") != _TAKEN_BLOCK]
    if name:
        text = {"type": "plain_text", "emoji": False, "text": taken_words(name)}
        blocks.append({"type": "context", "block_id": _TAKEN_BLOCK, "elements": [text]})
    return replace(message, blocks=tuple(blocks))


def taken_button(action_id: str, value: str) -> Button:
    """Return the button "take" or "release" for a line in the thread."""
    label, purpose = TAKEN_LABELS[action_id]
    return Button(action_id, label, f"{label}: {purpose}", value)


def with_earlier(message: Message, earlier: EarlierAnswer | None) -> Message:
    """Return an opening with a grey line, once, that links an answer of the last minutes."""
    if earlier is None:
        return message
    words = f"Answered here already at {earlier.as_of:%H:%M} UTC"
    text = {"type": "mrkdwn", "verbatim": True, "text": f"<{earlier.link}|{words}>"}
    line = {"type": "context", "block_id": _EARLIER_BLOCK, "elements": [text]}
    blocks = (block for block in message.blocks if block.get("block_id") != _EARLIER_BLOCK)
    return replace(message, blocks=(*blocks, line))


INVITATION = "/invite @Call Doctor to go on in the thread"
"""Mentions arrive only from channels that the bot is in."""


def with_invitation(message: Message) -> Message:
    """Return an opening whose grey line says once how to invite the bot."""
    footer = next((b for b in message.blocks if b.get("type") == "context"), None)
    if footer is None or INVITATION in footer["elements"][0]["text"]:
        return message
    text = f"{footer['elements'][0]['text']} · {INVITATION}"
    invited = {**footer, "elements": [{**footer["elements"][0], "text": text}]}
    blocks = tuple(invited if block is footer else block for block in message.blocks)
    return replace(message, blocks=blocks)


def shows_taken(blocks: Iterable[Any]) -> bool:
    """Return whether blocks, from outside, hold the line that says who is on it."""
    return any(isinstance(b, Mapping) and b.get("block_id") == _TAKEN_BLOCK for b in blocks)


def _with_button(block: Block, action_id: str) -> Block:
    """Return the block with `action_id` in place of "take" or "release"."""
    elements = block.get("elements")
    if block.get("type") != "actions" or not isinstance(elements, list | tuple):
        return block
    label, purpose = TAKEN_LABELS[action_id]
    text = {"type": "plain_text", "emoji": False, "text": label}
    changes = {"action_id": action_id, "text": text, "accessibility_label": f"{label}: {purpose}"}
    changed = [
        {**element, **changes} if element.get("action_id") in TAKEN_LABELS else element
        for element in elements
    ]
    return {**block, "elements": changed}


def difference_message(
    templates: MessageTemplates,
    report: Report,
    difference: Difference | None,
    *,
    since: datetime,
    with_sentence: bool,
) -> Message:
    """Return the line on what changed since an opening of `since`, with a button to new failures.

    The report shows people as readers may see them. With `with_sentence`, or if the difference is
    not known, the new first sentence follows.
    """
    words = difference_line(difference, names_of(report)) if difference else ""
    sentence = headline_of(report, report.diagnosis) if report.diagnosis else ""
    sentence = f"As of {report.as_of:%H:%M} UTC: {sentence}"
    if not (with_sentence or difference is None):
        sentence = ""
    words, rest = (words, sentence) if words else (sentence, "")
    part = f"changed-{report.as_of:%Y%m%d%H%M%S}"
    button = new_failures_button(report, since)
    return templates.message("line", part, words=words, rest=rest, button=button)


def with_later_call(report: Report, note: str) -> str:
    """Return an opening's note, which says first if the room had a call after the one told of."""
    start = later_call_of(report)
    if start is None:
        return note
    words = f"The room's last call began at {start:%H:%M} UTC, after the one told of here."
    return f"{words} {note}".rstrip()


def names_of(report: Report) -> Mapping[str, str]:
    """Return the names that a report shows, by the digests of their people; none if hidden."""
    if report.diagnosis is None or report.names is Names.NONE:
        return {}
    return {
        mark: name_of(person) for person in report.diagnosis.persons for mark in digests_of(person)
    }


def new_failures_button(report: Report, since: datetime) -> Button | None:
    """Return the button that shows the failures after `since` in the thread; None without any."""
    events = sorted((source.event for source in entry_sources(report)), key=sort_key)
    earlier = [event for event in events if not event.timed or event.at <= since]
    if len(earlier) == len(events):
        return None
    after = earlier[-1].id if earlier else None
    value = button_value(report, after=after, shown=len(earlier), private=False)
    if not value:
        return None
    label = "Show new failures"
    number = len(events) - len(earlier)
    return Button("show_more", label, f"{label}: {number:,} since the earlier answer", value)
