"""The first schema: the ledger."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "ledger_leaf",
        sa.Column("index", BIG, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("appended_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("index", name="pk_ledger_leaf"),
    )
    op.create_table(
        "ledger_node",
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_ledger_node"),
    )
    op.create_table(
        "ledger_detail",
        sa.Column("index", BIG, autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["index"], ["ledger_leaf.index"], name="fk_ledger_detail_index"),
        sa.PrimaryKeyConstraint("index", name="pk_ledger_detail"),
    )
    op.create_table(
        "ledger_checkpoint",
        sa.Column("size", BIG, autoincrement=False, nullable=False),
        sa.Column("keyid", sa.String(64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", "keyid", name="pk_ledger_checkpoint"),
    )
