"""Errors in a job's record: their words, and whose turn it is."""

from bot.domain.errors import (
    AskedWrongly,
    BotError,
    NothingFound,
    ServiceTrouble,
    Unexpected,
    UnknownCode,
)
from bot.jobs.ports import Json

_KINDS: dict[str, type[BotError]] = {
    "asked": AskedWrongly,
    "service": ServiceTrouble,
    "ours": Unexpected,
}


def keep_error(error: BotError) -> Json:
    """An error as the asker will read it."""
    kind = next((name for name, kind in _KINDS.items() if isinstance(error, kind)), "ours")
    return {
        "kind": kind,
        "nothing": isinstance(error, NothingFound | UnknownCode),
        "headline": error.headline,
        "cause": error.cause,
        "next_step": error.next_step,
    }


def restore_error(kept: Json) -> BotError:
    """The same words again; it was logged when it happened."""
    # A record of an older release does not tell whether nothing was found.
    kind = NothingFound if kept.get("nothing") else _KINDS[kept["kind"]]
    error = kind(kept["cause"], headline=kept["headline"], next_step=kept["next_step"])
    error.level = "info"
    return error
