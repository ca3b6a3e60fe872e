"""States of openings, from which later edits are made."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision: str | None = "0009"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the table."""
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
        sa.Column("changed_at", sa.BigInteger, nullable=False, index=True),
    )


def downgrade() -> None:
    """Drop the table: nobody is on it any more, and Ask again posts a new answer."""
    op.drop_table("openings")
