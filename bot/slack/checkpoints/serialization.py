"""Converts values to the JSON of a job's record, and back.

An error is recorded as its words and its class, which says who must act.
"""

from base64 import b64decode, b64encode
from dataclasses import asdict, replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from bot.domain.errors import (
    AskedWrongly,
    BotError,
    NothingFound,
    ServiceTrouble,
    Unexpected,
    UnknownCode,
)
from bot.jobs.ports import Json
from bot.render.message import Picture
from bot.slack.payloads import ReplyTarget
from bot.slack.response_url import ResponseUrl
from bot.slack.sending.format_fallback import SendResult


def to_json(kind: Any, value: object) -> Json:  # noqa: ANN401  a type, or a form such as tuple[X, ...]
    """Return a value made of plain dataclasses as JSON."""
    return _adapter(kind).dump_python(value, mode="json", warnings="error")


def from_json(kind: Any, record: Json) -> Any:  # noqa: ANN401  as above
    """Return the value of a record. Raises ValueError if the record has another form."""
    return _adapter(kind).validate_python(record)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401  as above
    return TypeAdapter(kind)


def target_to_json(target: ReplyTarget) -> Json:
    """Return the record of a target with its response_url.

    The response_url is a secret, but it expires within half an hour.
    """
    url = target.url
    return {
        **{name: getattr(target, name) for name in _TARGET_FIELDS},
        "url": url and {"address": url.address, "born": url.born, "used": url.used},
    }


def target_from_json(record: Json) -> ReplyTarget:
    """Return the target of a record; its response_url keeps its age."""
    url = record["url"] and ResponseUrl(**record["url"])
    fields = {name: record[name] for name in _TARGET_FIELDS if name in record}
    return replace(ReplyTarget(**fields), url=url)


_TARGET_FIELDS = ("user", "channel", "thread", "looking", "acked", "user_name", "begins_thread")
"""A record of an earlier release has no `user_name` and no `begins_thread`."""


def sent_to_json(sent: SendResult, url: ResponseUrl | None = None) -> Json:
    """Return the record of a message's result, and of how often its response_url was used."""
    return {**asdict(sent), "used": url.used if url else 0, "dead": bool(url and url.dead)}


def sent_from_json(record: Json, url: ResponseUrl | None = None) -> SendResult:
    """Return the result of a record, and restore how far the response_url was used."""
    fields = dict(record)
    used, dead = fields.pop("used"), fields.pop("dead")
    if url is not None:
        url.used, url.dead = max(url.used, used), url.dead or dead
    sent: SendResult = from_json(SendResult, fields)
    return sent


def picture_to_json(picture: Picture) -> Json:
    """Return the record of a picture, with its bytes as base64."""
    return {**asdict(picture), "png": b64encode(picture.png).decode()}


def picture_from_json(record: Json) -> Picture:
    """Return the picture of a record."""
    return Picture(**{**record, "png": b64decode(record["png"])})


_ERROR_CLASSES: dict[str, type[BotError]] = {
    "asked": AskedWrongly,
    "service": ServiceTrouble,
    "ours": Unexpected,
}


def error_to_json(error: BotError) -> Json:
    """Return the record of an error, in the words that the asker will read."""
    kind = next((name for name, kind in _ERROR_CLASSES.items() if isinstance(error, kind)), "ours")
    return {
        "kind": kind,
        "nothing": isinstance(error, NothingFound | UnknownCode),
        "headline": error.headline,
        "cause": error.cause,
        "next_step": error.next_step,
    }


def error_from_json(record: Json) -> BotError:
    """Return the error of a record; its level is info, because it was logged when it happened."""
    # An older release's record does not say whether nothing was found.
    kind = NothingFound if record.get("nothing") else _ERROR_CLASSES[record["kind"]]
    error = kind(record["cause"], headline=record["headline"], next_step=record["next_step"])
    error.level = "info"
    return error
