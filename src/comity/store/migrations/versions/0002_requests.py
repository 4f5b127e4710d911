"""Cases and requests."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "case_file",
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("document", JSON, nullable=False),
        sa.Column("imported_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("reference", name="pk_case_file"),
    )
    texts = ("direction", "reference", "case", "peer", "measure", "state")
    op.create_table(
        "request",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("document", JSON, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("package", "file", "envelope")),
        sa.PrimaryKeyConstraint("id", name="pk_request"),
        sa.UniqueConstraint("direction", "peer", "reference", name="uq_request_direction_peer_reference"),
    )
    op.create_index("ix_request_package", "request", ["package"])
    op.create_table(
        "request_clock",
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name="fk_request_clock_request"),
        sa.PrimaryKeyConstraint("request", "kind", name="pk_request_clock"),
    )
    op.create_index("ix_request_clock_open_due_at", "request_clock", ["open", "due_at"])
    op.create_table(
        "request_history",
        sa.Column("number", BIG, autoincrement=True, nullable=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("act", "state", "who", "note")),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name="fk_request_history_request"),
        sa.PrimaryKeyConstraint("number", name="pk_request_history"),
    )
    op.create_index("ix_request_history_request", "request_history", ["request"])
    op.create_table(
        "receipt",
        sa.Column("id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("request", "package", "state", "code", "reason")),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("signed", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("holder", "preserved_until", "reply_by", "raw")),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name="fk_receipt_request"),
        sa.PrimaryKeyConstraint("id", name="pk_receipt"),
    )
    op.create_index("ix_receipt_request", "receipt", ["request"])
