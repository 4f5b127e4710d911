"""HI-1 objects shared with peers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "hi1_object",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("peer", "side", "id", "type")),
        sa.Column("generation", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("status", "desired", "request")),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("members", JSON, nullable=False),
        sa.Column("transaction", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("peer", "side", "id", name="pk_hi1_object"),
    )
    op.create_index("ix_hi1_object_request", "hi1_object", ["request"])
    op.create_index("ix_hi1_object_peer_side_changed_at", "hi1_object", ["peer", "side", "changed_at"])
