"""Indexes by which a message, a request, a part and a job are found as quickly among many as among few."""

from alembic import op

revision = "0007"
down_revision = "0006"

NEW = (
    ("exchange_message", "transaction"),
    ("request", "reference"),
    ("request", "measure"),
    ("delivery_part", "direction", "peer", "delivery"),
    ("delivery_part", "direction", "peer", "token"),
    ("hi1_object", "peer", "side", "changed_at", "id"),
    ("hi1_object", "peer", "side", "type", "changed_at", "id"),
    ("job", "state", "kind", "due_at"),
)
OLD = (
    ("delivery_part", "peer", "delivery"),
    ("delivery_part", "token"),
    ("hi1_object", "peer", "side", "changed_at"),
    ("job", "state", "due_at"),
)


def upgrade() -> None:
    """Make the new ones, and drop those that they stand for."""
    for table, *columns in NEW:
        op.create_index("_".join(("ix", table, *columns)), table, columns)
    for table, *columns in OLD:
        op.drop_index("_".join(("ix", table, *columns)), table)
