"""Where an item stood after each entry of its custody, so that the next one need not read the chain."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column; it stays empty in the entries that are there."""
    op.add_column("custody_entry", sa.Column("standing", sa.Text()))
