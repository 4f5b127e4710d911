"""The people of a node, their roles, keys and sessions, and what they know of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0011"
down_revision = "0010"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables."""
    _table(
        "person", *_texts("name label language zone state"), *_moments("made_at rights_at"),
        *_texts("password totp"), _column("step", BIG), *_texts("key holder"),
        sa.UniqueConstraint("name", name="uq_account_person_name"),
    )  # fmt: skip
    _table("grant", *_texts("person role by reason"), *_moments("since until? ended_at?"))
    _table(
        "passkey", *_texts("person"), _column("key", sa.LargeBinary()), _column("count", BIG), *_texts("label"),
        *_moments("made_at used_at? ended_at?"),
    )  # fmt: skip
    _table(
        "session", *_texts("person way"), *_moments("opened_at seen_at renewed_at proved_at ends_at"),
        *_texts("address agent"), *_moments("ended_at?"),
    )  # fmt: skip
    _table("code", *_texts("person by"), *_moments("made_at ends_at used_at?"))
    _table("recovery", *_texts("person by reason"), *_moments("asked_at"), *_texts("second"), *_moments("ended_at?"))
    _table("ceremony", _column("challenge", sa.LargeBinary()), *_texts("person"), *_moments("ends_at"))
    _table("attempts", _column("failures", BIG), *_moments("at free_at"))
    _table("device", *_texts("person"), *_moments("made_at"))
    _table("member", *_texts("case person by reason"), *_moments("since ended_at?"))
    _table(
        "glass", *_texts("person case reason"), *_moments("at until due_at"), *_texts("reviewer"),
        *_moments("reviewed_at?"), *_texts("verdict note"),
    )  # fmt: skip
    _table("deputy", *_texts("person deputy by reason"), *_moments("since until ended_at?"))
    _table(
        "token", *_texts("person label"), _column("acts", JSON), *_moments("made_at ends_at used_at? ended_at?")
    )  # fmt: skip
    for name in ("grant", "passkey", "session", "code", "recovery", "device", "member", "deputy", "token"):
        _index(name, "person")
    for name, columns in (
        ("ceremony", "ends_at"), ("attempts", "at"), ("member", "case"), ("glass", "person case"),
        ("glass", "reviewer due_at"), ("deputy", "deputy"),
    ):  # fmt: skip
        _index(name, columns)


def _table(name: str, *columns: sa.Column[object] | sa.UniqueConstraint) -> None:
    key = sa.PrimaryKeyConstraint("id", name=f"pk_account_{name}")
    op.create_table(f"account_{name}", *_texts("id"), *columns, key)


def _index(name: str, columns: str) -> None:
    table, names = f"account_{name}", columns.split()
    op.create_index(f"ix_{table}_{'_'.join(names)}", table, names)


def _column(name: str, kind: object, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=nullable)  # type: ignore[arg-type]  # a type of SQLAlchemy


def _texts(names: str) -> list[sa.Column[object]]:
    return [_column(name, sa.Text()) for name in names.split()]


def _moments(names: str) -> list[sa.Column[object]]:
    return [_column(name.rstrip("?"), MOMENT, name.endswith("?")) for name in names.split()]
