"""Jobs, and the messages between nodes."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "job",
        sa.Column("id", BIG, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("payload", JSON, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("lease_until", MOMENT),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("kind", "subject", name="uq_job_kind_subject"),
    )
    op.create_index("ix_job_state_due_at", "job", ["state", "due_at"])
    op.create_table(
        "exchange_message",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("direction", "peer", "transaction", "kind", "about")),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("state", "reason")),
        sa.Column("answer", sa.LargeBinary()),
        sa.Column("answered_at", MOMENT),
        sa.PrimaryKeyConstraint("direction", "peer", "transaction", name="pk_exchange_message"),
    )
    op.create_index("ix_exchange_message_about", "exchange_message", ["about"])
    op.create_index("ix_exchange_message_direction_state", "exchange_message", ["direction", "state"])
    op.create_table(
        "exchange_peer",
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("seen_at", MOMENT),
        sa.Column("failed_at", MOMENT),
        sa.Column("error", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("sent", "received", "failures")),
        sa.PrimaryKeyConstraint("party", name="pk_exchange_peer"),
    )
