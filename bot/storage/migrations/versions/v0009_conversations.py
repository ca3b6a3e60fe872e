"""Conversations and calls that run: threads, openings, webhooks, votes and watches."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the columns and tables; earlier answers have no sentence and are not counted."""
    _add_threads()
    _add_openings()
    _add_webhooks()
    _add_votes()
    _add_watches()


def downgrade() -> None:
    """Drop them: no thread remembers its call, and nobody's vote is kept."""
    op.drop_table("watches")
    op.drop_table("votes")
    op.drop_table("verdicts")
    for column in ("sentence", "subject", "verdict", "confidence"):
        op.drop_column("answers", column)
    op.drop_table("pulls")
    op.drop_table("call_facts")
    op.drop_table("openings")
    op.drop_index("ix_answers_channel_thread", "answers")
    op.drop_column("answers", "thread")


def _add_threads() -> None:
    op.add_column("answers", sa.Column("thread", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE answers SET thread = ts")
    op.create_index("ix_answers_channel_thread", "answers", ["channel", "thread"])


def _add_openings() -> None:
    op.create_table(
        "openings",
        sa.Column("lookup_id", sa.Text, primary_key=True),
        sa.Column("room_id", sa.Text, nullable=False, index=True),
        sa.Column("peer_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False, index=True),
        sa.Column("asker", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("ts", sa.Text, nullable=False),
        sa.Column("thread", sa.Text, nullable=False),
        sa.Column("handle", sa.Text, nullable=False),
        sa.Column("as_of", sa.BigInteger, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("taken_by", sa.Text, nullable=False),
        sa.Column("taken_user", sa.Text, nullable=False, index=True),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("edits", sa.Text, nullable=False),
        sa.Column("surroundings", sa.Text, nullable=False, server_default=""),
        sa.Column("earlier", sa.Text, nullable=False, server_default=""),
        sa.Column("changed_at", sa.BigInteger, nullable=False, index=True),
    )


def _add_webhooks() -> None:
    op.create_table(
        "call_facts",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("delivery_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("room_id", sa.Text, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("peer_id", sa.Text, nullable=False, index=True),
        sa.Column("user_id", sa.Text, nullable=False, index=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at", sa.Float(53), nullable=False, index=True),
    )
    op.create_index("ix_call_facts_room", "call_facts", ["room_id", "at"])
    op.create_table(
        "pulls",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("pulled_at", sa.Float(53), nullable=False),
        sa.Column("read_to", sa.Float(53), nullable=False),
    )


def _add_votes() -> None:
    op.add_column("answers", sa.Column("sentence", sa.Text, nullable=False, server_default=""))
    op.add_column("answers", sa.Column("subject", sa.Text, nullable=False, server_default=""))
    op.add_column("answers", sa.Column("verdict", sa.Text, nullable=False, server_default=""))
    confidence = sa.Column("confidence", sa.Float(53), nullable=False, server_default="0")
    op.add_column("answers", confidence)
    op.create_table(
        "verdicts",
        sa.Column("lookup_id", sa.Text, primary_key=True),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float(53), nullable=False),
        sa.Column("answered_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_verdicts_answered_at", "verdicts", ["answered_at"])
    op.create_table(
        "votes",
        sa.Column("lookup_id", sa.Text, primary_key=True),
        sa.Column("voter", sa.Text, primary_key=True),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float(53), nullable=False),
        sa.Column("right", sa.Boolean, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("voted_at", sa.Float(53), nullable=False),
    )
    op.create_index("ix_votes_voter", "votes", ["voter"])
    op.create_index("ix_votes_voted_at", "votes", ["voted_at"])


def _add_watches() -> None:
    op.create_table(
        "watches",
        sa.Column("watch_id", sa.Text, primary_key=True),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("room_id", sa.Text, nullable=False, index=True),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("peer_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("ts", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False),
        sa.Column("started_at", sa.Float(53), nullable=False),
        sa.Column("until", sa.Float(53), nullable=False),
        sa.Column("notify", sa.Boolean, nullable=False),
        sa.Column("names", sa.Text, nullable=False),
        sa.Column("stopped_by", sa.Text, nullable=False),
        sa.Column("woken_at", sa.Float(53), nullable=False),
    )
    op.create_index("ix_watches_channel_target", "watches", ["channel", "target"], unique=True)
