"""The signed papers on items of evidence: hand-overs and recalls, sent and received, with their answers."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the table."""
    names = ("id", "way", "kind", "item", "party", "about", "paper", "answer", "act")
    op.create_table(
        "evidence_paper",
        *(sa.Column(name, sa.Text(), nullable=False) for name in names),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", "way", name="pk_evidence_paper"),
    )
