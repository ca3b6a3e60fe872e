"""The tables as the newest migration leaves them. Times are Unix seconds."""

from sqlalchemy import BigInteger, Boolean, Column, Float, MetaData, Table, Text

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
)
"""Answers posted in Slack; they map a reference back to its look-up."""

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
    Column("digest", Text, primary_key=True),  # see `bot.domain.records.erasures.digest`
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
    Column("entry", Text, nullable=False),  # see `bot.domain.records.audit.EntryPoint`
    Column("action", Text, nullable=False),  # the command or the button
    Column("subjects", Text, nullable=False),  # JSON: [[kind, id], …]
    Column("workspace", Text, nullable=False),  # alias; "" until the room is known
    Column("room_id", Text, nullable=False, index=True),  # the same
    Column("reference", Text, nullable=False),  # CD-…, or ""
    Column("outcome", Text, nullable=False),  # see `bot.domain.records.audit.AuditOutcome`
    Column("ended_at", Float(53), nullable=False),  # 0 until it ended
)
"""Each question and each button press, stored for 400 days."""
