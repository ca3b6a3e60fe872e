"""The form in which a channel shows people's names."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column; existing channels use the general setting."""
    op.add_column("channels", sa.Column("names", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the column: names appear in the same form everywhere."""
    op.drop_column("channels", "names")
