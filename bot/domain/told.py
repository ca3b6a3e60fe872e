"""What of an event decides its meaning, field by field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.domain.events import ErrorEvent, Failure


@dataclass(frozen=True, slots=True)
class Told:
    """What of an event the catalogue looks at; `track_type` is a reported field of its own."""

    failure: Failure
    track_type: str | None


_READERS: Mapping[str, Callable[[Told], str | None]] = {
    "error_message": lambda told: told.failure.error_message,
    "error_description": lambda told: told.failure.error_description,
    "error_name": lambda told: told.failure.error_name,
    "endpoint": lambda told: told.failure.endpoint,
    "track_type": lambda told: told.track_type,
    "type": lambda told: told.failure.type,
}
MATCH_FIELDS = tuple(_READERS)
"""The fields of an event that a pattern may look at."""

# Names and descriptions of 100 kB exist. The SDK's own words stand at either end of a text
# (the reason first, "could not recover" last), so the middle of a huge one is not searched.
_HEAD, _TAIL = 6000, 2000


def track_type_of(event: ErrorEvent) -> str | None:
    """The kind of track that was reported beside the failure."""
    return _extra(event, "tracktype") if event.extras else None


def letters_of(name: str | None) -> str:
    """A name's letters only: platforms write one name in several cases and spacings."""
    return "".join(filter(str.isalpha, (name or "")[:_TAIL])).lower()


def text_of(told: Told, field: str) -> str:
    """The field's text, without the middle of a huge one; "" if there is none."""
    text = _READERS[field](told) or ""
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def _extra(event: ErrorEvent, label: str) -> str | None:
    return next((text for name, text in event.extras if letters_of(name) == label), None)
