"""Whom an identity provider means by a subject, and the visitors who were sent there."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables."""
    _table("account_identity", "id person issuer subject by", "made_at", "used_at ended_at")
    op.create_index("ix_account_identity_person", "account_identity", ["person"])
    op.create_index("ix_account_identity_issuer_subject", "account_identity", ["issuer", "subject"])
    _table("account_errand", "id visitor purpose person next", "made_at ends_at")
    op.create_index("ix_account_errand_ends_at", "account_errand", ["ends_at"])


def _table(name: str, texts: str, moments: str, maybe: str = "") -> None:
    op.create_table(
        name,
        *(sa.Column(one, sa.Text(), nullable=False) for one in texts.split()),
        *(sa.Column(one, MOMENT, nullable=False) for one in moments.split()),
        *(sa.Column(one, MOMENT) for one in maybe.split()),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )
