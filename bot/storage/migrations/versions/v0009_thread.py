"""The thread of an answer, so that a later question in it is about the same call."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision: str | None = "0008"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the column and its index; the thread of an earlier answer is its own opening's."""
    op.add_column("answers", sa.Column("thread", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE answers SET thread = ts")
    op.create_index("ix_answers_channel_thread", "answers", ["channel", "thread"])


def downgrade() -> None:
    """Drop the column: no thread remembers its call."""
    op.drop_index("ix_answers_channel_thread", "answers")
    op.drop_column("answers", "thread")
