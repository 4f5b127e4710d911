"""What was answered to the safeguards questions before a request is executed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "gate_record",
        sa.Column("number", BIG, autoincrement=True, nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name="fk_gate_record_request"),
        sa.PrimaryKeyConstraint("number", name="pk_gate_record"),
    )
    op.create_index("ix_gate_record_request", "gate_record", ["request"])
