"""The texts of an event that decide its meaning, field by field."""

from collections.abc import Mapping

from bot.domain.events import ErrorEvent, ErrorFacts

MatchTexts = Mapping[str, str]
"""The texts that the catalogue searches, by the names of `MATCH_FIELDS`; "" if not reported."""

MATCH_FIELDS = (
    "error_message",
    "error_description",
    "error_name",
    "endpoint",
    "track_type",
    "type",
    "text",
)
"""The fields of an event that a pattern may search.

`track_type` is a field of its own; `text` is name, message, description and track type together.
"""

# Names and descriptions of 100 kB exist. The SDK's own words are at either end of a text (the
# reason first, "could not recover" last), so the middle of a huge text is not searched.
_HEAD, _TAIL = 6000, 2000


def track_type_of(event: ErrorEvent) -> str | None:
    """Return the kind of track that was reported with the failure; None if there is none."""
    return _find_extra(event, "tracktype") if event.extras else None


def normalise_name(name: str | None) -> str:
    """Return a name's letters only: platforms write one name in several cases and spacings."""
    return "".join(filter(str.isalpha, (name or "")[:_TAIL])).lower()


def match_texts(facts: ErrorFacts, track_type: str | None) -> MatchTexts:
    """Return the texts that decide an event's meaning, without the middle of huge texts."""
    values = (
        facts.error_message,
        facts.error_description,
        facts.error_name,
        facts.endpoint,
        track_type,
        facts.type,
    )
    texts = {
        name: _cut_middle(text or "") for name, text in zip(MATCH_FIELDS, values, strict=False)
    }
    together = ("error_name", "error_message", "error_description", "track_type")
    return texts | {"text": "\n".join(texts[name] for name in together)}


def _cut_middle(text: str) -> str:
    return text if len(text) <= _HEAD + _TAIL else f"{text[:_HEAD]}\n{text[-_TAIL:]}"


def _find_extra(event: ErrorEvent, label: str) -> str | None:
    return next((text for name, text in event.extras if normalise_name(name) == label), None)
