"""The sealed bags of evidence that a node knows, and the custody of each item."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "evidence_bag",
        *_texts("digest", "item"),
        sa.Column("number", sa.Integer(), nullable=False),
        *_texts("former", "root"),
        sa.Column("files", BIG, nullable=False),
        sa.Column("size", BIG, nullable=False),
        *_texts("path"),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_evidence_bag"),
        sa.UniqueConstraint("item", "number", name="uq_evidence_bag_item_number"),
    )
    op.create_table(
        "custody_entry",
        *_texts("item"),
        sa.Column("number", sa.Integer(), nullable=False),
        *_texts("entry"),
        sa.Column("log_index", BIG, nullable=False),
        sa.PrimaryKeyConstraint("item", "number", name="pk_custody_entry"),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
