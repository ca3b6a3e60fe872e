"""The packet for 100ms support as text: whole failures, as many as a message holds."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.render.filters import UNKNOWN, count
from bot.render.limits import shorten
from bot.render.words import free

_BLOCK, _BLOCKS, _JSON = 3_600, 2, 9_500
"""Characters of a preformatted block, such blocks in the message, their JSON together."""
_LIST, _EVENTS, _SDKS, _SDK, _ID, _WORD = 12, 8, 5, 110, 60, 40
_LISTS = ("account_ids", "template_ids", "session_ids", "peer_ids", "user_ids", "codes")


def text_blocks(facts: Mapping[str, Any]) -> tuple[list[str], int]:
    """The packet's texts for preformatted blocks; how many failures they do not hold."""
    parts = [_head(facts), *map(_told, facts["failures"])]
    blocks: list[str] = [""]
    budget = _JSON
    for index, part in enumerate(shorten(part, _BLOCK) for part in parts):
        budget -= len(json.dumps(part, ensure_ascii=False))
        joined = f"{blocks[-1]}\n{part}".strip("\n")
        full = len(joined) > _BLOCK
        if budget < 0 or (full and len(blocks) == _BLOCKS):
            return [block for block in blocks if block], len(parts) - index
        if full:
            blocks.append(part.strip("\n"))
        else:
            blocks[-1] = joined
    return blocks, 0


def _head(facts: Mapping[str, Any]) -> str:
    unseen = "" if facts["complete"] else " (incomplete)"
    rows: Iterable[tuple[str, str]] = (
        ("look-up", f"{facts['lookup_id']}, as of {facts['as_of']}, all times UTC"),
        ("workspace", free(facts["workspace"])),
        ("room id", shorten(free(facts["room_id"]), _ID)),
        *((name.replace("_", " "), _some(facts[name], _LIST)) for name in _LISTS),
        *(("sdk", shorten(sdk, _SDK)) for sdk in facts["sdks"][:_SDKS]),
        ("note", facts["user_ids_note"]),
        ("events", f"{facts['events']:,}{unseen}"),
        *(("not read", shorten(free(note), _SDK)) for note in facts["not_read"][:_SDKS]),
    )
    return "\n".join(f"{label:<12} {words}" for label, words in rows)


def _told(row: Mapping[str, Any]) -> str:
    code = " ".join(filter(None, (str(row["error_code"] or ""), row["error_name"]))) or "no code"
    what = f"{shorten(free(row['type']), _WORD)} {shorten(code, _WORD)}"
    during = f" during {shorten(row['action'], _WORD)}" if row["action"] else ""
    times = " to ".join(dict.fromkeys((free(row["first_at"]), free(row["last_at"]))))
    times = times or UNKNOWN
    events = count(row["events"], "event", "events")
    ids = f"session {_some(row['session_ids'], 2)}  peer {_some(row['peer_ids'], 2)}"
    lines = (
        f"{shorten(times, _SDK)}  {what}{during}",
        f"{row['outcome']}, {events}, {row['terminal']:,} terminal",
        f"{ids}  user {shorten(free(row['user_id']) or '-', _ID)}",
        *(shorten(sdk, _SDK) for sdk in row["sdks"][:1]),
        f"events {_some(row['event_ids'], _EVENTS)}",
    )
    return "\n" + "\n  ".join(lines)


def _some(found: Sequence[str], most: int) -> str:
    """The first ones, and how many more there are."""
    shown = [shorten(free(one), _ID) for one in found[:most]]
    left = len(found) - len(shown)
    return " ".join([*shown, f"(+{left:,} more)"] if left else shown) or "-"
