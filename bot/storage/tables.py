"""The tables as the newest migration leaves them, and helpers for statements on them.

Times are Unix seconds. Both databases have `ON CONFLICT`, each through a class of its own in
SQLAlchemy. Errors become errors of the domain; no message shows the URL.
"""

import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager

import structlog
from sqlalchemy import BigInteger, Boolean, Column, Float, Index, MetaData, Table, Text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.errors import StoreUnreachable
from bot.domain.privacy.addresses import redact

METADATA = MetaData()

PEERS = Table(
    "peers",
    METADATA,
    Column("peer_id", Text, primary_key=True),  # lower case
    Column("workspace", Text, primary_key=True),
    Column("room_id", Text, primary_key=True),
    Column("seen_at", BigInteger, nullable=False, index=True),
)
"""The room of each peer. A peer id is made anew at each join, so this never changes."""

CODES = Table(
    "codes",
    METADATA,
    Column("code", Text, primary_key=True),  # lower case
    Column("workspace", Text, primary_key=True),
    Column("room_id", Text, primary_key=True),
    Column("seen_at", BigInteger, nullable=False, index=True),
)
"""The room that each code opens: 100ms only maps rooms to codes."""

ROOMS = Table(
    "rooms",
    METADATA,
    Column("workspace", Text, primary_key=True),
    Column("room_id", Text, primary_key=True),
    Column("codes_seen_at", BigInteger, nullable=False, index=True),
)
"""The last time at which a room's codes were asked for, also if it had none."""

LIVES = Table(
    "lives",
    METADATA,
    Column("life", Text, primary_key=True),
    Column("beat_at", Float(53), nullable=False),
)
"""Processes and their last heartbeats (the database's time, with fractions)."""

ANSWERS = Table(
    "answers",
    METADATA,
    Column("lookup_id", Text, primary_key=True),
    Column("workspace", Text, nullable=False),
    Column("room_id", Text, nullable=False, index=True),
    Column("peer_id", Text, nullable=False),  # lower case; "" if the look-up was not about a peer
    Column("user_id", Text, nullable=False),  # 100ms' id of a user, or ""
    Column("asked_by", Text, nullable=False, index=True),  # Slack's id of a user
    Column("channel", Text, nullable=False),
    Column("ts", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("handle", Text, nullable=False),  # the saved look-up that its buttons carry as well
    Column("answered_at", BigInteger, nullable=False, index=True),
    Column("thread", Text, nullable=False, server_default=""),  # "" for none
    Column("sentence", Text, nullable=False, server_default=""),  # names nobody
    Column("subject", Text, nullable=False, server_default=""),  # the room's name or an id
    Column("verdict", Text, nullable=False, server_default=""),
    Column("confidence", Float(53), nullable=False, server_default="0"),
    Index("ix_answers_channel_thread", "channel", "thread"),
)
"""Answers posted in Slack; they map a reference, and a thread, back to their look-up."""

OPENINGS = Table(
    "openings",
    METADATA,
    Column("lookup_id", Text, primary_key=True),
    Column("room_id", Text, nullable=False, index=True),
    Column("peer_id", Text, nullable=False),  # lower case, as in `answers`
    Column("user_id", Text, nullable=False),
    Column("asked_by", Text, nullable=False, index=True),  # Slack's id of a user
    Column("asker", Text, nullable=False),  # the name of the same person that the opening shows
    Column("channel", Text, nullable=False),
    Column("ts", Text, nullable=False),  # "" for an answer that one person sees
    Column("thread", Text, nullable=False),
    Column("handle", Text, nullable=False),  # the saved look-up of the content that stands
    Column("as_of", BigInteger, nullable=False),
    Column("facts", Text, nullable=False),  # JSON of `AnswerFacts`; "" if they are not known
    Column("revision", BigInteger, nullable=False),
    Column("taken_by", Text, nullable=False),  # a name in Slack; "" if nobody is on it
    Column("taken_user", Text, nullable=False, index=True),  # Slack's id of that user
    Column("note", Text, nullable=False),
    Column("edits", Text, nullable=False),  # marks of the latest changes, blanks between
    Column("changed_at", BigInteger, nullable=False, index=True),
    Column("surroundings", Text, nullable=False, server_default=""),  # JSON; "" if none were read
    Column("earlier", Text, nullable=False, server_default=""),  # JSON of `EarlierAnswer`, or ""
)
"""States of openings; see `bot.domain.answer_log.OpeningState`."""

VERDICTS = Table(
    "verdicts",
    METADATA,
    Column("lookup_id", Text, primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("confidence", Float(53), nullable=False),
    Column("answered_at", BigInteger, nullable=False, index=True),
)
"""The verdict of each answer, stored for 400 days as what votes are counted against."""

VOTES = Table(
    "votes",
    METADATA,
    Column("lookup_id", Text, primary_key=True),
    Column("voter", Text, primary_key=True, index=True),  # Slack's id of a user
    Column("verdict", Text, nullable=False),  # of the answer as it stood then
    Column("confidence", Float(53), nullable=False),
    Column("right", Boolean, nullable=False),
    Column("cause", Text, nullable=False),  # the true class of a wrong answer, or ""
    Column("note", Text, nullable=False),
    Column("voted_at", Float(53), nullable=False, index=True),
)
"""Votes on answers, stored for 400 days."""

CHANNELS = Table(
    "channels",
    METADATA,
    Column("channel", Text, primary_key=True),  # Slack's id
    Column("private", Boolean, nullable=False),
    Column("workspace", Text, nullable=False),  # alias; "" for none
    Column("since_seconds", BigInteger, nullable=False),  # 0: as long as 100ms keeps events
    Column("set_by", Text, nullable=False, index=True),  # Slack's id of a user; "" once erased
    Column("set_at", BigInteger, nullable=False, index=True),
    Column("names", Text, nullable=False, server_default=""),  # full, short, none; "" for default
)
"""The settings of each channel for the answers in it."""

FORGOTTEN = Table(
    "forgotten",
    METADATA,
    Column("digest", Text, primary_key=True),  # see `bot.domain.privacy.erasures.digest`
    Column("forgotten_at", Float(53), nullable=False, index=True),
)
"""Digests of erased people and rooms; running processes drop their data, too."""

SHOWN = Table(
    "shown",
    METADATA,
    Column("what", Text, primary_key=True),  # a digest of button, channel, message and value
    Column("by", Text, nullable=False),  # the job that shows it
    Column("stands", Boolean, nullable=False),
    Column("claimed_at", BigInteger, nullable=False, index=True),
)
"""Posts that public buttons made, or are about to make."""

AUDIT = Table(
    "audit",
    METADATA,
    Column("key", Text, primary_key=True),  # a digest of Slack's own id of the delivery
    Column("asked_at", Float(53), nullable=False, index=True),
    Column("asked_by", Text, nullable=False, index=True),  # Slack's id of a user, or a digest
    Column("channel", Text, nullable=False),  # Slack's id; "" outside channels
    Column("entry", Text, nullable=False),  # see `bot.domain.audit.EntryPoint`
    Column("action", Text, nullable=False),  # the command or the button
    Column("subjects", Text, nullable=False),  # JSON: [[kind, id], …]
    Column("workspace", Text, nullable=False),  # alias; "" until the room is known
    Column("room_id", Text, nullable=False, index=True),  # the same
    Column("reference", Text, nullable=False),  # CD-…, or ""
    Column("outcome", Text, nullable=False),  # see `bot.domain.audit.AuditOutcome`
    Column("ended_at", Float(53), nullable=False),  # 0 until it ended
)
"""Each question and each button press, stored for 400 days."""

CALL_FACTS = Table(
    "call_facts",
    METADATA,
    Column("workspace", Text, primary_key=True),
    Column("delivery_id", Text, primary_key=True),  # the webhook's own id, lower case
    Column("kind", Text, nullable=False),  # see `bot.domain.rooms.CallFactKind`
    Column("room_id", Text, nullable=False),
    Column("session_id", Text, nullable=False),  # "" if the webhook named none
    Column("peer_id", Text, nullable=False, index=True),  # the same; lower case
    Column("user_id", Text, nullable=False, index=True),  # the same
    Column("reason", Text, nullable=False),  # see `bot.domain.rooms.CallFactReason`
    Column("at", Float(53), nullable=False, index=True),
    Index("ix_call_facts_room", "room_id", "at"),
)
"""Facts of calls from 100ms' webhooks."""

PULLS = Table(
    "pulls",
    METADATA,
    Column("workspace", Text, primary_key=True),
    Column("pulled_at", Float(53), nullable=False),  # when a process last began to fetch
    Column("read_to", Float(53), nullable=False),  # webhooks up to this time were read
)
"""The progress of fetching webhooks, one row for each workspace."""


WATCHES = Table(
    "watches",
    METADATA,
    Column("watch_id", Text, primary_key=True),  # CD-…
    Column("target", Text, nullable=False),  # see `bot.domain.watching.watch.Watch.target_key`
    Column("workspace", Text, nullable=False),  # alias
    Column("kind", Text, nullable=False),  # room, session, peer or user
    Column("room_id", Text, nullable=False, index=True),
    Column("session_id", Text, nullable=False),  # "" unless the watch is about a session
    Column("peer_id", Text, nullable=False),  # the same of a peer
    Column("user_id", Text, nullable=False),  # the same of a user
    Column("channel", Text, nullable=False),  # Slack's id
    Column("ts", Text, nullable=False),  # the message's time stamp; "" before it is posted
    Column("asked_by", Text, nullable=False),  # Slack's id of a user
    Column("started_at", Float(53), nullable=False),
    Column("until", Float(53), nullable=False),  # 0 if no time was given
    Column("notify", Boolean, nullable=False),
    Column("names", Text, nullable=False),  # full, short, none
    Column("stopped_by", Text, nullable=False),  # Slack's id of a user; "" while it runs
    Column("woken_at", Float(53), nullable=False),  # the latest webhook about the room; 0 for none
    Index("ix_watches_channel_target", "channel", "target", unique=True),
)
"""Watches that run; a row is deleted when its watch ends."""


async def insert_if_absent(
    connection: AsyncConnection, table: Table, rows: Sequence[Mapping[str, object]]
) -> None:
    """Insert the rows, except those whose key exists."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    await connection.execute(dialect.insert(table).values(rows).on_conflict_do_nothing())


async def upsert(
    connection: AsyncConnection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    only: Collection[str] = (),
) -> None:
    """Insert the rows; update existing ones in all columns, or in those of `only`."""
    columns = only or [column.name for column in table.columns if not column.primary_key]
    key = list(table.primary_key)
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    assignments = {name: statement.excluded[name] for name in columns}
    # Rows given beside the statement let it be compiled once, for any number of them.
    await connection.execute(
        statement.on_conflict_do_update(index_elements=key, set_=assignments), list(rows)
    )


_MAX_ID_LENGTH = 200


def is_storable_id(value: str) -> bool:
    """Return True if the value may be stored as an id.

    PostgreSQL refuses a NUL, and no id or code has control characters or is that long. An id that
    holds an address is refused, because no address is stored.
    """
    return 0 < len(value) <= _MAX_ID_LENGTH and value.isprintable() and redact(value) == value


_log = structlog.get_logger(__name__)


@contextmanager
def as_store_errors() -> Iterator[None]:
    """Convert the errors of SQLAlchemy, of a driver and of the file system to StoreUnreachable."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        _log.warning("storage.trouble", kind=kind)
        raise StoreUnreachable(f"The database of DATABASE_URL failed ({kind}).") from error
