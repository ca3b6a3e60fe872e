"""Error events as 100ms sends them, read into the domain's.

A room sends most facts thousands of times over: who a person is, what a failure is called.
Cleaning a text and finding addresses in it costs a hundred times what comparing it does, so
that each is read once and kept, up to a bound, by what was sent.

One row of an events page: the envelope that error and track events have in common.

The app and device an event came from, out of `data.agent`.

The same facts come twice: as fields, and comma-joined in `string`, which alone has `env`.

What was reported of audio, video and devices, and every other field, as (label, text) pairs.

Zeros, blanks and empty lists mean "not reported": 100ms fills them in for failures for which
the SDK sends no media settings at all (web SDK source, and 100ms' own samples).
"""

import marshal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from itertools import islice, repeat
from typing import Any, NamedTuple, TypeVar

import structlog

from bot.domain.events import Agent, ErrorEvent, ErrorFacts, Pairs, EventSource, event_from_parts
from bot.domain.privacy.addresses import is_frozen_version, is_version, unmark
from bot.domain.privacy.credentials import is_secret_name
from bot.domain.text import clean
from bot.domain.timestamps import NO_TIME, suffix_in
from bot.hundredms.ice_candidates import let_go as descriptions_let_go
from bot.hundredms.ice_candidates import read_description
from bot.hundredms.lenient import as_flag, as_mapping, as_text, as_time, as_whole
from bot.hundredms.sanitize import clear_caches as texts_let_go
from bot.hundredms.sanitize import sanitize
from bot.hundredms.schemas import EventsWire
from bot.investigate.ports import Page

Made = TypeVar("Made")

_log = structlog.get_logger(__name__)


class Row(NamedTuple):
    """What makes a row an event; `data` may lack or hold anything.

    `at` is `NO_TIME`, and `stamp` "", if the time cannot be read.
    """

    id: str
    type: str
    stamp: str
    at: datetime
    data: dict[str, Any]


def readable(read: Callable[[Any], Made | None], row: object) -> Made | None:
    """What `read` makes of a row; None if it makes nothing of it or raises, whatever it raises."""
    try:
        return read(row)
    except Exception as error:  # noqa: BLE001  a row that cannot be read costs itself alone
        _log.warning("hundredms.row", error=type(error).__name__)
        return None


def parse_envelope(value: object) -> Row | None:
    """The row; None without id or type: such a row costs itself, not the page."""
    if not isinstance(value, dict):
        return None
    read = value.get
    event_id, kind, data = read("id"), read("type"), read("data")
    stamp: Any = read("timestamp")
    if type(event_id) is not str or not event_id.strip():
        event_id = as_text(event_id)
    if type(kind) is not str or not kind.strip():
        kind = as_text(kind)
    at = as_time(stamp)
    if event_id is None or kind is None:
        return None
    if at is None:
        at, stamp = NO_TIME, ""
    return Row(event_id, kind, stamp, at, data if isinstance(data, dict) else {})


_FIELDS = tuple(name for name in Agent.__slots__ if name != "is_prebuilt")


def agent_of(value: object) -> Agent:
    """The agent; a missing field is None. Text in place of the object is read as `string`."""
    known = value if isinstance(value, Mapping) else {"string": value}
    joined = _pairs(as_text(known.get("string")) or "")
    facts = {name: _fact(name, as_text(known.get(name)) or joined.get(name)) for name in _FIELDS}
    prebuilt = as_flag(known.get("is_prebuilt"))
    if prebuilt is None:
        prebuilt = as_flag(joined.get("is_prebuilt"))
    return Agent(is_prebuilt=prebuilt, **facts)


def _fact(name: str, sent: str | None) -> str | None:
    """The text without addresses and credentials. Only here may four numbers be a version."""
    text = unmark(clean(sent or ""))
    versioned = name.endswith("version") and is_version(text)
    return text if versioned or is_frozen_version(text) else sanitize(text)


def _pairs(text: str) -> dict[str, str]:
    """`os:android,os_version:33` as a mapping; parts without a colon are passed over."""
    split = (part.partition(":") for part in text.split(","))
    return {key.strip(): value.strip() for key, colon, value in split if colon}


KeyValues = tuple[tuple[str, str], ...]

_DEPTH = 4
_MOST = 40
_NAMED = 3
_TEXT = 500
_COUNTED = 1000
_HIDDEN = ("presigned", "webhook")
"""Beside what `is_secret_name` knows."""
_BITRATE = "up to {} kbit/s"  # the web SDK's settings hold kilobits: it multiplies by 1,000
_WORDS = {
    "codec": "codec {}",
    "maxBitrate": _BITRATE,
    "maxFramerate": "up to {} fps",
    "volume": "volume {}",
    "deviceId": "device {}",
    "height": "height {}",
    "width": "width {}",
}
_DEVICES = {"videoInput": "Cameras", "audioInput": "Microphones", "audioOutput": "Speakers"}


def media_of(
    audio: Mapping[str, Any], video: Mapping[str, Any], devices: Mapping[str, Any]
) -> KeyValues:
    """Readable pairs such as ("Video", "up to 30 fps, codec VP8")."""
    pairs = [
        ("Audio", _settings(audio)),
        ("Video", _settings(video)),
        *(
            (_label(kind), _list_of_devices(found))
            for kind, found in islice(devices.items(), _MOST)
        ),
    ]
    return tuple((label, text) for label, text in pairs if text)


def extras_of(fields: Mapping[str, Any]) -> KeyValues:
    """Every reported field, nested ones by dotted name; more than 40 are counted."""
    found = _flat("", fields, 0)
    pairs = list(islice(found, _MOST))
    left = sum(1 for _ in islice(found, _COUNTED + 1))
    if left:
        number = f"more than {_COUNTED:,}" if left > _COUNTED else str(left)
        pairs.append(("more", f"{number} more fields"))
    return tuple(pairs)


def _settings(known: Mapping[str, Any]) -> str:
    items = islice(known.items(), _COUNTED)
    facts = {str(name): text for name, value in items if (text := _scalar(value))}
    parts = []
    if facts.get("width") and facts.get("height"):
        parts.append(f"{facts.pop('width')}×{facts.pop('height')}")  # noqa: RUF001
    names = [*(name for name in _WORDS if name in facts), *(n for n in facts if n not in _WORDS)]
    for name in names[:_MOST]:
        words = _WORDS.get(name)
        parts.append(
            words.format(facts[name]) if words else f"{sanitize(as_text(name))} {facts[name]}"
        )
    return ", ".join(parts)


def _list_of_devices(found: object) -> str:
    if not isinstance(found, list):
        return _scalar(found) or ""
    looked_at = found[:_COUNTED]
    names = [name for item in looked_at if (name := _device(item))]
    listed = ", ".join(names[:_NAMED])
    unnamed = len(looked_at) - len(names)
    if len(names) > _NAMED:
        listed += f" and {len(names) - _NAMED} more"
    if unnamed:
        listed += f"{', ' if listed else ''}{unnamed} without a name"
    return f"{len(found)}: {listed}" if len(found) > 1 else listed


def _device(item: object) -> str | None:
    if isinstance(item, Mapping):
        return _scalar(item.get("label"))
    return _scalar(item)


def _label(kind: object) -> str:
    return _DEVICES.get(str(kind)) or sanitize(as_text(str(kind))) or "Devices"


def _flat(label: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if is_secret_name(label) or any(word in label.lower() for word in _HIDDEN):
        if _reported(value):
            yield label, "[hidden]"
    elif isinstance(value, Mapping) and depth < _DEPTH:
        for name, inner in value.items():
            clear = sanitize(as_text(str(name))) or "?"
            yield from _flat(f"{label}.{clear}" if label else clear, inner, depth + 1)
    elif isinstance(value, list):
        texts = [text for item in value[:_TEXT] if (text := _scalar(item) or _inside(item))]
        if texts:
            yield label, ", ".join(texts)[:_TEXT]
    elif text := _scalar(value) or _inside(value):
        yield label, text


def _inside(value: object) -> str:
    """An object within a list, or deeper than one reads, as one text."""
    if not isinstance(value, Mapping | list):
        return ""
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    facts = ((sanitize(as_text(str(name))), _scalar(inner)) for name, inner in islice(items, _TEXT))
    return " ".join(f"{name}={text}" for name, text in facts if text)[:_TEXT]


def _scalar(value: object) -> str | None:
    """A reported scalar as clean text; None for zeros and blanks. False counts as reported."""
    if not isinstance(value, bool) and (as_whole(value) == 0 or value is None):
        return None
    return sanitize(as_text(value))


def _reported(value: object) -> bool:
    return bool(value)


_KEPT = 8192
"""Facts kept of each kind: the people of a large room, in all of its calls."""
_LONGEST = 4096
"""Bytes of what is kept; a text of megabytes is read anew each time instead."""
_SENDER = (
    "peer_id", "user_id", "user_name", "session_id", "room_id", "room_name", "template_id",
    "account_id", "role", "agent",
)  # fmt: skip
_FAILURE = (
    "error_code", "error_name", "error_message", "is_terminal", "action", "domain",
    "transport_state", "endpoint", "retries_join", "audio", "video", "devices",
)  # fmt: skip
_NOTHING = repeat(None)
_VERSION = 2  # the last one of marshal whose bytes do not depend on who else holds a value


def parse_page(wire: EventsWire, key: bytes) -> Page:
    """The page with its events; `key` as in `event_of`. The rows' data is used up."""
    found = [readable(partial(parse_event, key=key), row) for row in wire.events]
    events = tuple(event for event in found if event)
    return Page(events, len(found), wire.count, wire.next, unreadable=len(found) - len(events))


def parse_event(value: object, key: bytes) -> ErrorEvent | None:
    """The event; None for a row that is none. Ids and time stamp stay as they are.

    `key` is the secret of the public address's mark. The row's data is used up.
    """
    row = parse_envelope(value)
    if row is None:
        return None
    event_id, kind, stamp, at, data = row
    take = data.pop
    sender = _dump(tuple(map(take, _SENDER, _NOTHING)))
    failure = _dump((kind, *map(take, _FAILURE, _NOTHING)))
    told = take("error_description", None)
    small = len(failure) < _LONGEST
    plain = _kept_failure(failure) if small else _failure(failure)
    return event_from_parts(
        event_id,
        at,
        stamp,
        _kept_sender(sender) if len(sender) < _LONGEST else _sender(sender),
        plain if told is None else _described(plain, as_text(told), key, small=small),
        extras_of(data) if data else (),
        suffix=suffix_in(stamp),
    )


def _sender(sent: bytes) -> EventSource:
    peer, user, name, session, room, room_name, template, account, role, agent = _load(sent)
    return EventSource(
        peer_id=as_text(peer),
        user_id=as_text(user),
        user_name=_tidy(name),
        session_id=_not_zero(as_text(session)),
        room_id=as_text(room),
        room_name=_tidy(room_name),
        template_id=as_text(template),
        account_id=as_text(account),
        role=_tidy(role),
        agent=_agent(_dump(agent)),
    )


def _failure(sent: bytes) -> ErrorFacts:
    """What failed, but for its description."""
    kind, code, name, message, terminal, action, domain, *rest = _load(sent)
    state, endpoint, retries, audio, video, devices = rest
    return ErrorFacts(
        kind,
        error_code=as_whole(code),
        error_name=_tidy(name),
        error_message=_tidy(message),
        is_terminal=bool(as_flag(terminal)),
        action=_tidy(action),
        domain=_tidy(domain),
        transport_state=_tidy(state),
        endpoint=_tidy(endpoint),
        retries_join=as_whole(retries),
        media=_media(_dump((audio, video, devices))),
    )


def _described(plain: ErrorFacts, told: str | None, key: bytes, *, small: bool) -> ErrorFacts:
    """The failure with its description, held once for all that read alike.

    ICE texts differ in the ports and addresses, of which none is kept.
    """
    if told is None:
        return plain
    text, mark = read_description(told, key)
    join = _joined if small and len(told) < _LONGEST else _join
    return join(plain, text, mark)


def _join(plain: ErrorFacts, text: str | None, mark: str | None) -> ErrorFacts:
    return replace(plain, error_description=text, public_address=mark)


@lru_cache(_KEPT // 8)
def _media(sent: bytes) -> Pairs:
    return media_of(*map(as_mapping, _load(sent)))


_joined = lru_cache(_KEPT)(_join)
_kept_sender = lru_cache(_KEPT)(_sender)
_kept_failure = lru_cache(_KEPT)(_failure)


@lru_cache(_KEPT // 8)
def _agent(sent: bytes) -> Agent:
    return agent_of(_load(sent))


def clear_caches() -> None:
    """Keep nobody of whom was read by now, and nothing that anybody reported."""
    for cache in (_joined, _media, _agent):
        cache.cache_clear()
    descriptions_let_go()
    _kept_sender.cache_clear()
    _kept_failure.cache_clear()
    texts_let_go()


def _dump(value: Any) -> bytes:  # noqa: ANN401  any JSON
    return marshal.dumps(value, _VERSION)


def _load(frozen: bytes) -> Any:  # noqa: ANN401  any JSON
    return marshal.loads(frozen)  # noqa: S302  bytes of our own


def _tidy(value: object) -> str | None:
    return sanitize(as_text(value))


def _not_zero(object_id: str | None) -> str | None:
    return object_id if object_id and object_id.strip("0") else None
