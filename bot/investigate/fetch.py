"""All error events of a target: five cursors side by side, and proof of what was seen."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.domain.events import ErrorEvent
from bot.domain.report import Completeness, distinct
from bot.domain.target import Target
from bot.investigate.ports import EventQuery, HundredMs
from bot.investigate.walk import Walk, walk


@dataclass(frozen=True, slots=True)
class Fetched:
    """Distinct events in order of time, and how complete they are."""

    events: tuple[ErrorEvent, ...]
    completeness: Completeness


async def fetch(hundredms: HundredMs, target: Target, types: Sequence[str], cap: int) -> Fetched:
    """Every event of these types about the target.

    The session is not sent as a filter: failures to connect have no session yet and would be
    hidden. Raises what 100ms raised if not one type could be read at all.
    """
    queries = [
        EventQuery(target.room.id, kind, peer_id=target.peer_id, user_id=target.user_id)
        for kind in types
    ]
    walks = await _side_by_side(hundredms, queries, cap)
    _raise_if_blind(walks)
    return Fetched(
        distinct(event for one in walks for event in one.events.values()), _completeness(walks)
    )


async def _side_by_side(
    hundredms: HundredMs, queries: Iterable[EventQuery], cap: int
) -> list[Walk]:
    tasks = [asyncio.ensure_future(walk(hundredms, query, cap)) for query in queries]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _raise_if_blind(walks: Sequence[Walk]) -> None:
    troubles = [one.trouble for one in walks if one.trouble and not one.started]
    if walks and len(troubles) == len(walks):
        raise troubles[0]


def _completeness(walks: Sequence[Walk]) -> Completeness:
    tallies = [one.tally for one in walks]
    totals = [tally.total for tally in tallies]
    notes = tuple(tally.note for tally in tallies if tally.note)
    return Completeness(
        fetched=sum(tally.fetched for tally in tallies),
        total=None if None in totals else sum(total or 0 for total in totals),
        complete=not notes,
        notes=notes,
    )
