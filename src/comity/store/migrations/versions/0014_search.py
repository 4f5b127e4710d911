"""The words by which cases and requests are found, and the case that an item of evidence is of."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from comity.kernel.folding import texts, words

revision = "0014"
down_revision = "0013"

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WORD = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

cases = sa.table("case_file", sa.column("reference"), sa.column("document", sa.JSON))
requests = sa.table(
    "request",
    *(sa.column(name) for name in ("id", "direction", "reference", "case", "peer")),
    sa.column("document", sa.JSON),
)
pages = sa.table("search_page", *(sa.column(name) for name in ("number", "kind", "ref", "case")))
found = sa.table("search_word", sa.column("word"), sa.column("page"))


def upgrade() -> None:
    """Make the tables, and fill them with what is there."""
    op.create_table(
        "search_page",
        sa.Column("number", BIG, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "ref", "case")),
        sa.PrimaryKeyConstraint("number", name="pk_search_page"),
        sa.UniqueConstraint("kind", "ref", name="uq_search_page_kind_ref"),
    )
    op.create_index("ix_search_page_case", "search_page", ["case"])
    op.create_table(
        "search_word",
        sa.Column("page", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("word", WORD, nullable=False),
        sa.PrimaryKeyConstraint("page", "word", name="pk_search_word"),
        sqlite_with_rowid=False,
    )
    op.add_column("evidence_bag", sa.Column("case", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.create_index("ix_evidence_bag_case", "evidence_bag", ["case"])
    bind = op.get_bind()
    for number, (kind, ref, case, known) in enumerate(_there(bind), 1):
        bind.execute(sa.insert(pages).values(number=number, kind=kind, ref=ref, case=case))
        bind.execute(sa.insert(found), [{"word": one, "page": number} for one in sorted(known)])
    if bind.dialect.name == "postgresql":
        op.execute(
            "SELECT setval('search_page_number_seq', (SELECT coalesce(max(number), 0) + 1 FROM search_page), false)"
        )


def _there(bind: sa.Connection) -> Iterator[tuple[str, str, str, frozenset[str]]]:
    for row in bind.execute(sa.select(cases).order_by(cases.c.reference)).all():
        yield "case", row.reference, row.reference, words("\n".join([row.reference, *texts(row.document)]))
    for row in bind.execute(sa.select(requests).order_by(requests.c.id)).all():
        case = row.case if row.direction == "out" else f"{row.peer}:{row.case}"
        yield "request", row.id, case, words("\n".join([row.reference, row.case, row.peer, *texts(row.document)]))
