"""What was reported of audio, video and devices, and every other field, as (label, text) pairs.

Zeros, blanks and empty lists mean "not reported": 100ms fills them in for failures for which
the SDK sends no media settings at all (web SDK source, and 100ms' own samples).
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from bot.domain.credentials import is_secret_name
from bot.hundredms.lenient import as_text, as_whole
from bot.hundredms.tidy import tidy

Pairs = tuple[tuple[str, str], ...]

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
) -> Pairs:
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


def extras_of(fields: Mapping[str, Any]) -> Pairs:
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
        parts.append(words.format(facts[name]) if words else f"{tidy(as_text(name))} {facts[name]}")
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
    return _DEVICES.get(str(kind)) or tidy(as_text(str(kind))) or "Devices"


def _flat(label: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if is_secret_name(label) or any(word in label.lower() for word in _HIDDEN):
        if _reported(value):
            yield label, "[hidden]"
    elif isinstance(value, Mapping) and depth < _DEPTH:
        for name, inner in value.items():
            clear = tidy(as_text(str(name))) or "?"
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
    facts = ((tidy(as_text(str(name))), _scalar(inner)) for name, inner in islice(items, _TEXT))
    return " ".join(f"{name}={text}" for name, text in facts if text)[:_TEXT]


def _scalar(value: object) -> str | None:
    """A reported scalar as clean text; None for zeros and blanks. False counts as reported."""
    if not isinstance(value, bool) and (as_whole(value) == 0 or value is None):
        return None
    return tidy(as_text(value))


def _reported(value: object) -> bool:
    return bool(value)
