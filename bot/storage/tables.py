"""The tables as the newest migration leaves them. Times are Unix seconds."""

from sqlalchemy import BigInteger, Column, Float, MetaData, Table, Text

METADATA = MetaData()

PEERS = Table(
    "peers",
    METADATA,
    Column("peer_id", Text, primary_key=True),  # lower case
    Column("workspace", Text, primary_key=True),
    Column("room_id", Text, primary_key=True),
    Column("seen_at", BigInteger, nullable=False, index=True),
)
"""Which room a peer was in. A peer id is made anew at each join, so this never changes."""

CODES = Table(
    "codes",
    METADATA,
    Column("code", Text, primary_key=True),  # lower case
    Column("workspace", Text, primary_key=True),
    Column("room_id", Text, primary_key=True),
    Column("seen_at", BigInteger, nullable=False, index=True),
)
"""Which room a room code opens: 100ms tells only the way from room to codes."""

ROOMS = Table(
    "rooms",
    METADATA,
    Column("workspace", Text, primary_key=True),
    Column("room_id", Text, primary_key=True),
    Column("codes_seen_at", BigInteger, nullable=False, index=True),
)
"""When a room's codes were last asked for, also if it had none."""

LIVES = Table(
    "lives",
    METADATA,
    Column("life", Text, primary_key=True),
    Column("beat_at", Float(53), nullable=False),
)
"""Processes, and when each last said that it lives (the database's time, with fractions)."""
