"""Channel settings in the database.

`SqlChannelSettings` implements `bot.domain.channel_settings.ChannelSettingsStore` on
SQLite and PostgreSQL.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.channel_settings import NO_TIME, ChannelSettings, SettingsPatch
from bot.domain.privacy.personal_names import Names
from bot.investigate.ports import Clock
from bot.storage.tables import CHANNELS, as_store_errors, is_storable_id, upsert

SettingsByChannel = Mapping[str, ChannelSettings]


class SqlChannelSettings:
    """See `bot.domain.channel_settings.ChannelSettingsStore`.

    Every question reads the settings before it is acknowledged, and replicas share them, so
    nothing is cached in memory: requests that come during one query are answered together by the
    next query.
    """

    def __init__(self, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._requested: set[str] = set()
        self._next_read: asyncio.Task[SettingsByChannel] | None = None
        self._read_lock = asyncio.Lock()

    async def of(self, channel: str) -> ChannelSettings:
        """Return that channel's current settings; the defaults if it is not a Slack id."""
        if not is_storable_id(channel):
            return ChannelSettings()
        self._requested.add(channel)
        if self._next_read is None:
            self._next_read = asyncio.create_task(self._read())
        settings = await asyncio.shield(self._next_read)
        return settings.get(channel, ChannelSettings())

    async def change(self, channel: str, patch: SettingsPatch, by: str) -> ChannelSettings:
        """Change the fields that are not None, in one statement.

        Two people who change different fields at once both succeed.
        """
        row = {
            "channel": channel,
            "private": bool(patch.private),
            "workspace": patch.workspace or "",
            "since_seconds": int((patch.since or NO_TIME).total_seconds()),
            "names": patch.names or "",
            "set_by": by,
            "set_at": int(self._clock().timestamp()),
        }
        with as_store_errors():
            async with self._engine.execution_options(writes=True).begin() as connection:
                await upsert(connection, CHANNELS, [row], only=_changed_columns(patch))
                query = select(CHANNELS).where(CHANNELS.c.channel == channel)
                return _to_settings((await connection.execute(query)).one())

    async def _read(self) -> SettingsByChannel:
        async with self._read_lock:
            channels, self._requested, self._next_read = self._requested, set(), None
            query = select(CHANNELS).where(CHANNELS.c.channel.in_(sorted(channels)))
            with as_store_errors():
                async with self._engine.connect() as connection:
                    rows = await connection.execute(query)
                    return {row.channel: _to_settings(row) for row in rows}


def _changed_columns(patch: SettingsPatch) -> Collection[str]:
    """Return the columns that a patch sets, and those for its author and time."""
    values = {
        "private": patch.private,
        "workspace": patch.workspace,
        "since_seconds": patch.since,
        "names": patch.names,
    }
    return [*(name for name, value in values.items() if value is not None), "set_by", "set_at"]


def _parse_names(value: str) -> Names | None:
    """Return the setting; None for the default, NONE for a value of a later release.

    A value that this release does not know must not show more than intended.
    """
    return (Names(value) if value in set(Names) else Names.NONE) if value else None


def _to_settings(row: Row[tuple[object, ...]]) -> ChannelSettings:
    return ChannelSettings(
        row.private,
        row.workspace,
        timedelta(seconds=row.since_seconds),
        row.set_by,
        datetime.fromtimestamp(row.set_at, UTC),
        _parse_names(row.names),
    )
