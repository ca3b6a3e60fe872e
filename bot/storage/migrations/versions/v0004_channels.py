"""The settings of channels for the answers in them."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "channels",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("workspace", sa.Text, nullable=False),
        sa.Column("since_seconds", sa.BigInteger, nullable=False),
        sa.Column("set_by", sa.Text, nullable=False, index=True),
        sa.Column("set_at", sa.BigInteger, nullable=False, index=True),
    )


def downgrade() -> None:
    """Drop the table: private channels become public again."""
    op.drop_table("channels")
