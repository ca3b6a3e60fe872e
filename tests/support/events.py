"""Events for tests, made and changed by the names of their facts."""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from bot.domain.events import ErrorEvent, ErrorFacts, EventSource

_SENDER = {field.name for field in fields(EventSource)}
_EVENT = {field.name for field in fields(ErrorEvent)}


def make_event(id: str, type: str, at: datetime, stamp: str, **facts: Any) -> ErrorEvent:  # noqa: A002  the names of an event's facts
    """The event with these facts of its sender and of its failure."""
    event = ErrorEvent(id, at, stamp, EventSource(), ErrorFacts(type))
    return change_event(event, **facts)


def change_event(event: ErrorEvent, **facts: Any) -> ErrorEvent:
    """The event with other facts."""
    sender = {name: facts.pop(name) for name in _SENDER & facts.keys()}
    own = {name: facts.pop(name) for name in _EVENT & facts.keys()}
    changed = replace(event, **own)
    if sender:
        changed = replace(changed, sender=replace(event.sender, **sender))
    if "error_message" in facts:
        changed = replace(changed, message=None)
    if "error_description" in facts:
        changed = replace(changed, description=None)
    return replace(changed, failure=replace(event.failure, **facts)) if facts else changed


def facts_of(event: ErrorEvent) -> dict[str, Any]:
    """The facts of an event by their names, wherever the event keeps them."""
    names = {*_EVENT, *_SENDER, *(field.name for field in fields(ErrorFacts))}
    kept = {"sender", "failure", "message", "description", "conclusions", "by_webhook"}
    return {name: getattr(event, name) for name in sorted(names - kept)}
