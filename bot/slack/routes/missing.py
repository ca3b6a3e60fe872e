"""Parts that Slack did not confirm are named, not repeated."""

import structlog

from bot.domain.errors import SlackTrouble
from bot.slack.desk import Desk, Lookup
from bot.slack.notice import announce
from bot.slack.words import missing


async def tell_missing(desk: Desk, lookup: Lookup, parts: list[str]) -> None:
    """Tell the asker by another way which parts may be missing."""
    structlog.get_logger("call_doctor").warning("parts_unconfirmed", parts=parts)
    error = SlackTrouble(
        missing(parts, lookup.id),
        headline="Slack did not confirm the whole answer",
        next_step="If something is missing, ask again.",
    )
    message = desk.tools.renderer.error(error, lookup.id)
    # Our "Looking…" may stand: when the opening was to replace it, this does so instead.
    instead = "opening" in parts
    if not await announce(desk, lookup.place, message, lookup.id, instead=instead):
        structlog.get_logger("call_doctor").error("asker_not_reached")
