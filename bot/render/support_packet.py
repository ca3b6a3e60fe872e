"""The report to 100ms support: subject, impact, observed, question, then ids and texts.

It goes to another company: no name, e-mail, phone or IP address is in it. User ids that reveal a
person are hashed. As text it holds as many whole failures as a message holds. Where no file can be
attached, its JSON is shown as text: valid JSON, cut to a message.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any

from bot.domain.diagnosis import Story
from bot.domain.events import ErrorEvent
from bot.domain.privacy.addresses import mark_version, redact_all, redact_all_for_output
from bot.domain.privacy.report_names import anonymise_for_outsiders
from bot.domain.report import Report
from bot.render.filters import UNKNOWN, count
from bot.render.json_document import to_iso
from bot.render.limits import shorten
from bot.render.message import File, Message
from bot.render.phrases import safe_text
from bot.render.support_summary import error_texts, ticket_summary
from bot.render.templates import MessageTemplates

_BLOCK, _MAX_SHOWN, _JSON = 3_600, 7_000, 9_500
"""Limits in characters: a preformatted block, all blocks as shown, all blocks as JSON."""
_SIZES = ((8, 120), (3, 60), (1, 24))
"""Most ids of a list and most characters of a text; the first pair that fits a message is used."""
_SENTENCES = 4
"""A nested text, such as the summary's sentences, may be so many times longer."""


def json_blocks(facts: Mapping[str, Any]) -> tuple[list[str], int]:
    """Return texts that together form one JSON document, and the number of failures left out.

    Long lists of ids are cut and say so (`…_left_out`), as does the list of failures.
    """
    blocks, number = [""], len(facts["failures"])
    for ids, length in _SIZES:
        short = _shorten_facts(facts, ids, length)
        rows = [_to_json(row) for row in short.pop("failures")]
        most = sum(total <= _MAX_SHOWN for total in accumulate(map(len, rows)))
        for shown in range(most, -1, -1):
            blocks = _blocks([*_document_lines(short, rows[:shown], number - shown)])
            if _fits(blocks):
                return blocks, number - shown
    return blocks, number


def _document_lines(head: Mapping[str, Any], rows: list[str], omitted: int) -> Iterator[str]:
    """Yield one line for each field of the head and one for each failure."""
    yield "{"
    fields = {**head, "failures_left_out": omitted} if omitted else head
    for key, value in fields.items():
        yield f"{json.dumps(key)}: {_to_json(value)},"
    yield '"failures": ['
    yield from (f"{row}," for row in rows[:-1])
    yield from rows[-1:]
    yield "]}"


def _shorten_facts(facts: Mapping[str, Any], ids: int, length: int) -> dict[str, Any]:
    """Return the facts with texts of at most `length` characters and lists of at most `ids` items.

    The list of failures keeps its rows, each of them shortened.
    """
    short: dict[str, Any] = {}
    for key, value in facts.items():
        if key == "failures":
            short[key] = [_shorten_facts(row, ids, length) for row in value]
        elif isinstance(value, Mapping):
            short[key] = _shorten_facts(value, ids, length * _SENTENCES)
        elif isinstance(value, list):
            short[key] = [_shorten_text(item, length) for item in value[:ids]]
            if len(value) > ids:
                short[f"{key}_left_out"] = len(value) - ids
        else:
            short[key] = _shorten_text(value, length)
    return short


def _shorten_text(value: Any, length: int) -> Any:  # noqa: ANN401  any JSON
    return shorten(value, length) if isinstance(value, str) else value


def _to_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _blocks(lines: list[str]) -> list[str]:
    """Return blocks of whole lines, each block as full as possible."""
    blocks = [""]
    for line in lines:
        joined = f"{blocks[-1]}\n{line}".strip("\n")
        if len(joined) > _BLOCK and blocks[-1]:
            blocks.append(line)
        else:
            blocks[-1] = joined
    return blocks


def _fits(blocks: list[str]) -> bool:
    return (
        sum(map(len, blocks)) <= _MAX_SHOWN
        and sum(len(_to_json(block)) for block in blocks) <= _JSON
    )


_PACKET_TEXT_BLOCK, _BLOCKS, _PACKET_TEXT_JSON = 3_600, 2, 9_500
"""Characters of a preformatted block, such blocks in the message, their JSON together."""
_LIST, _EVENTS, _SDKS, _SDK, _ID, _WORD = 12, 8, 5, 110, 60, 40
_IDS_PER_LINE, _INDENT, _STAMP = 2, " " * 13, len("2026-11-29T09:02:41")
_LISTS = ("account_ids", "template_ids", "session_ids", "peer_ids", "user_ids", "codes")


def text_blocks(facts: Mapping[str, Any]) -> tuple[list[str], int]:
    """Return the packet's texts for preformatted blocks, and the number of failures left out."""
    parts = [_summary_text(facts["summary"]), _head_text(facts)]
    parts += map(_failure_text, facts["failures"])
    blocks: list[str] = [""]
    budget = _PACKET_TEXT_JSON
    for index, part in enumerate(shorten(part, _PACKET_TEXT_BLOCK) for part in parts):
        budget -= len(json.dumps(part, ensure_ascii=False))
        joined = f"{blocks[-1]}\n{part}".strip("\n")
        full = len(joined) > _PACKET_TEXT_BLOCK
        if budget < 0 or (full and len(blocks) == _BLOCKS):
            return [block for block in blocks if block], len(parts) - index
        if full:
            blocks.append(part.strip("\n"))
        else:
            blocks[-1] = joined
    return blocks, 0


def _summary_text(summary: Mapping[str, Any]) -> str:
    lines = [f"{label.capitalize()}: {safe_text(text)}" for label, text in summary.items() if text]
    return "\n".join(lines)


def _head_text(facts: Mapping[str, Any]) -> str:
    unseen = "" if facts["complete"] else " (incomplete)"
    rows: Iterable[tuple[str, str]] = (
        ("look-up", f"{facts['lookup_id']}, as of {_seconds(facts['as_of'])}, all times UTC"),
        ("workspace", safe_text(facts["workspace"])),
        ("room id", shorten(safe_text(facts["room_id"]), _ID)),
        *((name.replace("_", " "), _id_lines(facts[name])) for name in _LISTS),
        *(("sdk", shorten(sdk, _SDK)) for sdk in facts["sdks"][:_SDKS]),
        ("note", facts["user_ids_note"]),
        ("events", f"{facts['events']:,}{unseen}"),
        *(("not read", shorten(safe_text(note), _SDK)) for note in facts["not_read"][:_SDKS]),
        *(("error text", shorten(safe_text(text), _SDK)) for text in facts["error_texts"]),
    )
    return "\n" + "\n".join(f"{label:<12} {words}" for label, words in rows)


def _failure_text(row: Mapping[str, Any]) -> str:
    code = " ".join(filter(None, (str(row["error_code"] or ""), row["error_name"]))) or "no code"
    what = f"{shorten(safe_text(row['type']), _WORD)} {shorten(code, _WORD)}"
    during = f" during {shorten(row['action'], _WORD)}" if row["action"] else ""
    times = " to ".join(dict.fromkeys(map(_seconds, (row["first_at"], row["last_at"]))))
    times = times or UNKNOWN
    events = count(row["events"], "event", "events")
    ids = f"session {_first_ids(row['session_ids'], 2)}  peer {_first_ids(row['peer_ids'], 2)}"
    ending = _ENDINGS.get(row["outcome"], row["outcome"])
    lines = (
        f"{shorten(times, _SDK)}  {what}{during}",
        f"{ending}, {events}, {row['terminal']:,} terminal",
        f"{ids}  user {shorten(safe_text(row['user_id']) or '-', _ID)}",
        *(shorten(sdk, _SDK) for sdk in row["sdks"][:1]),
        f"events {_first_ids(row['event_ids'], _EVENTS)}",
    )
    return "\n" + "\n  ".join(lines)


_ENDINGS: Mapping[str, str] = {
    "gave_up": "did not recover",
    "blocked": "still blocked",
    "left": "left while it was failing",
    "recovered": "recovered",
    "unknown": "end not known",
}


def _seconds(stamp: str | None) -> str:
    """Return a time stamp of 100ms without its fraction of a second; other texts unchanged."""
    text = safe_text(stamp)
    return f"{text[:_STAMP]}Z" if text[_STAMP:].startswith((".", "Z")) else text


def _id_lines(values: Sequence[str]) -> str:
    """Return the first ids, a few on each line, and how many more there are."""
    shown = [shorten(safe_text(value), _ID) for value in values[:_LIST]]
    if len(values) > _LIST:
        shown.append(f"(+{len(values) - _LIST:,} more)")
    lines = [
        "  ".join(shown[at : at + _IDS_PER_LINE]) for at in range(0, len(shown), _IDS_PER_LINE)
    ]
    return f"\n{_INDENT}".join(lines) or "-"


def _first_ids(values: Sequence[str], most: int) -> str:
    """Return the first ids, and how many more there are."""
    shown = [shorten(safe_text(value), _ID) for value in values[:most]]
    omitted = len(values) - len(shown)
    return " ".join([*shown, f"(+{omitted:,} more)"] if omitted else shown) or "-"


VERSION = 1
HASHED = "user ids that look like a name, e-mail or phone are hashed: 16 digits of their SHA-256"


def packet_message(templates: MessageTemplates, report: Report) -> tuple[Message, File]:
    """Return the packet as text (failures that do not fit are counted) and whole as a JSON file."""
    facts = redact_all(_facts(anonymise_for_outsiders(report)))
    text = json.dumps(redact_all_for_output(facts), ensure_ascii=False, indent=1)
    name = f"{report.lookup_id}-packet.json"
    blocks, omitted = text_blocks(facts)
    message = templates.message(
        "packet", "packet", blocks=blocks, left=omitted, reference=report.lookup_id
    )
    return message, File(name, f"Report to 100ms, look-up {report.lookup_id}", text)


def packet_json_message(templates: MessageTemplates, report: Report) -> Message:
    """Return the packet's JSON as text, cut to a message.

    Used where no file can be attached.
    """
    blocks, omitted = json_blocks(redact_all(_facts(anonymise_for_outsiders(report))))
    return templates.message(
        "packet_json", "packet-json", blocks=blocks, left=omitted, reference=report.lookup_id
    )


def _sorted_stories(report: Report) -> list[Story]:
    """Return the stories, unrecovered ones first, each group in order of time."""
    stories = report.diagnosis.stories if report.diagnosis else ()
    return sorted(stories, key=lambda story: story.outcome == "recovered")


def _facts(report: Report) -> dict[str, Any]:
    events, target = report.events, report.target
    facts: dict[str, Any] = {
        "version": VERSION,
        "lookup_id": report.lookup_id,
        "summary": ticket_summary(report),
        "error_texts": error_texts(report),
        "user_ids_note": HASHED,
        "as_of": to_iso(report.as_of),
        "workspace": target.room.workspace,
        "account_ids": _distinct(event.account_id for event in events),
        "template_ids": _distinct(event.template_id for event in events),
        "room_id": target.room.id,
        "session_ids": _distinct(
            [target.session.id if target.session else None, *(e.session_id for e in events)]
        ),
        "peer_ids": _distinct([target.peer_id, *(event.peer_id for event in events)]),
        "user_ids": _distinct([target.user_id, *(event.user_id for event in events)]),
        "sdks": _count_sdks(events),
        "codes": _distinct(str(event.error_code or "") for event in events),
        "events": len(events),
        "complete": report.completeness.complete,
        "not_read": list(report.completeness.notes),
    }
    if report.diagnosis:
        verdict = report.diagnosis.verdict
        facts["reading"] = {"class": verdict.cls, "confidence": verdict.confidence}
    return {**facts, "failures": [_failure(story) for story in _sorted_stories(report)]}


def _failure(story: Story) -> dict[str, Any]:
    rows = story.rows
    return {
        "type": story.type,
        "error_code": story.error_code,
        "error_name": safe_text(story.error_name) or None,
        "action": safe_text(story.action) or None,
        "first_at": story.first_stamp or None,
        "last_at": story.last_stamp or None,
        "outcome": story.outcome,
        "path": story.path,
        "session_ids": _distinct(row.session_id for row in rows),
        "peer_ids": _distinct(row.peer_id for row in rows),
        "user_id": story.user_id,
        "sdks": _distinct(map(_sdk_label, rows)),
        "events": len(rows),
        "terminal": sum(row.is_terminal for row in rows),
        "event_ids": list(story.event_ids),
    }


def _count_sdks(events: Iterable[ErrorEvent]) -> list[str]:
    """Return the SDKs with their number of events, most frequent first."""
    sdks = Counter(map(_sdk_label, events)).most_common()
    return [f"{sdk}: {count(number, 'event', 'events')}" for sdk, number in sdks]


def _sdk_label(event: ErrorEvent) -> str:
    """Return `web 0.12.15 (react-web 0.10.15), Chrome_125.0.0.0, web_macOS 10.15.7`."""
    agent = event.agent
    wrapper = _with_version(agent.framework, agent.framework_sdk_version)
    sdk = _with_version(agent.sdk, agent.sdk_version)
    system = _with_version(agent.os, agent.os_version)
    model = mark_version(agent.device_model or "")
    parts = (sdk + f" ({wrapper})" * bool(wrapper), model, system)
    return safe_text(", ".join(filter(None, parts))) or "SDK not reported"


def _with_version(name: str | None, version: str | None) -> str:
    return " ".join(filter(None, (name, mark_version(version or ""))))


def _distinct(values: Iterable[str | None]) -> list[str]:
    """Return distinct ids in order of appearance; case is ignored, as iOS sends capitals."""
    seen: dict[str, str] = {}
    for value in values:
        if value:
            seen.setdefault(value.lower(), value)
    return list(seen.values())
