"""Votes on answers, the verdicts that they judge, and the sentence of an answer for Home."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision: str | None = "0011"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the columns and both tables; earlier answers have no sentence and are not counted."""
    op.add_column("answers", sa.Column("sentence", sa.Text, nullable=False, server_default=""))
    op.add_column("answers", sa.Column("verdict", sa.Text, nullable=False, server_default=""))
    confidence = sa.Column("confidence", sa.Float(53), nullable=False, server_default="0")
    op.add_column("answers", confidence)
    op.create_table(
        "verdicts",
        sa.Column("lookup_id", sa.Text, primary_key=True),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float(53), nullable=False),
        sa.Column("answered_at", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_verdicts_answered_at", "verdicts", ["answered_at"])
    op.create_table(
        "votes",
        sa.Column("lookup_id", sa.Text, primary_key=True),
        sa.Column("voter", sa.Text, primary_key=True),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("confidence", sa.Float(53), nullable=False),
        sa.Column("right", sa.Boolean, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("voted_at", sa.Float(53), nullable=False),
    )
    op.create_index("ix_votes_voter", "votes", ["voter"])
    op.create_index("ix_votes_voted_at", "votes", ["voted_at"])


def downgrade() -> None:
    """Drop the tables and the columns: nobody's vote is kept."""
    op.drop_table("votes")
    op.drop_table("verdicts")
    for column in ("sentence", "verdict", "confidence"):
        op.drop_column("answers", column)
