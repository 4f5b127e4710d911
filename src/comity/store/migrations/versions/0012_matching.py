"""Postings of identifiers to cases, and the links that people decide on."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "matching_case",
        sa.Column("number", BIG, autoincrement=True, nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_matching_case"),
        sa.UniqueConstraint("reference", name="uq_matching_case_reference"),
    )
    op.create_table(
        "matching_source",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("case", BIG, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_matching_source"),
    )
    op.create_table(
        "matching_key",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("degree", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_matching_key"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "matching_posting",
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("case", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("records", sa.BigInteger(), nullable=False),
        sa.Column("first", MOMENT),
        sa.Column("last", MOMENT),
        sa.PrimaryKeyConstraint("key", "case", name="pk_matching_posting"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_matching_posting_case", "matching_posting", ["case"])
    op.create_table(
        "matching_link",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "case_a", "case_b", "state", "by", "reason")),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("found_at", MOMENT, nullable=False),
        sa.Column("decided_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_matching_link"),
        sa.UniqueConstraint("case_a", "case_b", name="uq_matching_link_case_a_case_b"),
    )
