"""`SqlChannels` implements `bot.domain.channel.Channels` on SQLite and PostgreSQL."""

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.privacy.personal_names import Names
from bot.domain.records.channel_settings import NO_TIME, SettingsPatch, ChannelSettings
from bot.investigate.ports import Clock
from bot.storage.sql import is_storable_id, as_store_errors, upsert
from bot.storage.tables import CHANNELS

Found = Mapping[str, ChannelSettings]


class SqlChannelSettings:
    """See `bot.domain.channel.Channels`.

    Every question asks, before it is acknowledged, and replicas share the settings, so nothing is
    kept in memory: those who ask while one query runs are answered by the next one, together.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._wanted: set[str] = set()
        self._next: asyncio.Task[Found] | None = None
        self._one = asyncio.Lock()

    async def of(self, channel: str) -> ChannelSettings:
        """That channel's, as they are now; what is no id of Slack's has none."""
        if not is_storable_id(channel):
            return ChannelSettings()
        self._wanted.add(channel)
        if self._next is None:
            self._next = asyncio.create_task(self._read())
        found = await asyncio.shield(self._next)
        return found.get(channel, ChannelSettings())

    async def change(self, channel: str, change: SettingsPatch, by: str) -> ChannelSettings:
        """Change what is not None, in one go: two who change different things both get theirs."""
        row = {
            "channel": channel,
            "private": bool(change.private),
            "workspace": change.workspace or "",
            "since_seconds": int((change.since or NO_TIME).total_seconds()),
            "names": change.names or "",
            "set_by": by,
            "set_at": int(self._clock().timestamp()),
        }
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                await upsert(connection, CHANNELS, [row], only=_named(change))
                query = select(CHANNELS).where(CHANNELS.c.channel == channel)
                return _settings((await connection.execute(query)).one())

    async def _read(self) -> Found:
        async with self._one:
            wanted, self._wanted, self._next = self._wanted, set(), None
            query = select(CHANNELS).where(CHANNELS.c.channel.in_(sorted(wanted)))
            with as_store_errors():
                async with self._engine.connect() as connection:
                    rows = await connection.execute(query)
                    return {row.channel: _settings(row) for row in rows}


def _named(change: SettingsPatch) -> Collection[str]:
    """The columns that a change names, and who made it when."""
    named = {
        "private": change.private,
        "workspace": change.workspace,
        "since_seconds": change.since,
        "names": change.names,
    }
    return [*(name for name, wanted in named.items() if wanted is not None), "set_by", "set_at"]


def _names(kept: str) -> Names | None:
    """None for what holds everywhere; what a later release may have kept is not shown wider."""
    return (Names(kept) if kept in set(Names) else Names.NONE) if kept else None


def _settings(row: Row[tuple[object, ...]]) -> ChannelSettings:
    return ChannelSettings(
        row.private,
        row.workspace,
        timedelta(seconds=row.since_seconds),
        row.set_by,
        datetime.fromtimestamp(row.set_at, UTC),
        _names(row.names),
    )
