"""Reads the error events that 100ms sends into the domain's events.

A room sends most facts thousands of times: the facts about a person, the name of a failure.
Cleaning a text and finding addresses in it costs a hundred times as much as comparing it, so each
text is read once and cached, up to a bound, by the bytes that were sent. The caches save 48 % of a
look-up's CPU (25 % where hardly two texts are equal), measured on rooms of 10,000 events.

The facts about app and device come twice in `data.agent`: as fields, and comma-joined in `string`,
which alone has `env`.

Media settings, devices and all other fields become (label, text) pairs. Zeros, blanks and empty
lists mean "not reported": 100ms fills them in for failures for which the SDK sends no media
settings at all (web SDK source, and 100ms' own samples).
"""

import marshal
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from functools import lru_cache, partial
from itertools import islice, repeat
from typing import Any, NamedTuple, TypeVar

import structlog

from bot.domain.events import NO_TIME, Agent, ErrorEvent, ErrorFacts, EventSource, Pairs
from bot.domain.privacy.addresses import is_frozen_version, is_version, unmark
from bot.domain.privacy.credentials import is_secret_name
from bot.domain.text import clean
from bot.hundredms.ice_candidates import clear_caches as descriptions_let_go
from bot.hundredms.ice_candidates import read_description, without_ids
from bot.hundredms.lenient import as_bool, as_int, as_mapping, as_text, as_time, sanitize
from bot.hundredms.lenient import clear_caches as texts_let_go
from bot.hundredms.schemas import EventsWire
from bot.investigate.ports import Page

Made = TypeVar("Made")

_log = structlog.get_logger(__name__)


class Envelope(NamedTuple):
    """The part of a row that error and track events share; `data` may lack or hold anything.

    `at` is `NO_TIME`, and `stamp` "", if the time cannot be read.
    """

    id: str
    type: str
    stamp: str
    at: datetime
    data: dict[str, Any]


def read_or_none(read: Callable[[Any], Made | None], row: object) -> Made | None:
    """Return `read(row)`; None if it returns None or raises anything."""
    try:
        return read(row)
    except Exception as error:  # noqa: BLE001  an unreadable row costs only itself
        _log.warning("hundredms.row", error=type(error).__name__)
        return None


def parse_envelope(value: object) -> Envelope | None:
    """Return the envelope; None without id or type: such a row costs only itself, not the page."""
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
    return Envelope(event_id, kind, stamp, at, data if isinstance(data, dict) else {})


_AGENT_FIELDS = tuple(name for name in Agent.__slots__ if name != "is_prebuilt")


def parse_agent(value: object) -> Agent:
    """Return the agent; a missing field is None. Text in place of the object is its `string`."""
    fields = value if isinstance(value, Mapping) else {"string": value}
    string_fields = _parse_key_values(as_text(fields.get("string")) or "")
    facts = {
        name: _clean_field(name, as_text(fields.get(name)) or string_fields.get(name))
        for name in _AGENT_FIELDS
    }
    prebuilt = as_bool(fields.get("is_prebuilt"))
    if prebuilt is None:
        prebuilt = as_bool(string_fields.get("is_prebuilt"))
    return Agent(is_prebuilt=prebuilt, **facts)


def _clean_field(name: str, value: str | None) -> str | None:
    """Return the text without addresses and credentials.

    Only in these fields may four numbers be a version.
    """
    text = unmark(clean(value or ""))
    versioned = name.endswith("version") and is_version(text)
    return text if versioned or is_frozen_version(text) else sanitize(text)


def _parse_key_values(text: str) -> dict[str, str]:
    """Return `os:android,os_version:33` as a mapping; parts without a colon are skipped."""
    parts = (part.partition(":") for part in text.split(","))
    return {key.strip(): value.strip() for key, colon, value in parts if colon}


KeyValues = tuple[tuple[str, str], ...]

_MAX_DEPTH = 4
_MAX_FIELDS = 40
_MAX_DEVICE_NAMES = 3
_MAX_TEXT = 500
_MAX_COUNTED = 1000
_SECRET_WORDS = ("presigned", "webhook")
"""Names of secrets besides those that `is_secret_name` knows."""
_BITRATE = "up to {} kbit/s"  # the web SDK's settings are in kilobits: it multiplies by 1,000
_SETTING_FORMATS = {
    "codec": "codec {}",
    "maxBitrate": _BITRATE,
    "maxFramerate": "up to {} fps",
    "volume": "volume {}",
    "deviceId": "device {}",
    "height": "height {}",
    "width": "width {}",
}
_DEVICE_LABELS = {"videoInput": "Cameras", "audioInput": "Microphones", "audioOutput": "Speakers"}


def format_media(
    audio: Mapping[str, Any], video: Mapping[str, Any], devices: Mapping[str, Any]
) -> KeyValues:
    """Return readable pairs such as ("Video", "up to 30 fps, codec VP8")."""
    pairs = [
        ("Audio", _describe_settings(audio)),
        ("Video", _describe_settings(video)),
        *(
            (_device_label(kind), _describe_devices(device_list))
            for kind, device_list in islice(devices.items(), _MAX_FIELDS)
        ),
    ]
    return tuple((label, text) for label, text in pairs if text)


def flatten_extras(fields: Mapping[str, Any]) -> KeyValues:
    """Return every reported field, nested ones by dotted name; fields beyond 40 are counted."""
    items = _flatten("", fields, 0)
    pairs = list(islice(items, _MAX_FIELDS))
    omitted = sum(1 for _ in islice(items, _MAX_COUNTED + 1))
    if omitted:
        number = f"more than {_MAX_COUNTED:,}" if omitted > _MAX_COUNTED else str(omitted)
        pairs.append(("more", f"{number} more fields"))
    return tuple(pairs)


def _describe_settings(settings: Mapping[str, Any]) -> str:
    items = islice(settings.items(), _MAX_COUNTED)
    facts = {str(name): text for name, value in items if (text := _scalar_text(value))}
    parts = []
    if facts.get("width") and facts.get("height"):
        parts.append(f"{facts.pop('width')}×{facts.pop('height')}")  # noqa: RUF001
    names = [
        *(name for name in _SETTING_FORMATS if name in facts),
        *(n for n in facts if n not in _SETTING_FORMATS),
    ]
    for name in names[:_MAX_FIELDS]:
        words = _SETTING_FORMATS.get(name)
        parts.append(
            words.format(facts[name]) if words else f"{sanitize(as_text(name))} {facts[name]}"
        )
    return ", ".join(parts)


def _describe_devices(devices: object) -> str:
    if not isinstance(devices, list):
        return _scalar_text(devices) or ""
    first_devices = devices[:_MAX_COUNTED]
    names = [name for item in first_devices if (name := _device_name(item))]
    text = ", ".join(names[:_MAX_DEVICE_NAMES])
    unnamed = len(first_devices) - len(names)
    if len(names) > _MAX_DEVICE_NAMES:
        text += f" and {len(names) - _MAX_DEVICE_NAMES} more"
    if unnamed:
        text += f"{', ' if text else ''}{unnamed} without a name"
    return f"{len(devices)}: {text}" if len(devices) > 1 else text


def _device_name(item: object) -> str | None:
    if isinstance(item, Mapping):
        return _scalar_text(item.get("label"))
    return _scalar_text(item)


def _device_label(kind: object) -> str:
    return _DEVICE_LABELS.get(str(kind)) or sanitize(as_text(str(kind))) or "Devices"


def _flatten(label: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if is_secret_name(label) or any(word in label.lower() for word in _SECRET_WORDS):
        if value:
            yield label, "[hidden]"
    elif isinstance(value, Mapping) and depth < _MAX_DEPTH:
        for name, inner in value.items():
            clean_name = sanitize(as_text(str(name))) or "?"
            yield from _flatten(f"{label}.{clean_name}" if label else clean_name, inner, depth + 1)
    elif isinstance(value, list):
        texts = [
            text for item in value[:_MAX_TEXT] if (text := _scalar_text(item) or _nested_text(item))
        ]
        if texts:
            yield label, ", ".join(texts)[:_MAX_TEXT]
    elif text := _scalar_text(value) or _nested_text(value):
        yield label, text


def _nested_text(value: object) -> str:
    """Return an object within a list, or below the depth limit, as one text."""
    if not isinstance(value, Mapping | list):
        return ""
    items = value.items() if isinstance(value, Mapping) else enumerate(value)
    facts = (
        (sanitize(as_text(str(name))), _scalar_text(inner))
        for name, inner in islice(items, _MAX_TEXT)
    )
    return " ".join(f"{name}={text}" for name, text in facts if text)[:_MAX_TEXT]


def _scalar_text(value: object) -> str | None:
    """Return a reported scalar as clean text; None for zeros and blanks. False is reported."""
    if not isinstance(value, bool) and (as_int(value) == 0 or value is None):
        return None
    return sanitize(as_text(value))


_CACHE_SIZE = 8192
"""Cached facts of each kind: enough for the people of a large room in all of its calls."""
_MAX_CACHED_BYTES = 4096
"""The longest cached entry, in bytes; a text of megabytes is read anew each time."""
_SOURCE_FIELDS = (
    "peer_id", "user_id", "user_name", "session_id", "room_id", "room_name", "template_id",
    "account_id", "role", "agent",
)  # fmt: skip
_FACT_FIELDS = (
    "error_code", "error_name", "is_terminal", "action", "domain", "transport_state", "endpoint",
    "audio", "video", "devices",
)  # fmt: skip
_MAX_CACHED_TEXT = 300
_DEFAULTS = repeat(None)
_MARSHAL_VERSION = 2  # the last version whose bytes ignore other references


def parse_page(wire: EventsWire, key: bytes) -> Page:
    """Return the page with its events; `key` as in `parse_event`. Consumes the rows' data."""
    results = [read_or_none(partial(parse_event, key=key), row) for row in wire.events]
    events = tuple(event for event in results if event)
    return Page(events, len(results), wire.count, wire.next, unreadable=len(results) - len(events))


def parse_event(value: object, key: bytes) -> ErrorEvent | None:
    """Return the event; None for a row that is not one. Ids and time stamp stay as they are.

    `key` is the secret for the fingerprint of the public address. Consumes the row's data.
    """
    envelope = parse_envelope(value)
    if envelope is None:
        return None
    event_id, kind, stamp, at, data = envelope
    pop = data.pop
    source_data = _dump(tuple(map(pop, _SOURCE_FIELDS, _DEFAULTS)))
    facts_data = _dump((kind, *map(pop, _FACT_FIELDS, _DEFAULTS)))
    retries = pop("retries_join", None)
    message = as_text(pop("error_message", None))
    message, shared_message = (
        _read_message if message and len(message) > _MAX_CACHED_TEXT else _cached_message
    )(message)
    description, address, pattern = read_description(as_text(pop("error_description", None)), key)
    return ErrorEvent(
        event_id,
        at,
        stamp,
        _cached_source(source_data)
        if len(source_data) < _MAX_CACHED_BYTES
        else _parse_source(source_data),
        _find_facts(facts_data, shared_message, pattern or description),
        flatten_extras(data) if data else (),
        None if shared_message is message else message,
        None if pattern is None else description,
        address,
        as_int(retries),
    )


def _read_message(text: str | None) -> tuple[str | None, str | None]:
    """Return the message as shown, and without ids."""
    shown = sanitize(text)
    return shown, without_ids(shown)


def _find_facts(data: bytes, message: str | None, description: str | None) -> ErrorFacts:
    """Return the failure with these texts; equal ones share one object."""
    if len(data) + len(message or "") + len(description or "") < _MAX_CACHED_BYTES:
        return _cached_with_texts(_cached_facts(data), message, description)
    return _with_texts(_parse_facts(data), message, description)


def _parse_source(data: bytes) -> EventSource:
    peer, user, name, session, room, room_name, template, account, role, agent = _load(data)
    return EventSource(
        peer_id=as_text(peer),
        user_id=as_text(user),
        user_name=_sanitize_text(name),
        session_id=_none_if_zero(as_text(session)),
        room_id=as_text(room),
        room_name=_sanitize_text(room_name),
        template_id=as_text(template),
        account_id=as_text(account),
        role=_sanitize_text(role),
        agent=_cached_agent(_dump(agent)),
    )


def _parse_facts(data: bytes) -> ErrorFacts:
    """Return the facts of a failure, except its message and its description."""
    kind, code, name, terminal, action, domain, *details = _load(data)
    state, endpoint, audio, video, devices = details
    return ErrorFacts(
        kind,
        error_code=as_int(code),
        error_name=_sanitize_text(name),
        is_terminal=bool(as_bool(terminal)),
        action=_sanitize_text(action),
        domain=_sanitize_text(domain),
        transport_state=_sanitize_text(state),
        endpoint=_sanitize_text(endpoint),
        media=_cached_media(_dump((audio, video, devices))),
    )


def _with_texts(facts: ErrorFacts, message: str | None, description: str | None) -> ErrorFacts:
    return replace(facts, error_message=message, error_description=description)


@lru_cache(_CACHE_SIZE // 8)
def _cached_media(data: bytes) -> Pairs:
    return format_media(*map(as_mapping, _load(data)))


_cached_with_texts = lru_cache(_CACHE_SIZE)(_with_texts)
_cached_message = lru_cache(_CACHE_SIZE // 4)(_read_message)
_cached_source = lru_cache(_CACHE_SIZE)(_parse_source)
_cached_facts = lru_cache(_CACHE_SIZE)(_parse_facts)


@lru_cache(_CACHE_SIZE // 8)
def _cached_agent(data: bytes) -> Agent:
    return parse_agent(_load(data))


def clear_caches() -> None:
    """Clear the caches, so that no person and no reported text stays in memory."""
    for cache in (_cached_with_texts, _cached_message, _cached_media, _cached_agent):
        cache.cache_clear()
    descriptions_let_go()
    _cached_source.cache_clear()
    _cached_facts.cache_clear()
    texts_let_go()


def _dump(value: Any) -> bytes:  # noqa: ANN401  any JSON
    return marshal.dumps(value, _MARSHAL_VERSION)


def _load(data: bytes) -> Any:  # noqa: ANN401  any JSON
    return marshal.loads(data)  # noqa: S302  our own bytes


def _sanitize_text(value: object) -> str | None:
    return sanitize(as_text(value))


def _none_if_zero(object_id: str | None) -> str | None:
    return object_id if object_id and object_id.strip("0") else None
