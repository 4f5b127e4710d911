"""What the pages of a node with many requests ask: by case, by state, and which request names a package."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

requests = sa.table("request", sa.column("id"), sa.column("document", sa.JSON))
related = sa.table("request_related", sa.column("request"), sa.column("package"))


def upgrade() -> None:
    """Make the indexes and the table, and fill it with what is there."""
    op.create_index("ix_request_case", "request", ["case"])
    op.create_index("ix_request_direction_state_peer_case", "request", ["direction", "state", "peer", "case"])
    op.create_table(
        "request_related",
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("package", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name="fk_request_related_request"),
        sa.PrimaryKeyConstraint("request", "package", name="pk_request_related"),
    )
    op.create_index("ix_request_related_package", "request_related", ["package"])
    bind = op.get_bind()
    for row in bind.execute(sa.select(requests)).all():
        named = sorted({str(one["package"]) for one in row.document.get("related", [])})
        if named:
            bind.execute(sa.insert(related), [{"request": row.id, "package": one} for one in named])
