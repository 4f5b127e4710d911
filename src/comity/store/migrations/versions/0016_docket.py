"""The docket: a narrow row for each request, by which lists are ordered, filtered and counted; and what full pages ask of an index."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

AT = sa.DateTime(timezone=True)
BYTES = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
TEXTS = ("direction", "case", "country", "measure", "state", "outcome", "code")
INDEXES = {
    "direction_case": ["direction", "case"],
    "direction_place": ["direction", "place"],
    "direction_due_at_request_case": ["direction", "due_at", "request", "case"],
    "figures": ["direction", "country", "measure", "outcome", "code", "hours", "came_at"],
}
BLOCK = 5000

docket = sa.table(
    "request_docket",
    *(sa.column(name) for name in ("request", *TEXTS, "place", "hours")),
    *(sa.column(name, AT) for name in ("came_at", "changed_at", "due_at")),
    sa.column("handed", sa.Boolean),
)
requests = sa.table(
    "request",
    *(sa.column(name) for name in ("id", "direction", "case", "peer", "measure", "state")),
    sa.column("changed_at", AT),
)
parts = sa.table("delivery_part", sa.column("request"))
history = sa.table("request_history", *(sa.column(name) for name in ("number", "request", "act")), sa.column("at", AT))
clocks = sa.table("request_clock", sa.column("request"), sa.column("open", sa.Boolean), sa.column("due_at", AT))
receipts = sa.table(
    "receipt", *(sa.column(name) for name in ("id", "request", "state", "code", "signed")), sa.column("at", AT)
)


def upgrade() -> None:
    """Make the table and fill it with what is there."""
    op.create_table(
        "request_docket",
        sa.Column("request", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        sa.Column("came_at", AT, nullable=False),
        sa.Column("changed_at", AT, nullable=False),
        sa.Column("due_at", AT),
        sa.Column("place", BYTES, nullable=False),
        sa.Column("handed", sa.Boolean(), nullable=False),
        sa.Column("hours", sa.Float()),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name="fk_request_docket_request"),
        sa.PrimaryKeyConstraint("request", name="pk_request_docket"),
    )
    bind = op.get_bind()
    told = rows(bind)
    while block := list(islice(told, BLOCK)):
        bind.execute(sa.insert(docket), block)
    for name, columns in INDEXES.items():
        op.create_index(f"ix_request_docket_{name}", "request_docket", columns)
    op.drop_index("ix_request_case", "request")
    columns = ["case", "direction", "state", "changed_at", "id"]
    op.create_index(f"ix_request_{'_'.join(columns)}", "request", columns)


def rows(bind: sa.Connection) -> Iterator[dict[str, Any]]:
    """Say of each request what the other tables say."""
    came, due, handed = _came(bind), _due(bind), set(bind.scalars(sa.select(parts.c.request).distinct()))
    decided, codes = _answered(bind)
    for row in bind.execute(sa.select(requests)).mappings().all():
        name, state, at = row["id"], row["state"], came.get(row["id"], row["changed_at"])
        urgent = "0" if row["measure"] == "disclose_emergency" else "1"
        outcome = {"received": "waiting", "accepted": "delivered" if name in handed else state}.get(state, state)
        yield {text: row[text] for text in ("direction", "measure", "state", "changed_at")} | {
            "request": name, "case": row["case"] if row["direction"] == "out" else f"{row['peer']}:{row['case']}",
            "country": row["peer"][:2], "came_at": at, "due_at": due.get(name), "handed": name in handed,
            "place": " ".join((urgent, _written(due[name]) if name in due else "~", _written(at), name)),
            "outcome": outcome, "code": "" if outcome in ("waiting", "delivered") else codes.get((name, state), ""),
            "hours": (decided[name] - at) / timedelta(hours=1) if name in decided else None,
        }  # fmt: skip


def _came(bind: sa.Connection) -> dict[str, datetime]:
    query = sa.select(history).where(history.c.act.in_(["receive", "draft"])).order_by(history.c.number.desc())
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
