"""Peers, room codes, and the time at which a room's codes were asked for."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the three tables."""
    for table, name in (("peers", "peer_id"), ("codes", "code")):
        op.create_table(
            table,
            sa.Column(name, sa.Text, primary_key=True),
            sa.Column("workspace", sa.Text, primary_key=True),
            sa.Column("room_id", sa.Text, primary_key=True),
            sa.Column("seen_at", sa.BigInteger, nullable=False, index=True),
        )
    op.create_table(
        "rooms",
        sa.Column("workspace", sa.Text, primary_key=True),
        sa.Column("room_id", sa.Text, primary_key=True),
        sa.Column("codes_seen_at", sa.BigInteger, nullable=False, index=True),
    )


def downgrade() -> None:
    """Drop the tables; their contents are learned again."""
    for table in ("rooms", "codes", "peers"):
        op.drop_table(table)
