"""Posts made by public buttons."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision: str | None = "0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "shown",
        sa.Column("what", sa.Text, primary_key=True),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("stands", sa.Boolean, nullable=False),
        sa.Column("claimed_at", sa.BigInteger, nullable=False, index=True),
    )


def downgrade() -> None:
    """Drop the table: a button that is pressed again makes its post again."""
    op.drop_table("shown")
