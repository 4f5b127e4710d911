"""The docket: a narrow row for each request that came in, by which lists are ordered, filtered and counted."""

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

AT = sa.DateTime(timezone=True)
BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TEXTS = ("case", "peer", "measure", "state")
BLOCK = 5000

docket = sa.table(
    "request_docket",
    *(sa.column(name) for name in ("request", *TEXTS, "place", "code")),
    *(sa.column(name, AT) for name in ("came_at", "due_at", "decided_at")),
)
requests = sa.table(
    "request",
    *(sa.column(name) for name in ("id", "direction", *TEXTS)),
    sa.column("changed_at", AT),
)
history = sa.table("request_history", *(sa.column(name) for name in ("number", "request", "act")), sa.column("at", AT))
clocks = sa.table("request_clock", sa.column("request"), sa.column("open", sa.Boolean), sa.column("due_at", AT))
receipts = sa.table(
    "receipt", *(sa.column(name) for name in ("id", "request", "state", "code", "signed")), sa.column("at", AT)
)


def upgrade() -> None:
    """Make the table, fill it with what is there, and index what the pages of a full node ask."""
    op.create_table(
        "request_docket",
        sa.Column("request", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("came_at", AT, nullable=False),
        sa.Column("due_at", AT),
        sa.Column("place", BYTES, nullable=False),
        sa.Column("decided_at", AT),
        sa.Column("code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name="fk_request_docket_request"),
        sa.PrimaryKeyConstraint("request", name="pk_request_docket"),
    )
    bind = op.get_bind()
    rows = _rows(bind)
    while block := list(islice(rows, BLOCK)):
        bind.execute(sa.insert(docket), block)
    for name in ("case", "place", "came_at"):
        op.create_index(f"ix_request_docket_{name}", "request_docket", [name])
    op.drop_index("ix_request_case", "request")
    op.drop_index("ix_request_clock_open_due_at", "request_clock")
    for table, names in (
        ("request", ["case", "direction", "state", "changed_at", "id"]),
        ("request_clock", ["open", "due_at", "request"]),
    ):
        op.create_index(f"ix_{table}_{'_'.join(names)}", table, names)


def _rows(bind: sa.Connection) -> Iterator[dict[str, Any]]:
    """Say of each request that came in what the other tables say."""
    came, due = _came(bind), _due(bind)
    decided, codes = _answered(bind)
    for row in bind.execute(sa.select(requests).where(requests.c.direction == "in")).mappings().all():
        name, at = row["id"], came.get(row["id"], row["changed_at"])
        urgent = "0" if row["measure"] == "disclose_emergency" else "1"
        place = " ".join((urgent, _written(due[name]) if name in due else "~", _written(at), name))
        yield {text: row[text] for text in TEXTS} | {
            "request": name, "case": f"{row['peer']}:{row['case']}", "came_at": at, "due_at": due.get(name),
            "place": place, "decided_at": decided.get(name), "code": codes.get((name, row["state"]), ""),
        }  # fmt: skip


def _came(bind: sa.Connection) -> dict[str, datetime]:
    query = sa.select(history).where(history.c.act == "receive").order_by(history.c.number.desc())
    return {row.request: row.at for row in bind.execute(query)}


def _due(bind: sa.Connection) -> dict[str, datetime]:
    query = sa.select(clocks).where(clocks.c.open.is_(True)).order_by(clocks.c.due_at.desc())
    return {row.request: row.due_at for row in bind.execute(query)}


def _answered(bind: sa.Connection) -> tuple[dict[str, datetime], dict[tuple[str, str], str]]:
    """Give when each request was first decided on, and the last code of each of its states."""
    decided: dict[str, datetime] = {}
    codes: dict[tuple[str, str], str] = {}
    for row in bind.execute(sa.select(receipts).order_by(receipts.c.at, receipts.c.signed, receipts.c.id)):
        codes[row.request, row.state] = row.code
        if row.state in ("accepted", "refused", "info_needed"):
            decided.setdefault(row.request, row.at)
    return decided, codes


def _written(at: datetime) -> str:
    """Write a moment so that texts sort as moments do."""
    return (at.astimezone(UTC) if at.tzinfo else at).replace(tzinfo=None).isoformat(timespec="microseconds")
