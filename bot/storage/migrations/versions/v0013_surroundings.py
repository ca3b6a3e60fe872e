"""What was read around the failure of an opening: other rooms, and the status page."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision: str | None = "0012"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column; "" stands for none."""
    op.add_column("openings", sa.Column("surroundings", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the column: later edits of an opening leave out what was read around it."""
    op.drop_column("openings", "surroundings")
