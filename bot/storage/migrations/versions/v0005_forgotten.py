"""Erasure marks of people and rooms."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision: str | None = "0004"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "forgotten",
        sa.Column("digest", sa.Text, primary_key=True),
        sa.Column("forgotten_at", sa.Float(53), nullable=False, index=True),
    )


def downgrade() -> None:
    """Drop the table: running look-ups no longer drop erased data."""
    op.drop_table("forgotten")
