"""Our values as the JSON that a job's record holds, and back.

Errors in a job's record: their words, and whose turn it is.
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
from bot.domain.query import LookupQuery
from bot.jobs.ports import Json
from bot.render.message import Picture
from bot.slack.context import Lookup
from bot.slack.payloads import ReplyTarget, ResponseUrl
from bot.slack.sending.format_fallback import SendResult


def to_json(kind: Any, value: object) -> Json:  # noqa: ANN401  a type, or a form such as tuple[X, ...]
    """A value of plain dataclasses as JSON."""
    return _adapter(kind).dump_python(value, mode="json", warnings="error")


def from_json(kind: Any, record: Json) -> Any:  # noqa: ANN401  as above
    """The value again. Raises ValueError if the record is of another form."""
    return _adapter(kind).validate_python(record)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401  as above
    return TypeAdapter(kind)


def lookup_to_json(lookup: Lookup) -> Json:
    """A look-up before it began."""
    return {
        "id": lookup.id,
        "question": to_json(LookupQuery, lookup.question),
        "place": target_to_json(lookup.place),
        "asked_at": lookup.asked_at,
        "refused": lookup.refused and to_json(SendResult, lookup.refused),
        "weighs_audience": lookup.weighs_audience,
    }


def lookup_from_json(record: Json) -> Lookup:
    """The look-up again, also as an older release recorded it."""
    query: LookupQuery = from_json(LookupQuery, record["question"])
    refused = record.get("refused")
    return Lookup(
        record["id"],
        query,
        target_from_json(record["place"]),
        refused and from_json(SendResult, refused),
        asked_at=record["asked_at"],
        weighs_audience=record.get("weighs_audience", False),
    )


def target_to_json(target: ReplyTarget) -> Json:
    """A place with its response_url: a secret, but one that dies within half an hour."""
    url = target.url
    return {
        **{name: getattr(target, name) for name in _TARGET_FIELDS},
        "url": url and {"address": url.address, "born": url.born, "used": url.used},
    }


def target_from_json(record: Json) -> ReplyTarget:
    """The place again; its response_url is as old as it was."""
    url = record["url"] and ResponseUrl(**record["url"])
    return replace(ReplyTarget(**{name: record[name] for name in _TARGET_FIELDS}), url=url)


_TARGET_FIELDS = ("user", "channel", "thread", "looking", "acked")


def sent_to_json(sent: SendResult, url: ResponseUrl | None = None) -> Json:
    """What came of a message, and how often its response_url was used by then."""
    return {**asdict(sent), "used": url.used if url else 0, "dead": bool(url and url.dead)}


def sent_from_json(record: Json, url: ResponseUrl | None = None) -> SendResult:
    """The same again; the response_url is used up as far as it was."""
    fields = dict(record)
    used, dead = fields.pop("used"), fields.pop("dead")
    if url is not None:
        url.used, url.dead = max(url.used, used), url.dead or dead
    sent: SendResult = from_json(SendResult, fields)
    return sent


def picture_to_json(picture: Picture) -> Json:
    """A picture, its bytes as base64."""
    return {**asdict(picture), "png": b64encode(picture.png).decode()}


def picture_from_json(record: Json) -> Picture:
    """The picture again."""
    return Picture(**{**record, "png": b64decode(record["png"])})


_ERROR_CLASSES: dict[str, type[BotError]] = {
    "asked": AskedWrongly,
    "service": ServiceTrouble,
    "ours": Unexpected,
}


def error_to_json(error: BotError) -> Json:
    """An error as the asker will read it."""
    kind = next((name for name, kind in _ERROR_CLASSES.items() if isinstance(error, kind)), "ours")
    return {
        "kind": kind,
        "nothing": isinstance(error, NothingFound | UnknownCode),
        "headline": error.headline,
        "cause": error.cause,
        "next_step": error.next_step,
    }


def error_from_json(record: Json) -> BotError:
    """The same words again; it was logged when it happened."""
    # A record of an older release does not tell whether nothing was found.
    kind = NothingFound if record.get("nothing") else _ERROR_CLASSES[record["kind"]]
    error = kind(record["cause"], headline=record["headline"], next_step=record["next_step"])
    error.level = "info"
    return error
