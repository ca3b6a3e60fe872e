"""How much of people's names a channel shows."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision: str | None = "0007"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Channels that were set up before show what is shown everywhere."""
    op.add_column("channels", sa.Column("names", sa.Text, nullable=False, server_default=""))


def downgrade() -> None:
    """Names are shown everywhere alike."""
    op.drop_column("channels", "names")
