"""The packet for 100ms support: ids, times, versions and codes.

It goes to another company: no name, e-mail, phone or IP address is in it. User ids that tell who
somebody is are hashed.
"""

import json
from collections import Counter
from collections.abc import Iterable
from typing import Any

from bot.domain.addresses import mark_version
from bot.domain.diagnosis import Story
from bot.domain.events import ErrorEvent
from bot.domain.exits import leave_all, redact_all
from bot.domain.naming import for_outsiders
from bot.domain.report import Report
from bot.render.compose import Composer
from bot.render.document import instant
from bot.render.filters import count
from bot.render.message import File, Message
from bot.render.packet_json import json_blocks
from bot.render.packet_text import text_blocks
from bot.render.words import free

VERSION = 1
HASHED = "user ids that look like a name, e-mail or phone are hashed: 16 digits of their SHA-256"


def packet_message(composer: Composer, report: Report) -> tuple[Message, File]:
    """The packet as text (what does not fit is counted) and, whole, as a JSON file."""
    facts = redact_all(_facts(for_outsiders(report)))
    text = json.dumps(leave_all(facts), ensure_ascii=False, indent=1)
    name = f"{report.lookup_id}-packet.json"
    blocks, left = text_blocks(facts)
    message = composer.message(
        "packet", "packet", blocks=blocks, left=left, reference=report.lookup_id
    )
    return message, File(name, f"Packet for 100ms support, look-up {report.lookup_id}", text)


def packet_json_message(composer: Composer, report: Report) -> Message:
    """The packet's JSON as text, for where no file can be attached."""
    blocks, left = json_blocks(redact_all(_facts(for_outsiders(report))))
    return composer.message(
        "packet_json", "packet-json", blocks=blocks, left=left, reference=report.lookup_id
    )


def _stories(report: Report) -> list[Story]:
    """What did not go away first, each group in order of time."""
    stories = report.diagnosis.stories if report.diagnosis else ()
    return sorted(stories, key=lambda one: one.outcome == "recovered")


def _facts(report: Report) -> dict[str, Any]:
    events, target = report.events, report.target
    facts: dict[str, Any] = {
        "version": VERSION,
        "lookup_id": report.lookup_id,
        "user_ids_note": HASHED,
        "as_of": instant(report.as_of),
        "workspace": target.room.workspace,
        "account_ids": _distinct(event.account_id for event in events),
        "template_ids": _distinct(event.template_id for event in events),
        "room_id": target.room.id,
        "session_ids": _distinct(
            [target.session.id if target.session else None, *(e.session_id for e in events)]
        ),
        "peer_ids": _distinct([target.peer_id, *(event.peer_id for event in events)]),
        "user_ids": _distinct([target.user_id, *(event.user_id for event in events)]),
        "sdks": [
            f"{sdk}: {count(n, 'event', 'events')}"
            for sdk, n in Counter(map(_sdk, events)).most_common()
        ],
        "codes": _distinct(str(event.error_code or "") for event in events),
        "events": len(events),
        "complete": report.completeness.complete,
        "not_read": list(report.completeness.notes),
    }
    if report.diagnosis:
        verdict = report.diagnosis.verdict
        facts["reading"] = {"class": verdict.cls, "confidence": verdict.confidence}
    return {**facts, "failures": [_failure(story) for story in _stories(report)]}


def _failure(story: Story) -> dict[str, Any]:
    rows = story.rows
    return {
        "type": story.type,
        "error_code": story.error_code,
        "error_name": free(story.error_name) or None,
        "action": free(story.action) or None,
        "first_at": story.first_stamp or None,
        "last_at": story.last_stamp or None,
        "outcome": story.outcome,
        "path": story.path,
        "session_ids": _distinct(row.session_id for row in rows),
        "peer_ids": _distinct(row.peer_id for row in rows),
        "user_id": story.user_id,
        "sdks": _distinct(map(_sdk, rows)),
        "events": len(rows),
        "terminal": sum(row.is_terminal for row in rows),
        "event_ids": list(story.event_ids),
    }


def _sdk(event: ErrorEvent) -> str:
    """`web 0.12.15 (react-web 0.10.15), Chrome_125.0.0.0, web_macOS 10.15.7`."""
    agent = event.agent
    wrapper = _versioned(agent.framework, agent.framework_sdk_version)
    own = _versioned(agent.sdk, agent.sdk_version)
    system = _versioned(agent.os, agent.os_version)
    model = mark_version(agent.device_model or "")
    parts = (own + f" ({wrapper})" * bool(wrapper), model, system)
    return free(", ".join(filter(None, parts))) or "SDK not reported"


def _versioned(name: str | None, version: str | None) -> str:
    return " ".join(filter(None, (name, mark_version(version or ""))))


def _counted(found: Iterable[str]) -> list[str]:
    """`web 0.12.15: 3 events`, the commonest first."""
    return [f"{one}: {count(n, 'event', 'events')}" for one, n in Counter(found).most_common()]


def _distinct(found: Iterable[str | None]) -> list[str]:
    """In order of appearance; case tells no two ids apart, as iOS sends capitals."""
    known: dict[str, str] = {}
    for one in found:
        if one:
            known.setdefault(one.lower(), one)
    return list(known.values())
