"""The catalogue of returns whose records lie in files."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "return_kept",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("id", "case", "request", "item", "by")),
        sa.Column("records", JSON, nullable=False),
        sa.Column("states", JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_return_kept"),
    )
    op.create_index("ix_return_kept_case", "return_kept", ["case"])
