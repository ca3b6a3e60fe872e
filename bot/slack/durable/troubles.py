"""Errors in a job's record: their words, and whose turn it is."""

from bot.domain.errors import AskedWrongly, BotError, ServiceTrouble, Unexpected
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
        "headline": error.headline,
        "cause": error.cause,
        "next_step": error.next_step,
    }


def restore_error(kept: Json) -> BotError:
    """The same words again; it was logged when it happened."""
    error = _KINDS[kept["kind"]](
        kept["cause"], headline=kept["headline"], next_step=kept["next_step"]
    )
    error.level = "info"
    return error
