"""Where an item stood after each entry of its custody; evidence under way; trusted time on custody."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column, which stays empty in the entries that are there, and make the tables."""
    op.add_column("custody_entry", sa.Column("standing", sa.Text()))
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "parcel",
        *_texts("direction", "peer", "id", "note"),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *_texts("sha256", "url"),
        sa.Column("expires", moment, nullable=False),
        *_texts("state", "reason", "file"),
        sa.Column("at", moment, nullable=False),
        sa.Column("changed_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("direction", "peer", "id", name="pk_parcel"),
    )
    op.create_table(
        "custody_token",
        *_texts("item"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("item", "number", name="pk_custody_token"),
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
