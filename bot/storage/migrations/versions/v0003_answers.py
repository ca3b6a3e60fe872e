"""Answers posted in Slack."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "answers",
        sa.Column("lookup_id", sa.Text, primary_key=True),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("room_id", sa.Text, nullable=False, index=True),
        sa.Column("peer_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("asked_by", sa.Text, nullable=False, index=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("ts", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("handle", sa.Text, nullable=False),
        sa.Column("answered_at", sa.BigInteger, nullable=False, index=True),
    )


def downgrade() -> None:
    """Drop the table; the buttons under answers work without it."""
    op.drop_table("answers")
