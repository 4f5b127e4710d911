"""The store's own table: background work."""

from __future__ import annotations

import sqlalchemy as sa

from .schema import Big, Json, UtcDateTime, metadata

job = sa.Table(
    "job",
    metadata,
    sa.Column("id", Big, primary_key=True, autoincrement=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("payload", Json, nullable=False),
    sa.Column("due_at", UtcDateTime, nullable=False),
    sa.Column("lease_until", UtcDateTime),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("last_error", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.UniqueConstraint("kind", "subject"),
    sa.Index(None, "state", "kind", "due_at"),
)
