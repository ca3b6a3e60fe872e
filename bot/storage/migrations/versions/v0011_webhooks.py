"""Facts of calls out of 100ms' webhooks, and the progress of fetching them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision: str | None = "0010"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the tables."""
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


def downgrade() -> None:
    """Drop the tables: webhooks are not received any more."""
    op.drop_table("pulls")
    op.drop_table("call_facts")
