"""Deliveries, and what people recorded at the desk."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "delivery_part",
        *_texts("direction", "peer", "id", "delivery", "request", "task"),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("last", sa.Boolean(), nullable=False),
        *_texts("way", "name", "type"),
        sa.Column("size", BIG, nullable=False),
        *_texts("sha256", "url"),
        sa.Column("expires", MOMENT),
        sa.Column("exists", sa.Boolean()),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        *_texts("reference", "state", "reason", "file"),
        sa.Column("offset", BIG, nullable=False),
        *_texts("original", "token", "transaction"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name="fk_delivery_part_request"),
        sa.PrimaryKeyConstraint("direction", "peer", "id", name="pk_delivery_part"),
    )
    op.create_index("ix_delivery_part_request", "delivery_part", ["request"])
    op.create_index("ix_delivery_part_peer_delivery", "delivery_part", ["peer", "delivery"])
    op.create_index("ix_delivery_part_token", "delivery_part", ["token"])
    op.create_table(
        "desk_note",
        sa.Column("number", BIG, autoincrement=True, nullable=False),
        *_texts("request"),
        sa.Column("at", MOMENT, nullable=False),
        *_texts("kind", "who", "text"),
        sa.Column("facts", JSON, nullable=False),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name="fk_desk_note_request"),
        sa.PrimaryKeyConstraint("number", name="pk_desk_note"),
    )
    op.create_index("ix_desk_note_request", "desk_note", ["request"])
    op.create_index("ix_desk_note_kind", "desk_note", ["kind"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
