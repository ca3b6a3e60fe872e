"""All error events of a target: five cursors side by side, and proof of what was seen."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.domain.events import ErrorEvent
from bot.domain.progress import Progress
from bot.domain.report import Completeness, distinct
from bot.domain.target import Target
from bot.investigate.ahead import Ahead
from bot.investigate.ports import EventQuery, HundredMs, Watch, unwatched
from bot.investigate.walk import Walk, walk


@dataclass(frozen=True, slots=True)
class Fetched:
    """Distinct events in order of time, and how complete they are."""

    events: tuple[ErrorEvent, ...]
    completeness: Completeness


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads a target's events from one workspace; `cap` limits the rows of one type."""

    hundredms: HundredMs
    types: Sequence[str]
    cap: int
    watch: Watch = unwatched
    ahead: Ahead = field(default_factory=Ahead)

    async def read(self, target: Target) -> Fetched:
        """Every event of these types about the target.

        The session is not sent as a filter: failures to connect have no session yet and would
        be hidden. Raises what 100ms raised if not one type could be read at all.
        """
        walks = [
            Walk(EventQuery(target.room.id, kind, target.peer_id, target.user_id))
            for kind in self.types
        ]
        await self._side_by_side(target, walks)
        _raise_if_blind(walks)
        return Fetched(
            distinct(event for one in walks for event in one.failures),
            _completeness(walks),
        )

    async def _side_by_side(self, target: Target, walks: Sequence[Walk]) -> None:
        def told() -> None:
            self.watch(_progress(target, walks))

        tasks = [
            asyncio.ensure_future(
                walk(
                    self.hundredms,
                    one,
                    self.cap,
                    told,
                    first=self.ahead.take(self.hundredms, one.query),
                )
            )
            for one in walks
        ]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()


def _progress(target: Target, walks: Sequence[Walk]) -> Progress:
    return Progress(
        target,
        fetched=sum(one.rows for one in walks),
        total=_sum([one.total for one in walks]),
        by_type={one.query.type: one.rows for one in walks},
        begun=all(one.started or one.trouble is not None for one in walks),
    )


def _sum(totals: Sequence[int | None]) -> int | None:
    known = [total for total in totals if total is not None]
    return sum(known) if len(known) == len(totals) else None


def _raise_if_blind(walks: Sequence[Walk]) -> None:
    troubles = [one.trouble for one in walks if one.trouble and not one.started]
    if walks and len(troubles) == len(walks):
        raise troubles[0]


def _completeness(walks: Sequence[Walk]) -> Completeness:
    tallies = [one.tally for one in walks]
    notes = tuple(tally.note for tally in tallies if tally.note)
    return Completeness(
        fetched=sum(tally.fetched for tally in tallies),
        total=_sum([tally.total for tally in tallies]),
        complete=not notes,
        notes=notes,
    )
